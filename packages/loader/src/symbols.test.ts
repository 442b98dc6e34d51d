import { describe, expect, test } from 'vitest';
import { kernel, MIB, multiboot2 } from '../test/images.ts';
import {
  buildElf,
  type ElfSymbol,
  readElf,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHN_ABS,
  SHT_NOBITS,
  SHT_PROGBITS,
  STB_GLOBAL,
  STB_LOCAL,
  STT_FUNC,
  STT_NOTYPE,
  STT_OBJECT,
  SymbolTable,
} from './index.ts';

const TEXT = 1;
const BSS = 2;

function table(symbols: Partial<ElfSymbol>[], virtualOffset = 0n): SymbolTable {
  const start = BigInt(MIB);
  const file = buildElf({
    class: 64,
    entry: start,
    segments: [{ bytes: new Uint8Array(0x1000), physicalAddress: start, virtualAddress: start + virtualOffset }],
    sections: [
      {
        name: '.text',
        type: SHT_PROGBITS,
        flags: SHF_ALLOC | SHF_EXECINSTR,
        address: start + virtualOffset,
        segment: 0,
        sizeBytes: 0x1000n,
      },
      { name: '.bss', type: SHT_NOBITS, flags: SHF_ALLOC | SHF_WRITE, address: 0x200000n, sizeBytes: 0x1000n },
    ],
    symbols: symbols.map((symbol) => ({
      name: 'unnamed',
      address: start,
      sizeBytes: 0n,
      type: STT_FUNC,
      binding: STB_GLOBAL,
      sectionIndex: TEXT,
      ...symbol,
    })),
  });
  return new SymbolTable(readElf(file));
}

describe('lookup', () => {
  test('gives name and offset inside a sized function, and nothing in the padding behind it', () => {
    const symbols = table([
      { name: 'first', address: 0x100000n, sizeBytes: 10n },
      { name: 'second', address: 0x100010n, sizeBytes: 16n },
    ]);
    expect(symbols.lookup(0x100009)).toEqual({ name: 'first', address: 0x100000n, offset: 9n, sizeBytes: 10n });
    expect(symbols.lookup(0x10000a)).toBeUndefined();
    expect(symbols.lookup(0x100010n)?.name).toBe('second');
    expect(symbols.lookup(0xfffff)).toBeUndefined();
  });

  test('takes assembler labels (no type, no size) up to the end of their section', () => {
    const symbols = table([
      { name: 'start', type: STT_NOTYPE, binding: STB_LOCAL },
      { name: 'start.loop', type: STT_NOTYPE, binding: STB_LOCAL, address: 0x100020n },
    ]);
    expect(symbols.lookup(0x10001f)).toMatchObject({ name: 'start', offset: 0x1fn });
    expect(symbols.lookup(0x100fff)).toMatchObject({ name: 'start.loop' });
    expect(symbols.lookup(0x101000)).toBeUndefined();
  });

  test('prefers the function around a local label', () => {
    const symbols = table([
      { name: 'outer', sizeBytes: 0x100n },
      { name: '.Linner', type: STT_NOTYPE, binding: STB_LOCAL, address: 0x100010n },
    ]);
    expect(symbols.lookup(0x100014)).toMatchObject({ name: 'outer', offset: 0x14n });
  });

  test('prefers functions to labels and global to local names at one address', () => {
    const symbols = table([
      { name: 'label', type: STT_NOTYPE },
      { name: 'function', sizeBytes: 4n },
      { name: 'alias', sizeBytes: 4n, binding: STB_LOCAL },
    ]);
    expect(symbols.lookup(MIB)?.name).toBe('function');
  });

  test('leaves out data, linker constants and labels of data sections', () => {
    const symbols = table([
      { name: 'object', type: STT_OBJECT, sizeBytes: 8n },
      { name: 'constant', type: STT_NOTYPE, sectionIndex: SHN_ABS },
      { name: 'stack', type: STT_NOTYPE, sectionIndex: BSS, address: 0x200000n },
    ]);
    expect(symbols.functionCount).toBe(0);
    expect(symbols.count).toBe(3);
    expect(symbols.lookup(MIB)).toBeUndefined();
  });

  test('understands physical addresses of a kernel linked high', () => {
    const symbols = table([{ name: 'start', address: 0xffffffff80100000n, sizeBytes: 8n }], 0xffffffff80000000n);
    expect(symbols.lookup(0xffffffff80100004n)).toMatchObject({ name: 'start', offset: 4n });
    expect(symbols.lookup(0x100004)).toMatchObject({ name: 'start', offset: 4n });
  });

  test('knows nothing about what is no address', () => {
    const symbols = table([{ name: 'all', address: 0n, sizeBytes: 0xffffffffffffffffn }]);
    for (const address of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, -5n]) {
      expect(symbols.lookup(address)).toBeUndefined();
      expect(symbols.lineAt(address)).toBeUndefined();
    }
  });
});

test('find gives functions, objects and labels by their exact name', () => {
  const symbols = table([
    { name: 'stack_top', type: STT_NOTYPE, sectionIndex: BSS, address: 0x201000n },
    { name: 'stack', type: STT_OBJECT, sectionIndex: BSS, address: 0x200000n, sizeBytes: 0x1000n },
    { name: 'undefined', sectionIndex: 0 },
  ]);
  expect(symbols.find('stack')).toMatchObject({ address: 0x200000n, sizeBytes: 0x1000n });
  expect(symbols.find('stack_top')?.address).toBe(0x201000n);
  for (const name of ['', 'stack_', 'tack', 'undefined', 'nothing']) expect(symbols.find(name)).toBeUndefined();
});

test('sections are those that occupy memory', () => {
  expect(table([]).sections).toEqual([
    { name: '.text', address: 0x100000n, sizeBytes: 0x1000n },
    { name: '.bss', address: 0x200000n, sizeBytes: 0x1000n },
  ]);
  expect(new SymbolTable().sections).toEqual([]);
});

test('an image without symbols has an empty table', () => {
  for (const symbols of [new SymbolTable(), new SymbolTable(readElf(kernel(32, multiboot2(), { symbols: [] })))]) {
    expect(symbols.count).toBe(0);
    expect(symbols.lookup(MIB)).toBeUndefined();
    expect([...symbols.symbols()]).toEqual([]);
  }
});

test('is fast and small for a hundred thousand symbols that share one endless name', () => {
  const names = new Uint8Array(1 << 20).fill(0x41);
  const entries = new Uint8Array(24 * 100_000);
  const view = new DataView(entries.buffer);
  for (let i = 1; i < 100_000; i++) {
    view.setUint32(24 * i, i, true);
    entries[24 * i + 4] = 0x12;
    view.setUint16(24 * i + 6, 1, true);
    view.setBigUint64(24 * i + 8, BigInt(i * 7919) % 1_000_000n, true);
  }
  const file = buildElf({
    class: 64,
    entry: 0n,
    segments: [],
    sections: [
      { name: '.symtab', type: 2, bytes: entries, link: 2, entryBytes: 24n },
      { name: '.strtab', type: 3, bytes: names },
    ],
  });
  const symbols = new SymbolTable(readElf(file));
  expect(symbols.functionCount).toBe(99_999);
  expect(symbols.find('AAAB')).toBeUndefined();
  expect(symbols.lookup(500_000)?.name).toHaveLength(4096);
}, 20_000);
