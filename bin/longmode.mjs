#!/usr/bin/env node
// `npx longmode` in a clone: installs and builds first if something changed, then is the command line tool itself.
import { build, tasksFor } from '../scripts/build.mjs';

const folder = process.cwd();
await import('../scripts/setup.mjs');
process.chdir(folder);
// A new project gets the package along, so that has to be complete.
const isNew = process.argv[2] === 'new';
await build(...(isNew ? ['@longmode/npm#build'] : tasksFor(process.argv)));
await import(isNew ? '../packages/npm/dist/bin/longmode.js' : '../packages/cli/bin/longmode.js');
