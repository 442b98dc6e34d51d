/** Compiles the integer core alone (assembly/float/isolated.ts), as it is or with a change of its text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the module exports; 64-bit values are signed BigInts. */
export interface FloatCore {
  useMxcsr(mxcsr: number): void;
  exceptions(): number;
  wasRoundedUp(): number;
  arithmetic(operation: number, isDouble: number, a: bigint, b: bigint): bigint;
  root(isDouble: number, a: bigint): bigint;
  fused(isDouble: number, negatesProduct: number, negatesAddend: number, a: bigint, b: bigint, c: bigint): bigint;
  changeFormat(toDouble: number, a: bigint): bigint;
  fromInteger(isDouble: number, value: bigint): bigint;
  toIntegerOf(isDouble: number, bits: number, a: bigint): bigint;
  fromHalf(a: number): number;
  toHalf(a: number): number;
  setOperands(aLow: bigint, aHigh: number, bLow: bigint, bHigh: number): void;
  extended(operation: number, control: number): void;
  transcendental(operation: number, control: number): void;
  /** The host's arithmetic: 0 when it may not be used, 1 when it is exact, 3 when it is inexact. */
  hostArithmetic(operation: number, isDouble: number, a: bigint, b: bigint): number;
  hostRoot(isDouble: number, a: bigint): number;
  hostFused(isDouble: number, a: bigint, b: bigint, c: bigint): number;
  /** The same for all lanes at once, with the operands in the lane at a byte offset: 0 when it may not be used, else 1. */
  hostAtOnce(operation: number, isDouble: number, offset: number, a: bigint, b: bigint): number;
  hostResult(): bigint;
  significand(): bigint;
  signExponent(): number;
}

/** A change of one source: every occurrence of `from` in `file` becomes `to`. */
export interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function readSource(name: string, folder: string, mutation: Mutation | undefined): string | null {
  let text: string;
  try {
    text = readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
  if (mutation === undefined || !name.endsWith(`float/${mutation.file}`)) return text;
  if (!text.includes(mutation.from)) throw new Error(`${mutation.file} does not contain "${mutation.from}"`);
  return text.replaceAll(mutation.from, mutation.to);
}

/** @throws Error with the compiler's messages. */
export async function compileFloatCore(mutation?: Mutation): Promise<FloatCore> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    [
      'assembly/float/isolated.ts',
      '--baseDir',
      root,
      '--outFile',
      'core.wasm',
      '--runtime',
      'stub',
      '--noAssert',
      '--enable',
      'simd',
      '-O1',
    ],
    {
      readFile: (name, folder) => readSource(name, folder, mutation),
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) binary = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error || binary === undefined) throw new Error(`the core does not compile: ${stderr.toString()}`);
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  return new WebAssembly.Instance(module, { env: { abort: () => undefined } }).exports as unknown as FloatCore;
}
