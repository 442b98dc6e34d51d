// `npm start`: builds what is needed and boots our kernel. Arguments after `npm start --` go to `longmode boot`.
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await build('longmode', '@longmode/kernel');
process.argv.splice(2, 0, 'boot', 'packages/kernel/dist/kernel.elf');
await import('../packages/cli/bin/longmode.js');
