// `npm start`: builds what is needed and boots our kernel into its shell. Where nobody sits at a terminal, start.keys is
// typed there, and the last screen is printed. Arguments after `npm start --` go to `longmode boot`.
import { fileURLToPath } from 'node:url';
import { build, tasksFor } from './build.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// biome-ignore lint/suspicious/noUndeclaredEnvVars: no task depends on the terminal
const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== 'dumb';
const options = process.argv.slice(2);
if (options.length === 0) {
  options.push('--serial', 'none'); // it says what the screen says
  if (!isTerminal) options.push('--keys', 'scripts/start.keys', '--screen', 'final');
}
await build(...tasksFor(options), '@longmode/kernel#build');
process.argv.splice(2, Number.POSITIVE_INFINITY, 'boot', 'packages/kernel/dist/kernel.elf', ...options);
await import('../packages/cli/bin/longmode.js');
