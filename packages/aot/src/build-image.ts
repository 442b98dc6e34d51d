/** The linker: module and boot code in, bootable ELF64 file out. */
import { compileFunction } from './codegen/compile-function.ts';
import type { ModuleContext } from './codegen/function-context.ts';
import { CompileError } from './errors.ts';
import type { BootSection, Image, ImageFunction, ImageOptions, ImageSymbol } from './image.ts';
import { DataSection, wasmDataBytes } from './link/data-section.ts';
import { debugSections } from './link/dwarf.ts';
import { FILE_OFFSET_OF_BASE, type LoadedSection, writeElf } from './link/elf.ts';
import { resolveImports } from './link/imports.ts';
import { computeLayout, type Layout, PAGE_BYTES } from './link/layout.ts';
import { bootLabels, linkSymbols, unknownLinkSymbol } from './link/link-symbols.ts';
import { ReadOnlySection, SYMBOL_TABLE } from './link/read-only-section.ts';
import { SourceLines } from './link/source-lines.ts';
import { symbolTable } from './link/symbol-table.ts';
import { TextSection } from './link/text-section.ts';
import { decodeModule } from './wasm/decode.ts';
import type { WasmModule } from './wasm/module.ts';

/** Compiles the module to x86-64 and links one bootable image. @throws CompileError */
export function buildImage(options: ImageOptions): Image {
  return linkImage(options, compileFunction);
}

/** {@link buildImage} with a code generator of the caller's choice: tests compare with a simple one. */
export function linkImage(options: ImageOptions, compile: typeof compileFunction): Image {
  const { boot, baseAddress = 0x10_0000 } = options;
  const source = new SourceLines(options.sourceMap);
  const module = decodeModule(options.wasm, (offset) => source.describe(offset));
  const imports = resolveImports(module);
  const context = moduleContext(module, imports.emitters);
  const text = new TextSection(module, context, compile);
  const data = new DataSection(module);
  const rows = text.lines(0, source, options.declarations ?? new Map());
  const symbolsForGuest = imports.linkNames.has(SYMBOL_TABLE) ? symbolTable(text.functions(0), rows) : undefined;
  const readOnly = new ReadOnlySection(module, context, symbolsForGuest, options.files ?? new Map());

  const layoutFor = (bootBytes: number) => {
    const sizes = { boot: bootBytes, text: text.sizeBytes, readOnly: readOnly.sizeBytes, data: data.sizeBytes };
    const layout = computeLayout(baseAddress, module, sizes, boot.reservations);
    const code = text.addresses(layout.text.start);
    const link = linkSymbols(options, module, layout, code, readOnly.linkSymbols(layout.readOnly.start));
    return { layout, link };
  };
  const bootBytes = boot.assemble(layoutFor(1).link).bytes.length;
  const { layout, link } = layoutFor(bootBytes);
  const bootSection = boot.assemble(link);
  if (bootSection.bytes.length !== bootBytes)
    throw new CompileError(
      'layout',
      `the boot code is ${bootSection.bytes.length} bytes long with final addresses, but was ${bootBytes} with provisional ones; its size must not depend on link symbols`,
    );
  const labels = bootLabels(bootSection, link);
  const entry = labels.get(bootSection.entry);
  if (entry === undefined)
    throw new CompileError('symbol', `the boot code names ${bootSection.entry} as its entry, but has no such label`);

  const internal = new Map([
    ...text.addresses(layout.text.start),
    ...readOnly.addresses(layout.readOnly.start),
    ...data.addresses(layout.data.start),
  ]);
  const resolve = (symbol: string): number => {
    const address = internal.get(symbol);
    if (address !== undefined) return address;
    const name = symbol.slice('link:'.length);
    const value = link.get(name) ?? labels.get(name);
    if (value === undefined)
      throw unknownLinkSymbol(name, imports.linkNames.get(name), [...link.keys(), ...labels.keys()]);
    return value;
  };
  const sections = loadedSections(
    layout,
    bootSection,
    module,
    text.link(layout.text.start, resolve),
    readOnly.write(resolve),
    data.write(),
  );
  const functions = text.functions(layout.text.start);
  const lines = rows.map((row) => ({ ...row, address: row.address + layout.text.start }));
  const objects = [
    ...readOnly.objects().map((object) => ({ ...object, address: layout.readOnly.start + object.offset })),
    ...data.objects().map((object) => ({ ...object, address: layout.data.start + object.offset })),
  ];
  const symbols = imageSymbols(functions, objects, link, labels);
  const elf = options.strip
    ? writeElf({ baseAddress, entry, sections, symbols: [], debug: new Map() })
    : writeElf({
        baseAddress,
        entry,
        sections,
        symbols,
        debug: debugSections({ functions, lines, bootSection, boot: layout.boot, text: layout.text }),
      });
  const span = ({ start, end }: { start: number; end: number }) => end - start;
  return {
    elf,
    entry,
    symbols,
    functions,
    lines,
    sections: sections.map(({ name, address, sizeBytes }) => ({ name, address, sizeBytes })),
    sizes: {
      boot: bootBytes,
      text: text.sizeBytes,
      readOnly: readOnly.sizeBytes,
      data: data.sizeBytes,
      wasmData: span(layout.wasmData),
      bss: span(layout.bss),
      debug: elf.length - (layout.loadEnd - baseAddress) - FILE_OFFSET_OF_BASE,
      file: elf.length,
    },
  };
}

/** What functions have to know about the module they are in. */
function moduleContext(module: WasmModule, emitters: readonly ReturnType<ModuleContext['intrinsic']>[]): ModuleContext {
  const numbers = new Map<string, number>();
  const byType = module.types.map(({ parameters, result }) => {
    const key = `${parameters.join()}:${result ?? ''}`;
    const number = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, number);
    return number;
  });
  return {
    module,
    intrinsic: (index) => emitters[index],
    signatureNumber: (typeIndex) => byType[typeIndex]!,
  };
}

function loadedSections(
  layout: Layout,
  boot: BootSection,
  module: WasmModule,
  text: Uint8Array,
  readOnly: Uint8Array,
  data: Uint8Array,
): LoadedSection[] {
  const section = (name: string, start: number, bytes: Uint8Array, access: LoadedSection['access']): LoadedSection => {
    return { name, address: start, sizeBytes: bytes.length, bytes, access, alignBytes: PAGE_BYTES };
  };
  const empty = (name: string, { start, end }: { start: number; end: number }): LoadedSection => {
    return { name, address: start, sizeBytes: end - start, access: 'write', alignBytes: PAGE_BYTES };
  };
  return [
    section('.boot', layout.boot.start, boot.bytes, 'execute'),
    section('.data.as', layout.wasmData.start, wasmDataBytes(module, layout.wasmData), 'write'),
    section('.text', layout.text.start, text, 'execute'),
    section('.rodata', layout.readOnly.start, readOnly, 'read'),
    section('.data', layout.data.start, data, 'write'),
    empty('.heap', layout.heap),
    empty('.bss', layout.bss),
  ]
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .sort((a, b) => a.address - b.address);
}

function imageSymbols(
  functions: readonly ImageFunction[],
  objects: readonly { readonly name: string; readonly address: number; readonly sizeBytes: number }[],
  link: ReadonlyMap<string, number>,
  labels: ReadonlyMap<string, number>,
): ImageSymbol[] {
  const symbols: ImageSymbol[] = functions.map(({ name, address, sizeBytes }) => {
    return { name, address, sizeBytes, kind: 'function' };
  });
  for (const { name, address, sizeBytes } of objects) symbols.push({ name, address, sizeBytes, kind: 'object' });
  const named = new Set(symbols.map(({ name }) => name));
  for (const [name, address] of [...labels, ...link])
    if (!named.has(name)) symbols.push({ name, address, sizeBytes: 0, kind: 'label' });
  return symbols.sort((a, b) => a.address - b.address);
}
