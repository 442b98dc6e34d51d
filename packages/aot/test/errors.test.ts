/** Every refusal names the culprit and the remedy. */
import { describe, expect, it } from 'vitest';
import { buildImage } from '../src/build-image.ts';
import { compileAssemblyScript } from '../src/compile.ts';
import { CompileError } from '../src/errors.ts';
import type { BootCode, ImageOptions } from '../src/image.ts';
import { assembleText } from './fuzz/differential.ts';
import { noBoot } from './fuzz/native-engine.ts';

function errorOf(text: string | Uint8Array, options: Partial<ImageOptions> = {}): string {
  const wasm = typeof text === 'string' ? assembleText(text) : text;
  try {
    buildImage({ wasm, boot: noBoot, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(CompileError);
    return `${(error as CompileError).code}: ${(error as CompileError).message}`;
  }
  return 'no error';
}

const bootOf = (more: Partial<BootCode>): BootCode => ({ ...noBoot, ...more });
const empty = '(module (memory 1) (func (export "kmain")))';

describe('modules', () => {
  it.each([
    [Uint8Array.of(1, 2, 3), /^module: not a valid WebAssembly module: /],
    [Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 200), /^module: not a valid WebAssembly module: /],
    [
      '(module (func $half (result i32) (i32.trunc_f64_s (f64.const 1))))',
      /^unsupported: function half \(module offset \d+\) uses floating point \(opcode 0x44\)/,
    ],
    [
      '(module (func $half (param f32)))',
      /^unsupported: function half has a parameter or result of type f32; only i32 and i64 exist here$/,
    ],
    ['(module (func $half (local f64)))', /^unsupported: function half .* uses a local variable of type f64/],
    ['(module (global $g f64 (f64.const 1)))', /^unsupported: global .* has type f64/],
    [
      '(module (import "env" "memory" (memory 1)))',
      /^unsupported: the module imports env\.memory, which is not a function/,
    ],
    [
      '(module (import "env" "print" (func $print (param i32))))',
      /^symbol: nothing defines the import env\.print \(print\): imports come from/,
    ],
    [
      '(module (import "env" "abort" (func $abort (param i32 i32 i32 i32))))',
      /^symbol: .* asc: --use abort=path\/abort$/,
    ],
    [
      '(module (import "x86" "outz" (func $outz (param i32 i32))))',
      /^symbol: nothing defines the import x86\.outz \(outz\): known are hlt, cli/,
    ],
    [
      '(module (import "x86" "outb" (func $outb (param i32))))',
      /^symbol: outb is declared as \(i32\): void; x86\.outb is \(i32, i32\): void$/,
    ],
    [
      '(module (import "x86" "int" (func $int (param i32))) (func (param i32) (call $int (local.get 0))))',
      /^unsupported: x86\.int needs a constant vector from 0 to 255$/,
    ],
    [
      '(module (import "link" "nowhere" (func $nowhere (result i32))) (func (drop (call $nowhere))))',
      /^symbol: nothing defines the link symbol nowhere \(nowhere\): known are image_start/,
    ],
    [
      '(module (import "link" "isr_stubs" (func $stubs (result i32))) (func (drop (call $stubs))))',
      /only if the module exports a function interrupt/,
    ],
    [
      '(module (memory 1) (func (export "text_start")))',
      /^symbol: exported function text_start has the name of another link symbol/,
    ],
    [
      '(module (memory 17) (data (i32.const 0x100010) "x"))',
      /^layout: static data begins at 0x100010, but \.boot reaches up to 0x101000; .*--memoryBase\) of at least 0x101000$/,
    ],
  ])('%#: %s', (module, message) => {
    expect(errorOf(module)).toMatch(message);
  });

  it('unsupported instructions are placed by the source map', async () => {
    const source = 'export function kmain(): i32 {\n  return <i32>(load<f64>(8) * 2.5);\n}\n';
    const { wasm, sourceMap } = await compileAssemblyScript({
      entry: 'main.ts',
      readFile: (name) => (name === 'main.ts' ? source : null),
      optimize: 0,
      runtime: 'stub',
    });
    expect(errorOf(wasm, { sourceMap })).toMatch(
      /^unsupported: function main\/kmain at main\.ts:2:\d+ uses floating point/,
    );
  }, 60_000);

  it('a source map that is none', () => {
    expect(errorOf(empty, { sourceMap: 'x' })).toMatch(/^source: the source map cannot be read: /);
  });
});

describe('boot code', () => {
  it('must not change its size', () => {
    let size = 8;
    const boot = bootOf({
      assemble: (link) => ({ ...noBoot.assemble(link), bytes: new Uint8Array(size++) }),
    });
    expect(errorOf(empty, { boot })).toMatch(/^layout: the boot code is 9 bytes long with final addresses, but was 8/);
  });

  it('must have its entry', () => {
    const boot = bootOf({ assemble: (link) => ({ ...noBoot.assemble(link), entry: 'start32' }) });
    expect(errorOf(empty, { boot })).toMatch(
      /^symbol: the boot code names start32 as its entry, but has no such label$/,
    );
  });

  it('must not redefine link symbols', () => {
    const boot = bootOf({
      assemble: (link) => ({ ...noBoot.assemble(link), symbols: new Map([['kmain', 1]]) }),
    });
    expect(errorOf(empty, { boot })).toMatch(/^symbol: the boot code defines kmain, which is a link symbol already/);
  });

  it.each([
    [
      [
        { name: 'a', sizeBytes: 1 },
        { name: 'a', sizeBytes: 1 },
      ],
      /^symbol: two reservations define a$/,
    ],
    [[{ name: 'a', sizeBytes: 1, alignBytes: 3 }], /^layout: reservation a: alignment 3 is not a power of two$/],
    [[{ name: 'a', sizeBytes: 0x8000_0000 }], /^layout: the image ends at 0x80102000; code and data have to lie below/],
  ])('%#: reservations', (reservations, message) => {
    expect(errorOf(empty, { boot: bootOf({ reservations }) })).toMatch(message);
  });

  it('needs a page-aligned base', () => {
    expect(errorOf(empty, { baseAddress: 0x10_0010 })).toMatch(
      /^layout: base address 0x100010: expected a page-aligned/,
    );
  });
});

describe('AssemblyScript sources', () => {
  it('errors of asc are passed on with their place', async () => {
    const compiling = compileAssemblyScript({
      entry: 'main.ts',
      readFile: (name) => (name === 'main.ts' ? 'export function kmain(): i32 { return "text"; }' : null),
      optimize: 0,
      runtime: 'stub',
    });
    await expect(compiling).rejects.toThrow(/TS2322[\s\S]*main\.ts\(1,39\)/);
    await expect(compiling).rejects.toMatchObject({ code: 'source' });
  }, 60_000);

  it('a missing entry file is an error, not a file access', async () => {
    const compiling = compileAssemblyScript({ entry: 'main.ts', readFile: () => null, optimize: 0, runtime: 'stub' });
    await expect(compiling).rejects.toThrow(/File 'main\.ts' not found/);
  }, 60_000);
});
