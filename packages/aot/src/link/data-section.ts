/** Sections of variables: mutable globals in `.data`, the module's data segments in `.data.as`. */
import { symbolOf } from '../codegen/function-context.ts';
import type { WasmModule } from '../wasm/module.ts';
import type { Span } from './layout.ts';

const GLOBAL_BYTES = 8;

export class DataSection {
  readonly sizeBytes: number;
  private readonly module: WasmModule;
  /** Index of each mutable global in the module. */
  private readonly globals: readonly number[];

  constructor(module: WasmModule) {
    this.module = module;
    this.globals = module.globals.flatMap(({ mutable }, index) => (mutable ? [index] : []));
    this.sizeBytes = this.globals.length * GLOBAL_BYTES;
  }

  /** Addresses by relocation symbol. */
  addresses(start: number): Map<string, number> {
    return new Map(this.globals.map((index, i) => [symbolOf.global(index), start + i * GLOBAL_BYTES]));
  }

  /** The objects in it, for the symbol table: offset, name, size. */
  objects(): { name: string; offset: number; sizeBytes: number }[] {
    return this.globals.map((index, i) => {
      const { name, type } = this.module.globals[index]!;
      return { name, offset: i * GLOBAL_BYTES, sizeBytes: type === 'i32' ? 4 : 8 };
    });
  }

  /** The initial contents. */
  write(): Uint8Array {
    const bytes = new Uint8Array(this.sizeBytes);
    const view = new DataView(bytes.buffer);
    for (const [i, index] of this.globals.entries())
      view.setBigUint64(i * GLOBAL_BYTES, this.module.globals[index]!.initial, true);
    return bytes;
  }
}

/** The module's data segments as one block of memory. */
export function wasmDataBytes(module: WasmModule, span: Span): Uint8Array {
  const bytes = new Uint8Array(span.end - span.start);
  for (const { address, bytes: segment } of module.data)
    if (segment.length > 0) bytes.set(segment, address - span.start);
  return bytes;
}
