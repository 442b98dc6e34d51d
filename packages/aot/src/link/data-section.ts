/** Sections of data: mutable globals and the function table in `.data`, the module's data segments in `.data.as`. */
import { type ModuleContext, symbolOf } from '../codegen/function-context.ts';
import type { WasmModule } from '../wasm/module.ts';
import type { Span } from './layout.ts';

const GLOBAL_BYTES = 8;
const ADDRESS_BYTES = 8;
const SIGNATURE_BYTES = 4;

export class DataSection {
  readonly sizeBytes: number;
  private readonly module: WasmModule;
  private readonly context: ModuleContext;
  /** Index of each mutable global in the module. */
  private readonly globals: readonly number[];
  private readonly tableOffset: number;
  private readonly signaturesOffset: number;

  constructor(module: WasmModule, context: ModuleContext) {
    this.module = module;
    this.context = context;
    this.globals = module.globals.flatMap(({ mutable }, index) => (mutable ? [index] : []));
    this.tableOffset = this.globals.length * GLOBAL_BYTES;
    this.signaturesOffset = this.tableOffset + module.table.length * ADDRESS_BYTES;
    this.sizeBytes = this.signaturesOffset + module.table.length * SIGNATURE_BYTES;
  }

  /** Addresses by relocation symbol. */
  addresses(start: number): Map<string, number> {
    const result = new Map(this.globals.map((index, i) => [symbolOf.global(index), start + i * GLOBAL_BYTES]));
    result.set(symbolOf.table, start + this.tableOffset);
    result.set(symbolOf.tableSignatures, start + this.signaturesOffset);
    return result;
  }

  /** The objects in it, for the symbol table: offset, name, size. */
  objects(): { name: string; offset: number; sizeBytes: number }[] {
    const objects = this.globals.map((index, i) => {
      const { name, type } = this.module.globals[index]!;
      return { name, offset: i * GLOBAL_BYTES, sizeBytes: type === 'i32' ? 4 : 8 };
    });
    const sizeBytes = this.sizeBytes - this.tableOffset;
    if (sizeBytes > 0) objects.push({ name: 'function_table', offset: this.tableOffset, sizeBytes });
    return objects;
  }

  /** The initial contents. */
  write(resolve: (symbol: string) => number): Uint8Array {
    const { module, context } = this;
    const bytes = new Uint8Array(this.sizeBytes);
    const view = new DataView(bytes.buffer);
    for (const [i, index] of this.globals.entries())
      view.setBigUint64(i * GLOBAL_BYTES, module.globals[index]!.initial, true);
    for (const [slot, functionIndex] of module.table.entries()) {
      const fn = functionIndex === undefined ? undefined : module.functions[functionIndex - module.imports.length];
      if (fn === undefined) continue;
      view.setUint32(this.tableOffset + slot * ADDRESS_BYTES, resolve(symbolOf.function(fn.index)), true);
      view.setUint32(this.signaturesOffset + slot * SIGNATURE_BYTES, context.signatureNumber(fn.typeIndex), true);
    }
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
