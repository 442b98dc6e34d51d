/**
 * Bundles the command line tool: one file that starts fast, rarely needed parts in chunks beside it, and the core's
 * code. iced-x86 stays outside: it is CommonJS that reads its own Wasm file when it is loaded. So
 * does the AssemblyScript compiler, which `longmode build` alone loads.
 */
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig, type Plugin } from 'rolldown';

/** Copies the core beside the bundle, where files.ts looks first. Its JavaScript twin follows in a task of its own. */
function copyCore(): Plugin {
  const resolve = createRequire(import.meta.url).resolve;
  return {
    name: 'copy-core',
    writeBundle() {
      copyFileSync(resolve('@longmode/cpu-wasm/core.wasm'), 'dist/core.wasm');
    },
  };
}

/**
 * Commander loads node:child_process for subcommands that are programs of their own, which we have none of: leaving it
 * out makes every start 10 ms faster.
 */
function withoutChildProcesses(): Plugin {
  const id = '\0no-child-process';
  return {
    name: 'without-child-processes',
    resolveId: (source, importer) =>
      source === 'node:child_process' && importer?.includes('commander') ? id : undefined,
    load: (loaded) => (loaded === id ? 'export default {};' : undefined),
  };
}

export default defineConfig({
  input: { longmode: 'src/main.ts' },
  platform: 'node',
  external: ['iced-x86', /^assemblyscript/],
  transform: { target: 'node20' },
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    chunkFileNames: '[name].js',
    // Less to parse at every start; names stay for readable stacks.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  },
  plugins: [withoutChildProcesses(), copyCore()],
});
