/** What the tests of most packages share. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The JavaScript engine is 3 MB of generated code; Node loads it as it is.
    server: { deps: { external: [/\/dist\//] } },
    // Compilers, QEMU and thousands of random cases: quick on an idle machine, not on a busy one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
