/** Section `.text`: compiled functions, helpers and interrupt entry points, one behind the other. */
import type { CompiledFunction } from '../codegen/compile-function.ts';
import { type ModuleContext, symbolOf } from '../codegen/function-context.ts';
import type { ImageFunction, LineRow, SourcePosition } from '../image.ts';
import type { WasmFunction, WasmModule } from '../wasm/module.ts';
import { Assembler } from '../x86/assembler.ts';
import type { FinishedCode } from '../x86/code-buffer.ts';
import { alignUp } from './layout.ts';
import { isrStubsCode, memmoveCode, memsetCode } from './runtime-code.ts';
import type { SourceLines } from './source-lines.ts';

/** Name of the exported function that the interrupt entry points call. */
export const INTERRUPT_EXPORT = 'interrupt';

const ALIGN_BYTES = 16;
/** Fill between functions: a jump into the void meets a breakpoint. */
const INT3 = 0xcc;

/** A code generator. */
export type FunctionCompiler = (fn: WasmFunction, context: ModuleContext) => CompiledFunction;

interface Chunk {
  /** Symbol of its first byte in relocations. */
  readonly symbol: string;
  readonly name: string;
  readonly code: FinishedCode;
  readonly codeBytes: number;
  /** Symbols of places inside of it, by offset. */
  readonly inner?: ReadonlyMap<string, number>;
  /** The origin of code that comes from the module. */
  readonly origin?: { readonly compiled: CompiledFunction; readonly moduleStart: number };
}

/** The symbols of code that the linker itself adds. */
export const codeSymbol = { start: 'start', isrStubs: 'isr_stubs', interruptReturn: 'interrupt_return' } as const;

export class TextSection {
  private readonly chunks: readonly Chunk[];
  private readonly offsets: readonly number[];
  readonly sizeBytes: number;

  /** Compiles the module. @throws CompileError */
  constructor(module: WasmModule, context: ModuleContext, compile: FunctionCompiler) {
    this.chunks = compileChunks(module, context, compile);
    let size = 0;
    this.offsets = this.chunks.map(({ code }) => {
      const offset = alignUp(size, ALIGN_BYTES);
      size = offset + code.bytes.length;
      return offset;
    });
    this.sizeBytes = size;
  }

  /** Addresses of the code by relocation symbol. */
  addresses(start: number): Map<string, number> {
    const addresses = new Map<string, number>();
    for (const [i, { symbol, inner }] of this.chunks.entries()) {
      const base = start + this.offsets[i]!;
      addresses.set(symbol, base);
      for (const [name, offset] of inner ?? []) addresses.set(name, base + offset);
    }
    return addresses;
  }

  /** The bytes for a start address, with every field filled in by `resolve`. */
  link(start: number, resolve: (symbol: string) => number): Uint8Array {
    const bytes = new Uint8Array(this.sizeBytes).fill(INT3);
    const view = new DataView(bytes.buffer);
    for (const [i, { code }] of this.chunks.entries()) {
      const base = this.offsets[i]!;
      bytes.set(code.bytes, base);
      for (const { offset, symbol, addend, kind, trailingBytes } of code.relocations) {
        const at = base + offset;
        const value = resolve(symbol) + addend;
        if (kind === 'relative32') view.setInt32(at, value - (start + at + 4 + trailingBytes), true);
        else view.setUint32(at, value, true); // addresses are below 2 GiB: the high half of absolute64 stays 0
      }
    }
    return bytes;
  }

  functions(start: number): ImageFunction[] {
    return this.chunks.map(({ name, code, codeBytes, origin }, i) => {
      const address = start + this.offsets[i]!;
      return { name, address, sizeBytes: code.bytes.length, codeBytes, hasFrame: origin !== undefined };
    });
  }

  /**
   * The line table: one row for a function's prologue, then one per change of position. A source map says nothing of
   * prologues, and what comes behind may be of another function, which the optimizer has put there.
   */
  lines(start: number, source: SourceLines, declarations: ReadonlyMap<string, SourcePosition>): LineRow[] {
    const rows: LineRow[] = [];
    for (const [i, { name, origin }] of this.chunks.entries()) {
      if (origin === undefined) continue;
      const base = start + this.offsets[i]!;
      const first = rows.length;
      for (const { codeOffset, moduleOffset } of origin.compiled.origins) {
        const declaration = codeOffset === 0 ? declarations.get(name) : undefined;
        const position = declaration ?? source.at(moduleOffset, origin.moduleStart);
        if (position === undefined) continue;
        if (rows.length === first) rows.push({ address: base, ...position });
        const last = rows.at(-1)!;
        const isSame = last.file === position.file && last.line === position.line && last.column === position.column;
        // The prologue keeps a row of its own, by which debuggers find its end.
        if (isSame && rows.length > first + 1) continue;
        const row = { address: base + codeOffset, ...position };
        if (last.address === row.address)
          rows[rows.length - 1] = row; // that instruction emitted nothing
        else rows.push(row);
      }
    }
    return rows;
  }
}

function compileChunks(module: WasmModule, context: ModuleContext, compile: FunctionCompiler): Chunk[] {
  const chunks = module.functions.map((fn): Chunk => {
    const compiled = compile(fn, context);
    const { code, codeBytes } = compiled;
    const origin = { compiled, moduleStart: fn.startOffset };
    return { symbol: symbolOf.function(fn.index), name: fn.name, code, codeBytes, origin };
  });
  const add = (symbol: string, name: string, code: FinishedCode) =>
    chunks.push({ symbol, name, code, codeBytes: code.bytes.length });
  const used = new Set(chunks.flatMap(({ code }) => code.relocations.map((relocation) => relocation.symbol)));
  if (used.has(symbolOf.helper('memmove'))) add(symbolOf.helper('memmove'), 'memmove', memmoveCode());
  if (used.has(symbolOf.helper('memset'))) add(symbolOf.helper('memset'), 'memset', memsetCode());
  if (module.start === undefined) {
    const asm = new Assembler();
    asm.ret();
    add(codeSymbol.start, 'start', asm.finish());
  }
  const interrupt = module.exports.get(INTERRUPT_EXPORT);
  if (interrupt !== undefined) {
    const { code, returnOffset } = isrStubsCode(symbolOf.function(interrupt));
    const inner = new Map([[codeSymbol.interruptReturn, returnOffset]]);
    chunks.push({ symbol: codeSymbol.isrStubs, name: 'isr_stubs', code, codeBytes: code.bytes.length, inner });
  }
  return chunks;
}
