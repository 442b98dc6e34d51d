import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The JavaScript engine is 3 MB of generated code; Node loads it as it is.
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 60_000,
  },
});
