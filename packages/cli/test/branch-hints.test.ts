/** Which hosts are told to look at branch hints, and that they understand it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { needsFlag } from '../src/branch-hints.ts';

it.each([
  ['11.3.244.8-node.38', true],
  ['13.6.233.17-node.41', true],
  ['13.7.152.9', false],
  ['14.1.146.11-node.20', false],
])('V8 %s has to be told: %s', (version, expected) => {
  expect(needsFlag(version)).toBe(expected);
});

it('this V8 knows the flag, if it is set: it complains of unknown ones on the console', () => {
  const module = fileURLToPath(new URL('../src/branch-hints.ts', import.meta.url));
  const program = `import(${JSON.stringify(module)}).then(({ useBranchHints }) => useBranchHints())`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', program], { encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
});
