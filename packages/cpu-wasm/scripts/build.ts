/**
 * Builds both engines from the one AssemblyScript source: `dist/core.wasm`, and `dist/core.js`, its JavaScript twin made by
 * Binaryen's wasm2js from a build without the one big switch (docs/decisions).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';
import { Transform } from 'assemblyscript/transform';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
mkdirSync(dist, { recursive: true });

const common = [
  'assembly/index.ts',
  '--runtime',
  'stub',
  '--importMemory',
  '--initialMemory',
  '16',
  '--maximumMemory',
  '65536',
  '--memoryBase',
  '65536',
  '--noAssert',
  '--disableWarning',
  '112', // v128 in the signature of an exported function: bodies are exported to the dispatcher only
];

/** Sources of the twin that stand in the place of others: it has no vector instructions (docs/decisions/0012). */
const SCALAR = new Map([['assembly/packed/lanes.ts', 'assembly/packed/lanes.scalar.ts']]);

function readSource(name: string, folder: string, isTwin: boolean): string | null {
  const path = join(folder, isTwin ? (SCALAR.get(name) ?? name) : name);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/**
 * Keeps `ripOf` a function of its own. It has a loop, and a loop inside the loop of the one switch costs a third of the
 * interpreter's speed in V8 (docs/decisions/0003); `asc -O3` inlines functions with loops, and has no decorator against it.
 */
class KeepRipOfApart extends Transform {
  override afterCompile(module: binaryen.Module): void {
    binaryen.setPassArgument('no-inline', 'assembly/fault/ripOf');
    module.runPasses(['no-inline']);
    binaryen.setPassArgument('no-inline', null);
  }
}

async function compile(output: string, options: string[]): Promise<void> {
  const { error } = await main([...common, '--outFile', output, ...options], {
    stderr: process.stderr,
    transforms: [new KeepRipOfApart()],
    readFile: (name, folder) => readSource(name, folder, options.includes('JS_ENGINE=1')),
  });
  if (error) process.exit(1);
}

/** wasm2js prints a module that makes one instance when it is loaded; we want its function, to make as many as we like. */
function asFactory(source: string): string {
  const head = source.indexOf("import * as env from 'env';");
  const tail = source.indexOf('var memasmFunc');
  if (head === -1 || tail === -1) throw new Error('wasm2js prints another frame than expected: look at dist/core.js');
  const body = source.slice(0, tail).replace("import * as env from 'env';", '');
  return `// The JavaScript twin of core.wasm, see scripts/build.ts.\n${body}export { asmFunc as instantiate };\n`;
}

process.chdir(root);
const engines = process.argv.slice(2);
if (engines.length === 0 || engines.includes('wasm')) {
  await compile('dist/core.wasm', ['-O3', '--enable', 'simd', '--exportTable']);
}
if (engines.length === 0 || engines.includes('js')) {
  await compile('dist/core-js.wasm', [
    '-O3',
    '--use',
    'JS_ENGINE=1',
    '--disable',
    'bulk-memory',
    '--disable',
    'sign-extension',
    '--disable',
    'nontrapping-f2i',
  ]);
  const wasm2js = join(dirname(createRequire(import.meta.url).resolve('binaryen/package.json')), 'bin', 'wasm2js');
  execFileSync(process.execPath, [wasm2js, 'dist/core-js.wasm', '-O3', '-o', 'dist/core.js'], { stdio: 'inherit' });
  writeFileSync('dist/core.js', asFactory(readFileSync('dist/core.js', 'utf8')));
  rmSync(join(dist, 'core-js.wasm'));
}
