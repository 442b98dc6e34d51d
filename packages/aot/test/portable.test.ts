/** The library runs in a browser worker too: no module of Node, and asc only behind its own entry point. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../src/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
);

it.each(sources)('%s imports nothing that only Node has', (name) => {
  const imports = [...readFileSync(new URL(name, folder), 'utf8').matchAll(/from '([^'.][^']*)'/g)].map(
    (match) => match[1],
  );
  const allowed = [
    '@longmode/x86',
    '@jridgewell/trace-mapping',
    ...(name === 'compile.ts' ? ['assemblyscript/asc'] : []),
  ];
  expect(allowed).toEqual(expect.arrayContaining(imports));
});
