import { defineConfig } from 'vitest/config';

// A browser on a busy machine takes its time.
const TIMEOUT_MILLISECONDS = 60_000;

export default defineConfig({
  test: {
    testTimeout: TIMEOUT_MILLISECONDS,
    hookTimeout: TIMEOUT_MILLISECONDS,
    expect: { poll: { timeout: TIMEOUT_MILLISECONDS / 2 } },
  },
});
