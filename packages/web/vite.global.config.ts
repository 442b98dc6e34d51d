/** Builds `dist/longmode.global.js`: one classic script with everything inside, for `file://`, gists and wikis. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import base from './vite.config.ts';

export default defineConfig({
  resolve: base.resolve!,
  build: {
    target: 'esnext',
    emptyOutDir: false,
    lib: {
      entry: fileURLToPath(new URL('src/global.ts', import.meta.url)),
      formats: ['iife'],
      name: 'longmode',
      fileName: () => 'longmode.global.js',
    },
  },
  worker: { format: 'iife' },
});
