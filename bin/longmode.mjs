#!/usr/bin/env node
// `npx longmode` in a clone: installs and builds first if something changed, then is the command line tool itself.
import { build, tasksFor } from '../scripts/build.mjs';

const folder = process.cwd();
await import('../scripts/setup.mjs');
process.chdir(folder);
await build(...tasksFor(process.argv));
await import('../packages/cli/bin/longmode.js');
