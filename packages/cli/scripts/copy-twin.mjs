/** Copies the JavaScript twin of the core beside the bundle, where files.ts looks first. */
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
copyFileSync(resolve('@longmode/cpu-wasm/core.js'), new URL('../dist/core.js', import.meta.url));
