/** Where everything goes: the drawing in image.ts, in numbers. */
import { CompileError } from '../errors.ts';
import type { Reservation } from '../image.ts';
import type { WasmModule } from '../wasm/module.ts';
import { Op } from '../wasm/opcodes.ts';

export const PAGE_BYTES = 0x1000;
const WASM_PAGE_BYTES = 0x10000;

/** Rounds up to a multiple of a power of two. */
export const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Layout {
  readonly boot: Span;
  readonly text: Span;
  readonly readOnly: Span;
  readonly data: Span;
  /** The part of linear memory that asc laid out, page aligned; empty if the module has no data. */
  readonly wasmData: Span;
  /** Linear memory behind the data that an allocator may use; empty if text follows the data. */
  readonly heap: Span;
  readonly bss: Span;
  /** End of what is in the file. */
  readonly loadEnd: number;
  readonly reservations: ReadonlyMap<string, number>;
}

export interface PartSizes {
  readonly boot: number;
  readonly text: number;
  readonly readOnly: number;
  readonly data: number;
}

const hex = (value: number) => `0x${value.toString(16)}`;

/** End of what the module uses of its linear memory. */
function usedMemoryEnd(module: WasmModule, dataEnd: number): { end: number; asksForSize: boolean } {
  const asksForSize = module.functions.some((fn) => fn.body.some(({ opcode }) => opcode.code === Op.memory_grow));
  const memoryBytes = module.memoryPages * WASM_PAGE_BYTES;
  if (asksForSize) return { end: memoryBytes, asksForSize };
  if (module.memoryEnd !== undefined) return { end: Math.max(dataEnd, module.memoryEnd), asksForSize };
  // The collector's shadow stack lies behind the data; the initial value of its stack pointer, a global, tells its
  // end. Any other global that looks like it only makes the space larger.
  let end = dataEnd;
  for (const { mutable, type, initial } of module.globals) {
    const value = Number(initial);
    if (mutable && type === 'i32' && value > end && value <= memoryBytes) end = value;
  }
  return { end, asksForSize };
}

/** Computes the layout. @throws CompileError code `layout` */
export function computeLayout(
  baseAddress: number,
  module: WasmModule,
  sizes: PartSizes,
  reservations: readonly Reservation[],
): Layout {
  if (baseAddress % PAGE_BYTES !== 0 || baseAddress < PAGE_BYTES || baseAddress > 0x7000_0000)
    throw new CompileError(
      'layout',
      `base address ${hex(baseAddress)}: expected a page-aligned address from 0x1000 to 0x70000000`,
    );
  const boot = { start: baseAddress, end: baseAddress + sizes.boot };
  const bootEnd = alignUp(boot.end, PAGE_BYTES);
  const codeBytes = [sizes.text, sizes.readOnly, sizes.data].reduce((sum, size) => sum + alignUp(size, PAGE_BYTES), 0);

  const segments = module.data.filter((segment) => segment.bytes.length > 0);
  // Memory that begins as zeros may have no segment.
  const tells = module.memoryEnd !== undefined && module.memoryEnd > (module.memoryStart ?? Infinity);
  const hasData = segments.length > 0 || tells;
  const firstData = Math.min(tells ? module.memoryStart! : Infinity, ...segments.map((segment) => segment.address));
  const lastData = Math.max(0, ...segments.map((segment) => segment.address + segment.bytes.length));
  const used = usedMemoryEnd(module, lastData);
  if (!hasData && !used.asksForSize) used.end = 0;
  const wasmStart = hasData ? Math.floor(firstData / PAGE_BYTES) * PAGE_BYTES : bootEnd;
  if (hasData && wasmStart < bootEnd)
    throw new CompileError(
      'layout',
      `static data begins at ${hex(firstData)}, but .boot reaches up to ${hex(bootEnd)}; compile with a memory base (asc --memoryBase) of at least ${hex(bootEnd)}`,
    );

  const codeBelow = hasData && bootEnd + codeBytes <= wasmStart;
  const wasmEnd = Math.max(alignUp(used.end, PAGE_BYTES), wasmStart);
  // Static memory that begins as zeros belongs to the data, not to the heap behind it.
  const staticEnd = Math.max(lastData, module.memoryEnd ?? 0);
  const fileDataEnd = hasData ? alignUp(staticEnd, PAGE_BYTES) : wasmStart;
  const textStart = codeBelow ? bootEnd : wasmEnd;
  const text = { start: textStart, end: textStart + sizes.text };
  const readOnlyStart = alignUp(text.end, PAGE_BYTES);
  const readOnly = { start: readOnlyStart, end: readOnlyStart + sizes.readOnly };
  const dataStart = alignUp(readOnly.end, PAGE_BYTES);
  const data = { start: dataStart, end: dataStart + sizes.data };
  const wasmData = { start: wasmStart, end: codeBelow ? fileDataEnd : wasmEnd };
  const heap = codeBelow
    ? { start: fileDataEnd, end: Math.max(wasmEnd, fileDataEnd) }
    : { start: wasmEnd, end: wasmEnd };
  // The file ends with the last section that has contents; loaders read exactly up to there.
  const codeEnd = [data, readOnly, text].find(({ start, end }) => end > start)?.end ?? text.end;
  const loadEnd = codeBelow ? wasmData.end : codeEnd;

  const bssStart = alignUp(Math.max(loadEnd, heap.end), PAGE_BYTES);
  const places = new Map<string, number>();
  let next = bssStart;
  const define = (name: string, address: number) => {
    if (places.has(name)) throw new CompileError('symbol', `two reservations define ${name}`);
    places.set(name, address);
  };
  for (const { name, sizeBytes, alignBytes = 16, endName } of reservations) {
    if (alignBytes <= 0 || (alignBytes & (alignBytes - 1)) !== 0)
      throw new CompileError('layout', `reservation ${name}: alignment ${alignBytes} is not a power of two`);
    next = alignUp(next, alignBytes);
    define(name, next);
    next += sizeBytes;
    if (endName !== undefined) define(endName, next);
  }
  if (next > 0x7fff_ffff)
    throw new CompileError('layout', `the image ends at ${hex(next)}; code and data have to lie below 0x80000000`);
  return {
    boot,
    text,
    readOnly,
    data,
    wasmData,
    heap,
    bss: { start: bssStart, end: next },
    loadEnd,
    reservations: places,
  };
}
