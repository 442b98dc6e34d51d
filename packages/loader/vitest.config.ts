import { defineConfig } from 'vitest/config';

// Compilers, QEMU and thousands of random images: quick on an idle machine, not on a busy one.
export default defineConfig({ test: { testTimeout: 30_000 } });
