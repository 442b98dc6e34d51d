/** The names that boot code and `link.*` imports can use, and their addresses. */
import { symbolOf } from '../codegen/function-context.ts';
import { CompileError } from '../errors.ts';
import type { BootSection, ImageOptions } from '../image.ts';
import type { WasmModule } from '../wasm/module.ts';
import type { Layout } from './layout.ts';
import { codeSymbol, INTERRUPT_EXPORT } from './text-section.ts';

/**
 * Collects all link symbols for a layout. `code`: addresses of the text section by relocation symbol; `readOnly`: link
 * symbols inside `.rodata`.
 */
export function linkSymbols(
  options: ImageOptions,
  module: WasmModule,
  layout: Layout,
  code: ReadonlyMap<string, number>,
  readOnly: readonly (readonly [name: string, address: number])[],
): Map<string, number> {
  const symbols = new Map<string, number>();
  const define = (name: string, value: number, what: string) => {
    if (symbols.has(name))
      throw new CompileError('symbol', `${what} ${name} has the name of another link symbol; rename it`);
    symbols.set(name, value);
  };
  const bounds: Readonly<Record<string, number>> = {
    image_start: layout.boot.start,
    boot_start: layout.boot.start,
    image_load_end: layout.loadEnd,
    image_end: layout.bss.end,
    text_start: layout.text.start,
    text_end: layout.text.end,
    rodata_start: layout.readOnly.start,
    rodata_end: layout.readOnly.end,
    data_start: layout.data.start,
    data_end: layout.data.end,
    wasm_data_start: layout.wasmData.start,
    wasm_data_end: layout.wasmData.end,
    heap_start: layout.heap.start,
    heap_end: layout.heap.end,
    bss_start: layout.bss.start,
    bss_end: layout.bss.end,
  };
  for (const [name, value] of Object.entries(bounds)) define(name, value, 'symbol');
  const start = module.start === undefined ? codeSymbol.start : symbolOf.function(module.start);
  define('start', code.get(start)!, 'symbol');
  const isrStubs = code.get(codeSymbol.isrStubs);
  if (isrStubs !== undefined) define('isr_stubs', isrStubs, 'symbol');
  define('interrupt_return', code.get(codeSymbol.interruptReturn) ?? 0, 'symbol');
  for (const [name, address] of readOnly) define(name, address, 'symbol');
  for (const [name, address] of layout.reservations) define(name, address, 'reservation');
  for (const [name, index] of module.exports) {
    const address = code.get(symbolOf.function(index));
    if (address === undefined)
      throw new CompileError('unsupported', `export ${name} is an imported function, which has no address`);
    define(name, address, 'exported function');
  }
  for (const [name, value] of options.symbols ?? []) define(name, value, 'option symbol');
  return symbols;
}

/** The boot code's labels as numbers, checked against the link symbols. */
export function bootLabels(section: BootSection, link: ReadonlyMap<string, number>): Map<string, number> {
  const labels = new Map<string, number>();
  for (const [name, value] of section.symbols) {
    const known = link.get(name);
    if (known === undefined) labels.set(name, Number(value));
    else if (known !== Number(value))
      throw new CompileError(
        'symbol',
        `the boot code defines ${name}, which is a link symbol already; rename the label`,
      );
  }
  return labels;
}

/** The error for a `link.*` import that nothing defines. */
export function unknownLinkSymbol(
  name: string,
  declaration: string | undefined,
  known: Iterable<string>,
): CompileError {
  const hint =
    name === 'isr_stubs'
      ? `it exists only if the module exports a function ${INTERRUPT_EXPORT}(frame: usize): void`
      : `known are ${[...known].join(', ')}`;
  return new CompileError(
    'symbol',
    `nothing defines the link symbol ${name}${declaration ? ` (${declaration})` : ''}: ${hint}`,
  );
}
