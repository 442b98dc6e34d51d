/**
 * Section `.rodata`: what the linker adds and nothing ever changes. Function table, symbol table (only if the kernel
 * asks for it) and the files that travel inside the image. asc's own constants are not here: its data segments mix
 * them with variables, at addresses that are already part of the code (docs/decisions/0007-constant-data.md).
 */
import { type ModuleContext, symbolOf } from '../codegen/function-context.ts';
import type { WasmModule } from '../wasm/module.ts';
import { alignUp, PAGE_BYTES } from './layout.ts';

const ADDRESS_BYTES = 8;
const SIGNATURE_BYTES = 4;

/** Link symbol of the table in symbol-table.ts. */
export const SYMBOL_TABLE = 'symbol_table';

export class ReadOnlySection {
  readonly sizeBytes: number;
  private readonly module: WasmModule;
  private readonly context: ModuleContext;
  private readonly signaturesOffset: number;
  private readonly symbolTableOffset: number;
  private readonly symbolTable: Uint8Array | undefined;
  private readonly files: readonly { readonly name: string; readonly offset: number; readonly bytes: Uint8Array }[];

  constructor(
    module: WasmModule,
    context: ModuleContext,
    symbolTable: Uint8Array | undefined,
    files: ReadonlyMap<string, Uint8Array>,
  ) {
    this.module = module;
    this.context = context;
    this.symbolTable = symbolTable;
    this.signaturesOffset = module.table.length * ADDRESS_BYTES;
    this.symbolTableOffset = alignUp(this.signaturesOffset + module.table.length * SIGNATURE_BYTES, 4);
    let size = this.symbolTableOffset + (symbolTable?.length ?? 0);
    this.files = [...files].map(([name, bytes]) => {
      const offset = alignUp(size, PAGE_BYTES);
      size = offset + alignUp(bytes.length, PAGE_BYTES);
      return { name, offset, bytes };
    });
    this.sizeBytes = size;
  }

  /** Addresses by relocation symbol. */
  addresses(start: number): Map<string, number> {
    return new Map([
      [symbolOf.table, start],
      [symbolOf.tableSignatures, start + this.signaturesOffset],
    ]);
  }

  /** Link symbols: the symbol table, and start and end of every file. */
  linkSymbols(start: number): [name: string, address: number][] {
    const symbols: [string, number][] = this.files.flatMap(({ name, offset, bytes }) => [
      [`${name}_start`, start + offset],
      [`${name}_end`, start + offset + bytes.length],
    ]);
    if (this.symbolTable !== undefined) symbols.push([SYMBOL_TABLE, start + this.symbolTableOffset]);
    return symbols;
  }

  /** The objects in it, for the symbol table of the ELF file: offset, name, size. */
  objects(): { name: string; offset: number; sizeBytes: number }[] {
    const objects: { name: string; offset: number; sizeBytes: number }[] = [];
    if (this.symbolTableOffset > 0)
      objects.push({ name: 'function_table', offset: 0, sizeBytes: this.symbolTableOffset });
    if (this.symbolTable !== undefined)
      objects.push({ name: SYMBOL_TABLE, offset: this.symbolTableOffset, sizeBytes: this.symbolTable.length });
    return objects;
  }

  /** The contents. */
  write(resolve: (symbol: string) => number): Uint8Array {
    const { module, context } = this;
    const bytes = new Uint8Array(this.sizeBytes);
    const view = new DataView(bytes.buffer);
    for (const [slot, functionIndex] of module.table.entries()) {
      const fn = functionIndex === undefined ? undefined : module.functions[functionIndex - module.imports.length];
      if (fn === undefined) continue;
      view.setUint32(slot * ADDRESS_BYTES, resolve(symbolOf.function(fn.index)), true);
      view.setUint32(this.signaturesOffset + slot * SIGNATURE_BYTES, context.signatureNumber(fn.typeIndex), true);
    }
    if (this.symbolTable !== undefined) bytes.set(this.symbolTable, this.symbolTableOffset);
    for (const { offset, bytes: file } of this.files) bytes.set(file, offset);
    return bytes;
  }
}
