/**
 * Compiles the instruction bodies a second time, with assembly/words/ in the place of the files of the same names in assembly/, into a
 * module that is never run: every body is one exported function in which operands, memory and faults are calls of imported
 * functions. extract.ts reads it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { main } from 'assemblyscript/asc';
import type { Operation } from '../gen/operations.ts';
import { packedSteps } from '../gen/print.ts';
import { printLocals, printTemplates } from '../gen/templates.ts';
import { LAZY } from './verbs.ts';

const WORDS = new Map(
  ['operands', 'memory', 'implicit', 'plain', 'packed/operands'].map((name) => [
    `assembly/${name}.ts`,
    `assembly/words/${name}.ts`,
  ]),
);

/** Bodies that loop or keep tables. */
const NOT_LOWERED = /extended-state|gather|string-compare|aes|sha$|carryless|mmx|upper/;

/** Files whose functions are all inlined: their shortcuts are the template, what lies behind them leaves. */
const INLINED = [
  ...['packed/float', 'float/host', 'float/host-lanes', 'float/lane', 'float/compare'],
  ...['vector/float-arithmetic', 'vector/float-compare', 'vector/float-convert', 'vector/move'],
].map((name) => `assembly/${name}.ts`);

/** Declarations of `raise` and its kin stand behind a decorator too and are no functions of their own. */
const inlineAll = (source: string): string =>
  source.replace(
    /(^|\n)(@inline\n)?((?:export )?function )/g,
    (_, before: string, __, head: string) => `${before}@inline\n${head}`,
  );

/** Whether a body can be a template at all: data instructions on general registers and memory. */
export function isCompiled({ body, continues, packed }: Operation): boolean {
  if (continues !== 'record') return false;
  if (body.module.startsWith('semantics/')) return !/x87|string|flow$/.test(body.module);
  return body.module.startsWith('vector/') && !NOT_LOWERED.test(body.module) && packed?.registers !== 'mmx';
}

/** The text of a file of words, its imports as seen from the place of the file that it replaces. */
function inPlaceOf(name: string, word: string, source: string): string {
  return source.replace(/from '(\.[^']*)'/g, (_, target: string) => {
    const module = posix.join(posix.dirname(word), target).replace('assembly/words/', 'assembly/');
    return `from './${posix.relative(posix.dirname(name), module)}'`;
  });
}

/** Export that sets the flag words from operands, see assembly/lazy-flags.ts. */
export const lazyName = (what: number, size: number): string => `lazy${what}_${size}`;

/** Text of the entry file: one export for each operation, condition and kind of lazy flags. */
function entryText(operations: readonly Operation[]): string {
  const modules = new Map<string, Set<string>>();
  for (const { body } of operations) {
    const names = modules.get(body.module) ?? new Set();
    modules.set(body.module, names.add(body.name));
  }
  const imports = [...modules].map(([module, names]) => `import { ${[...names].join(', ')} } from "./${module}";`);
  const functions = operations.map(({ name, body, types, condition, packed }) => {
    if (packed && body.packed)
      return `export function o_${name}(pc: usize): void { ${packedSteps(body.name, body.packed, packed)} }`;
    const generics = types.length > 0 ? `<${types.join(', ')}>` : '';
    const code = condition === undefined ? '' : `, ${condition}`;
    return `export function o_${name}(r: usize): void { ${body.name}${generics}(r${code}); }`;
  });
  const conditions = Array.from(
    { length: 16 },
    (_, code) => `export function condition${code}(): bool { return conditionOfFlags(${code}); }`,
  );
  const lazyFlags = LAZY.flatMap((_, what) =>
    ['u8', 'u16', 'u32', 'u64'].map(
      (type, size) =>
        `export function ${lazyName(what, size)}(): void { flagsOf<${type}>(${what}, lazyA(), lazyB()); }`,
    ),
  );
  return [
    'import { Imm, Mem, MemSeg, Reg } from "./operands";',
    'import { conditionOfFlags } from "./flags";',
    'import { flagsOf } from "./lazy-flags";',
    '@external("word", "lazyA") declare function lazyA(): u64;',
    '@external("word", "lazyB") declare function lazyB(): u64;',
    'import { get, getDouble, getQuad, getWord, set } from "./packed/lanes";',
    'import { control, first, fourth, isWide, put, putHigh, sourceAt, target, vectorBytes } from "./packed/operands";',
    ...imports,
    ...functions,
    ...conditions,
    ...lazyFlags,
  ].join('\n');
}

/** Compiles the bodies of `operations`. `withFlags` false: setters of flags do nothing. Throws with the compiler's messages. */
export async function compileBodies(
  root: string,
  operations: readonly Operation[],
  withFlags: boolean,
): Promise<Uint8Array> {
  const entry = entryText(operations);
  let binary: Uint8Array | undefined;
  const output = 'templates.wasm';
  const { error, stderr } = await main(
    [
      'assembly/templates.ts',
      ...['--runtime', 'stub', '--importMemory', '--noAssert', '-O3', '--enable', 'simd', '--outFile', output],
      ...['--use', 'TEMPLATES=1', ...(withFlags ? [] : ['--use', 'WITHOUT_FLAGS=1'])],
      ...['--disableWarning', '112'],
    ],
    {
      readFile: (name, folder) => {
        if (name === 'assembly/templates.ts') return entry;
        // The translator is compiled along, but its tables come from what is being made here.
        if (name === 'assembly/generated/templates.ts') return printTemplates([], [], []);
        if (name === 'assembly/generated/locals.ts') return printLocals();
        const word = WORDS.get(name);
        if (word !== undefined) return inPlaceOf(name, word, readFileSync(join(root, word), 'utf8'));
        const path = join(root, folder, name);
        if (!existsSync(path)) return null;
        const source = readFileSync(path, 'utf8');
        return INLINED.includes(name) ? inlineAll(source) : source;
      },
      writeFile: (name, contents) => {
        if (name.endsWith(output) && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`the bodies do not compile as templates:\n${stderr.toString()}`);
  return binary;
}
