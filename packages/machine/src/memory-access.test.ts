import { SymbolTable } from '@longmode/loader';
import { describe, expect, test } from 'vitest';
import { ScriptedCore } from '../test/scripted-core.ts';
import { LinearMemory, MemoryError } from './memory-access.ts';
import { parseMemorySize } from './memory-size.ts';
import { SymbolView } from './symbol-view.ts';

/** Pages 0 and 1 are swapped, everything else is identity mapped up to 1 MiB. */
class SwappedPagesCore extends ScriptedCore {
  override translate(linearAddress: bigint) {
    const walk = super.translate(linearAddress);
    return linearAddress < 0x2000n ? { ...walk, physicalAddress: linearAddress ^ 0x1000n } : walk;
  }
}

function setUp() {
  const invalidated: number[][] = [];
  const core = new SwappedPagesCore(undefined as never, []);
  core.invalidate = (address: number, lengthBytes: number) => void invalidated.push([address, lengthBytes]);
  return { core, invalidated, memory: new LinearMemory(core, new SymbolView(new SymbolTable())) };
}

describe('memory', () => {
  test('reads and writes across pages that lie apart, and invalidates what it wrote', () => {
    const { core, memory, invalidated } = setUp();
    memory.write(0xffe, Uint8Array.of(1, 2, 3, 4));
    expect([...core.ram.subarray(0x1ffe, 0x2000), ...core.ram.subarray(0, 2)]).toEqual([1, 2, 3, 4]);
    expect(memory.u32(0xffe)).toBe(0x04030201);
    expect(memory.physical.u16(0x1ffe)).toBe(0x0201);
    expect(invalidated).toEqual([
      [0x1ffe, 2],
      [0, 2],
    ]);
  });

  test('knows all widths, and text', () => {
    const { memory } = setUp();
    memory.write(0x3000, Uint8Array.of(0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0xf1));
    expect(memory.u8(0x3000)).toBe(0xef);
    expect(memory.u16(0x3000n)).toBe(0xcdef);
    expect(memory.u32(0x3000)).toBe(0x89abcdef);
    expect(memory.u64(0x3000)).toBe(0xf123456789abcdefn);
    memory.write(0x4000, Uint8Array.of(0x4f, 0x4b, 0xc3, 0xa4, 0, 0x58));
    expect(memory.cString(0x4000)).toBe('OKä');
    expect(memory.cString(0x4000, 1)).toBe('O');
  });

  test('a write that does not fit changes nothing', () => {
    const { core, memory } = setUp();
    expect(() => memory.write(0xfffff, Uint8Array.of(1, 2))).toThrow(MemoryError);
    expect(core.ram[0xfffff]).toBe(0);
  });

  test('says which address is not there', () => {
    const { memory } = setUp();
    expect(() => memory.u8(0x100000)).toThrow('nothing is mapped at linear address 0x100000');
    expect(() => memory.physical.u8(2n ** 40n)).toThrow('no RAM at physical address 0x10000000000');
    expect(() => memory.read(0, -1)).toThrow(RangeError);
    expect(() => memory.read(0, 2 ** 40)).toThrow('the machine has 1048576');
    expect(() => memory.u8('nowhere')).toThrow('the image has no symbol named "nowhere"');
    expect(() => memory.u8(-1)).toThrow(RangeError);
  });
});

test.each([
  [4096, 4096],
  ['4096', 4096],
  ['64M', 64 << 20],
  ['64MiB', 64 << 20],
  ['1g', 1 << 30],
  ['512 KB', 512 << 10],
  ['0x100000', 1 << 20],
])('%j is a memory size', (text, bytes) => {
  expect(parseMemorySize(text)).toBe(bytes);
});

test.each(['', 'M', '64X', '-1M', '1.5G', '64 M M', '99999999999G'])('%j is no memory size', (text) => {
  expect(() => parseMemorySize(text)).toThrow('is no memory size: expected bytes or a text such as "64M" or "1G"');
});
