/**
 * Assembles `dist/`, the package `longmode` as npm gets it: what the other packages built, the library in bundles, its
 * types, the kernel library's sources and the template of `longmode new`. `npm pack packages/npm/dist` is all the rest.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PUBLIC_MODULES } from '@longmode/kernel/build';
import { rolldown } from 'rolldown';
import { writeTypes } from './types.ts';

const { resolve } = createRequire(import.meta.url);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const out = here('../dist');
const cli = here('../../cli');
const kernel = dirname(dirname(resolve('@longmode/kernel/library/index.ts')));

/** The library's entries, by the name of their bundle. The command line tool brings its own bundle. */
const ENTRIES = { index: 'index.ts', vitest: 'vitest.ts', 'kernel-build': 'build.ts' };

/** Packages that stay packages: CommonJS with a file of its own, a compiler of 20 MB, the test runner of the user. */
const EXTERNAL = ['iced-x86', 'assemblyscript', 'vitest'];

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'dist'), { recursive: true });

cpSync(join(cli, 'bin'), join(out, 'bin'), { recursive: true });
cpSync(join(cli, 'dist'), join(out, 'dist'), { recursive: true });
cpSync(join(cli, 'template'), join(out, 'template'), { recursive: true });
copyElement();
copyKernelLibrary();
await bundleLibrary();
writeTypes(join(out, 'dist/types'));
copyFrameworkTypes();
cpSync(here('../../../LICENSE'), join(out, 'LICENSE'));
cpSync(here('../../cli/README.md'), join(out, 'README.md'));
cpSync(here('../../testing/README.md'), join(out, 'TESTING.md'));
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);

/** The element's files, except the core: that is the same as the command line tool's. The site beside them is not shipped. */
function copyElement(): void {
  const web = dirname(resolve('@longmode/web'));
  for (const entry of readdirSync(web, { withFileTypes: true })) {
    if (entry.isFile() && !/^core\./.test(entry.name)) cpSync(join(web, entry.name), join(out, 'dist', entry.name));
  }
  cpSync(join(web, '../custom-elements.json'), join(out, 'custom-elements.json'));
  cpSync(join(web, '../README.md'), join(out, 'ELEMENT.md'));
}

/** Types of the tag for frameworks, which are declarations already; they name others by where those are in `dist/types`. */
function copyFrameworkTypes(): void {
  cpSync(join(dirname(resolve('@longmode/web')), '../types'), join(out, 'dist/types/web/types'), { recursive: true });
}

/** The guest code; what builds it is in the bundle. */
function copyKernelLibrary(): void {
  for (const folder of ['library', 'interrupts', 'drivers', 'memory', 'tasks']) {
    cpSync(join(kernel, folder), join(out, 'kernel', folder), {
      recursive: true,
      filter: (path) => !/[\\/](boot|build)$/.test(path.slice(kernel.length)),
    });
  }
}

async function bundleLibrary(): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(cli, 'src', file)])),
    platform: 'node',
    external: EXTERNAL.map((name) => new RegExp(`^${name}(/|$)`)),
    transform: { target: 'node20' },
  });
  await bundle.write({
    dir: join(out, 'dist'),
    format: 'esm',
    // The files of the command line tool are there already.
    chunkFileNames: 'library-[name].js',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
}

/** package.json as npm wants it: no workspace, no catalog, entry points to what is in the package. */
function manifest() {
  const { name, version, license, engines, bin, dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(cli, 'package.json'), 'utf8'),
  );
  /** The version that the workspace has of a dependency of one of its packages. */
  const installed = (folder: string, dependency: string): string => {
    const path = fileURLToPath(new URL(`../../${folder}/node_modules/${dependency}/package.json`, import.meta.url));
    return JSON.parse(readFileSync(path, 'utf8')).version;
  };
  const entry = (file: string, source: string) => ({ types: `./dist/types/${source}`, default: `./dist/${file}` });
  return {
    name,
    version,
    description: 'A 64-bit PC in WebAssembly that boots real kernels in Node.js and in any web page',
    license,
    type: 'module',
    engines: engines ?? { node: '>=20.19' },
    bin,
    exports: {
      '.': entry('index.js', 'cli/src/index.d.ts'),
      './vitest': entry('vitest.js', 'cli/src/vitest.d.ts'),
      './build': entry('kernel-build.js', 'cli/src/build.d.ts'),
      './element': entry('element.js', 'web/src/element.d.ts'),
      './debugger': entry('debugger.js', 'web/src/debugger/panel.d.ts'),
      // One classic script with everything inside, for pages without modules.
      './longmode.global.js': './dist/longmode.global.js',
      './element/react': { types: './dist/types/web/types/react.d.ts' },
      './element/vue': { types: './dist/types/web/types/vue.d.ts' },
      './element/svelte': { types: './dist/types/web/types/svelte.d.ts' },
      // For the compiler of kernels these names are in PUBLIC_MODULES; editors read them here.
      ...Object.fromEntries(
        [...PUBLIC_MODULES].map(([name, path]) => [
          `./kernel${name === 'index' ? '' : `/${name}`}`,
          `./kernel/${path}.ts`,
        ]),
      ),
      './package.json': './package.json',
    },
    customElements: 'custom-elements.json',
    files: ['bin', 'dist', 'kernel', 'template', 'custom-elements.json', 'ELEMENT.md', 'TESTING.md'],
    dependencies: {
      ...Object.fromEntries(Object.keys(dependencies).map((name) => [name, installed('cli', name)])),
      // It is in the bundle of the element, whose types extend its types.
      lit: installed('web', 'lit'),
    },
    peerDependencies,
    peerDependenciesMeta,
  };
}

console.log(`${basename(out)}: the package is complete`);
