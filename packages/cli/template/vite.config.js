import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: { target: 'esnext' },
  worker: { format: 'es' },
  // The element finds its worker and the processor's code beside itself: it must stay where it is.
  optimizeDeps: { exclude: ['longmode'] },
});
