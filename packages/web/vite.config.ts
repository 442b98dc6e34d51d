/**
 * Builds `dist/`: element.js, an ES module with the worker inside, and beside it core.wasm, worker.js (for policies without
 * Blobs), the chunks that are loaded when they are shown, and core.js (the JavaScript twin of the core), which only
 * engine="js" loads. `vite` alone serves the demo page from the sources. The single file is `vite.global.config.ts`.
 */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: './',
  resolve: {
    // Lit's build for Node also runs in browsers; unlike the other it can be imported where there is no document.
    conditions: ['node', 'module', 'import', 'default'],
    alias: { '@lit-labs/ssr-dom-shim': local('src/server-dom.ts') },
  },
  build: {
    target: 'esnext',
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: local('src/element.ts'),
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'element.js', chunkFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
  worker: {
    format: 'es',
    rolldownOptions: { output: { entryFileNames: 'worker.js' } },
  },
});
