/**
 * Builds the debugger for pages other than the site's: debugger.js, which defines `<long-mode-debugger>`, debugger-agent.js, which
 * the machine's worker loads when a debugger is attached, and the disassembler's Wasm. Nothing of it is in element.js.
 */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import base from './vite.config.ts';
import { icedForBrowsers } from './vite.iced.ts';

export default defineConfig({
  base: './',
  resolve: base.resolve!,
  build: {
    target: 'esnext',
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: fileURLToPath(new URL('src/debugger/panel.ts', import.meta.url)),
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'debugger.js', assetFileNames: '[name][extname]' },
    },
  },
  worker: {
    format: 'es',
    plugins: () => [icedForBrowsers()],
    rolldownOptions: {
      output: {
        entryFileNames: 'debugger-agent.js',
        chunkFileNames: 'debugger-[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});
