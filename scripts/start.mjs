// `npm start`: builds what is needed and boots our kernel. Arguments after `npm start --` go to `longmode boot`.
import { fileURLToPath } from 'node:url';
import { build, tasksFor } from './build.mjs';

/** What `longmode boot` answers when a guest halts for good: to a test that is a failure, here it is how the tour ends. */
const HALTED = 101;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const isTour = process.argv.length === 2;
await build(...tasksFor(process.argv), '@longmode/kernel#build');
process.argv.splice(2, 0, 'boot', 'packages/kernel/dist/kernel.elf');
if (isTour) {
  process.on('exit', (code) => {
    if (code === HALTED) process.exitCode = 0;
  });
}
await import('../packages/cli/bin/longmode.js');
