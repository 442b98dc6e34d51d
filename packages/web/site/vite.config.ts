/**
 * Builds the site into `dist/site`: the playground, the race, the book. Static files with relative URLs and nothing from
 * elsewhere, for any host; the policy in each page forbids everything else. `vite --config site/vite.config.ts` serves it
 * from the sources.
 */

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { icedForBrowsers } from '../vite.iced.ts';
import { SITE_POLICY } from './policy.ts';

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What `scripts/book-pages.ts` has written. */
const bookPages = readdirSync(local('book')).map((name) => local(`book/${name}`));

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: SITE_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig({
  root: local('.'),
  base: './',
  plugins: [icedForBrowsers(), contentSecurityPolicy()],
  resolve: {
    // As for the element, see ../vite.config.ts.
    conditions: ['module', 'import', 'default'],
    alias: { '@lit-labs/ssr-dom-shim': local('../src/server-dom.ts') },
  },
  server: { fs: { allow: [local('../../..')] } },
  build: {
    target: 'esnext',
    outDir: local('../dist/site'),
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    // The compilers are as large as they are.
    chunkSizeWarningLimit: 20_000,
    rolldownOptions: {
      input: [local('index.html'), local('race.html'), local('src/service-worker.ts'), ...bookPages],
      output: {
        // A service worker serves the folder that it lies in.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es', plugins: () => [icedForBrowsers()] },
});
