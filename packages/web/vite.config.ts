/**
 * Builds `dist/`: element.js, worker.js and core.wasm, ES modules that find each other by relative URLs, and core.js
 * (the JavaScript twin of the core), which only engine="js" loads. `vite` alone serves the demo page from the sources.
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
      output: { entryFileNames: 'element.js', assetFileNames: '[name][extname]' },
    },
  },
  worker: {
    format: 'es',
    rolldownOptions: { output: { entryFileNames: 'worker.js' } },
  },
});
