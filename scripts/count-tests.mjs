// Adds up what the vitest runs in a log of `npm test` say and prints one line: `N passed, N failed`. A run that failed
// without a failed test (a build, a type error) counts as one failure.
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
const log = readFileSync(file, 'utf8').replace(/\x1b\[[0-9;]*m/g, '');
const count = { passed: 0, failed: 0, skipped: 0 };
for (const [, line] of log.matchAll(/^.*?\bTests\s+(.*\(\d+\))\s*$/gm)) {
  for (const [, number, what] of line.matchAll(/(\d+) (passed|failed|skipped)/g)) count[what] += Number(number);
}
if (status !== '0' && count.failed === 0) count.failed = 1;
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
