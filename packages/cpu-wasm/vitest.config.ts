import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The JavaScript engine is 3 MB of generated code; Node loads it as it is.
  test: { server: { deps: { external: [/\/dist\//] } } },
});
