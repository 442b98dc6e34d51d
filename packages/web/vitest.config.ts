import { defineConfig } from 'vitest/config';

// A browser on a busy machine takes its time.
export default defineConfig({ test: { testTimeout: 30_000, hookTimeout: 30_000 } });
