/**
 * The types of the published package: declarations of all sources that its entries reach, as TypeScript emits them, with
 * the names of workspace packages replaced by relative paths. Files keep their places: `machine/src/api.d.ts`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = join(root, '..');
const emitted = join(root, 'node_modules/.types');

/** Entries of the package. */
const ENTRIES = [
  'cli/src/index.ts',
  'cli/src/vitest.ts',
  'cli/src/build.ts',
  'web/src/element.ts',
  'web/src/framework-types.ts',
  'web/src/debugger/panel.ts',
];

/** Every import in a declaration: `from '...'`, `import('...')`, `import '...'`, and references to files. */
const IMPORT = /(\bfrom |\bimport\(|\bimport )['"]([^'"]+)['"]/g;
const REFERENCE = /^\/\/\/ <reference path="([^"]+)"/gm;

/** What the packages of the workspace export as source: name to path below `packages`. */
function workspaceSources(): Map<string, string> {
  const sources = new Map<string, string>();
  for (const folder of readdirSync(packages)) {
    const manifest = join(packages, folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    for (const [entry, target] of Object.entries<string>(exports)) {
      if (/^[^*]+[^d]\.ts$/.test(target)) sources.set(posix.join(name, entry), posix.join(folder, target));
    }
  }
  return sources;
}

/** Emits all declarations. Through node_modules the compiler would take the workspace for somebody else's code. */
function emit(sources: ReadonlyMap<string, string>): void {
  const paths = Object.fromEntries([...sources].map(([name, path]) => [name, [join(packages, path)]]));
  const config = {
    extends: '../../../tsconfig.base.json',
    compilerOptions: {
      lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
      types: ['node', 'vite/client'],
      resolveJsonModule: true,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: packages,
      outDir: emitted,
      paths,
    },
    files: ENTRIES.map((entry) => join(packages, entry)),
  };
  rmSync(emitted, { recursive: true, force: true });
  const file = join(root, 'node_modules/.types.json');
  writeFileSync(file, JSON.stringify(config));
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', file], { stdio: 'inherit' });
}

/** Writes the declarations below `out`. @throws Error if TypeScript finds a mistake or an import leads nowhere */
export function writeTypes(out: string): void {
  const sources = workspaceSources();
  emit(sources);
  const waiting = [...ENTRIES];
  const seen = new Set(waiting);
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    const from = posix.dirname(source);
    const file = source.replace(/\.ts$/, '.d.ts');
    const text = readFileSync(join(emitted, file), 'utf8');
    for (const [, reference = ''] of text.matchAll(REFERENCE)) {
      cpSync(join(packages, from, reference), join(out, from, reference));
    }
    const rewritten = text.replace(IMPORT, (whole, keyword: string, name: string) => {
      const target = name.startsWith('.') ? posix.join(from, name) : sources.get(name);
      if (target === undefined) return whole;
      if (!seen.has(target)) waiting.push(target);
      seen.add(target);
      const path = posix.relative(from, target.replace(/\.ts$/, '.js'));
      return `${keyword}'${path.startsWith('.') ? path : `./${path}`}'`;
    });
    if (/['"]@longmode\//.test(rewritten)) throw new Error(`types: ${file} names a package that is not published`);
    mkdirSync(join(out, from), { recursive: true });
    writeFileSync(join(out, file), rewritten);
  }
}
