/**
 * The images of FNSTENV and FNSAVE, and what FLDENV and FRSTOR take from them, in every mode and operand size (SDM Vol. 1 8.1.10,
 * figures 8-9 to 8-12; Vol. 2 FSTENV, FSAVE): 14 or 28 bytes, pointers in 20 or 32 bits without selectors in real-address and
 * virtual-8086 mode, offsets elsewhere. As CPUID.7.EBX bits 6 and 13 say, the selectors are 0, and FOP and FDP change only with an
 * unmasked exception. Images that cross into a page that is not there are not tested here.
 */
import { assemble } from '@longmode/x86';
import { describe, expect, test } from 'vitest';
import { CpuCore } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';

const CODE = 0x10000;
const IMAGE = 0x20000;
/** CS and DS of the modes whose segments have a base. */
const CODE_SEGMENT = 0x1000;
const IMAGE_SEGMENT = 0x2000;
const MEMORY_BYTES = 2 ** 20;
/** What an image must leave alone behind its end. */
const UNTOUCHED = 0xcc;

/** All exceptions masked but IE and ZE; round up. */
const CONTROL = 0x0b7a;
/** TOP = 5, and IE, which is unmasked, so ES and B too. */
const STATUS = 0xa881;
const INSTRUCTION = 0x3456789an;
const DATA = 0x4bcdef01n;
const OPCODE = 0x5a5n;

type Bits = 16 | 32 | 64;
interface Mode {
  readonly name: string;
  /** Of the code. */
  readonly bits: Bits;
  /** Pointers as in real-address mode. */
  readonly isReal: boolean;
  enter(core: CpuCore): void;
}

/** Segments of a mode with 16- or 32-bit code; `rights` are those of a data segment. */
function segments({ registers }: CpuCore, wide: boolean, real: boolean, cpl: 0 | 3): void {
  const size = wide ? 0xc000 : 0;
  const dpl = cpl << 5;
  const limit = wide ? 0xffffffff : 0xffff;
  const based = (selector: number) => ({ selector, base: BigInt(selector) << 4n, limit });
  registers.setSegmentFields('ds', { ...based(IMAGE_SEGMENT), rights: 0x93 | dpl | size });
  registers.setSegmentFields('ss', { selector: cpl, base: 0n, limit, rights: 0x93 | dpl | size });
  const rights = (real ? 0x93 : 0x9b) | dpl | size;
  registers.setSegment('cs', { ...based(CODE_SEGMENT), rights });
  registers.setField('cpl', BigInt(cpl));
}

const modes: readonly Mode[] = [
  {
    name: 'real-address mode',
    bits: 16,
    isReal: true,
    enter: (core) => {
      core.registers.setField('cr0', 0x30n);
      segments(core, false, true, 0);
    },
  },
  {
    name: 'virtual-8086 mode',
    bits: 16,
    isReal: true,
    enter: (core) => {
      core.registers.setField('cr0', 0x31n);
      segments(core, false, true, 3);
      core.registers.set('rflags', 0x20002n);
    },
  },
  {
    name: '16-bit protected mode',
    bits: 16,
    isReal: false,
    enter: (core) => {
      core.registers.setField('cr0', 0x31n);
      segments(core, false, false, 0);
    },
  },
  {
    name: '32-bit protected mode',
    bits: 32,
    isReal: false,
    enter: (core) => {
      core.registers.setField('cr0', 0x31n);
      segments(core, true, false, 0);
    },
  },
  {
    name: 'compatibility mode',
    bits: 32,
    isReal: false,
    enter: (core) => {
      enterLongMode(core);
      segments(core, true, false, 0);
    },
  },
  { name: '64-bit mode', bits: 64, isReal: false, enter: (core) => enterLongMode(core) },
];

/** Every mode with both operand sizes. */
const cases = modes.flatMap((mode) => [
  { ...mode, size: 16 as const, prefix: mode.bits === 16 ? '' : 'o16 ' },
  { ...mode, size: 32 as const, prefix: mode.bits === 16 ? 'o32 ' : '' },
]);
type Row = (typeof cases)[number];

/** The register that points to the image. */
const pointer = ({ bits }: Mode): string => ({ 16: 'bx', 32: 'ebx', 64: 'rbx' })[bits];
const environmentBytes = ({ size }: Row): number => (size === 16 ? 14 : 28);

/** The seven fields of an image, as the figures have them. */
function environment({ size, isReal }: Row, pointers: readonly [bigint, bigint, bigint], tags: number): number[] {
  const [instruction, data, opcode] = pointers.map(Number) as [number, number, number];
  const words = [CONTROL, STATUS, tags];
  const bytes = (values: readonly number[], width: 2 | 4): number[] =>
    values.flatMap((value) => Array.from({ length: width }, (_, i) => (value >>> (8 * i)) & 0xff));
  if (size === 16) {
    const second = isReal ? ((instruction >>> 16) & 15) * 0x1000 + opcode : 0;
    const last = isReal ? ((data >>> 16) & 15) * 0x1000 : 0;
    return bytes([...words, instruction & 0xffff, second, data & 0xffff, last], 2);
  }
  // The reserved halves are all ones, as on processors.
  const reserved = 0xffff0000;
  const wide = words.map((word) => reserved + word);
  if (isReal) {
    const second = (instruction >>> 16) * 0x1000 + opcode;
    const last = (data >>> 16) * 0x1000;
    return bytes([...wide, reserved + (instruction & 0xffff), second, reserved + (data & 0xffff), last], 4);
  }
  return bytes([...wide, instruction, opcode * 0x10000, data, reserved], 4);
}

/** ST(0) to ST(7) with TOP = 5: a number, zero, infinity, a denormal, and empty ones. */
const VALUES: readonly (readonly [signExponent: bigint, significand: bigint])[] = [
  [0x4000n, 0xc90fdaa22168c235n],
  [0x8000n, 0n],
  [0x7fffn, 1n << 63n],
  [0n, 1n],
  [1n, 2n],
  [3n, 4n],
  [5n, 6n],
  [7n, 8n],
];
/** Physical registers 5, 6, 7 and 0 hold ST(0) to ST(3). */
const TAGS_ABRIDGED = 0b11100001n;
/** The same in two bits each, from register 7 down: infinity 2, zero 1, number 0, empty 3, the denormal 2. */
const TAGS = 0b10_01_00_11_11_11_11_10;

describe.each(engines)('x87 images, $engine', ({ engine, code }) => {
  const core = CpuCore.create({ engine, code, memoryBytes: MEMORY_BYTES, host: silentHost });
  const { registers, ram } = core;

  /** Runs one instruction on the image, which `pointer` points to. */
  function run(row: Row, source: string): void {
    const flat = row.bits === 64;
    ram.fill(0x90, CODE, CODE + 64);
    ram.set(assemble(source, { bits: row.bits }).bytes, CODE);
    core.invalidate(CODE, 64);
    registers.setField('rbx', flat ? BigInt(IMAGE) : 0n);
    registers.set('rip', flat ? BigInt(CODE) : 0n);
    core.run(1);
    expect(registers.field('faultPending'), source).toBe(0n);
    expect(core.shutdownChain).toEqual([]);
  }

  const enter = (row: Row): void => {
    core.reset();
    row.enter(core);
    ram.fill(UNTOUCHED, IMAGE, IMAGE + 128);
  };

  const load = (): void => {
    registers.setField('x87Control', BigInt(CONTROL));
    registers.setField('x87Status', BigInt(STATUS));
    registers.setField('x87Tags', TAGS_ABRIDGED);
    registers.setField('x87InstructionPointer', INSTRUCTION);
    registers.setField('x87DataPointer', DATA);
    registers.setField('x87Opcode', OPCODE);
    VALUES.forEach(([signExponent, significand], i) => {
      const n = ((i + 5) & 7) as 0;
      registers.setField(`x87SignExponent${n}`, signExponent);
      registers.setField(`x87Significand${n}`, significand);
    });
  };

  const image = (bytes: number): number[] => [...ram.subarray(IMAGE, IMAGE + bytes)];
  const stack = () =>
    VALUES.map((_, i) => {
      const n = ((i + 5) & 7) as 0;
      return [registers.field(`x87SignExponent${n}`), registers.field(`x87Significand${n}`)];
    });
  /** VALUES in ten bytes each. */
  const tens = VALUES.flatMap(([signExponent, significand]) =>
    Array.from({ length: 10 }, (_, i) => Number((((signExponent << 64n) | significand) >> BigInt(8 * i)) & 0xffn)),
  );

  test.each(cases)('FNSTENV in $name, $size bits', (row) => {
    enter(row);
    load();
    run(row, `${row.prefix}fnstenv [${pointer(row)}]`);
    const expected = environment(row, [INSTRUCTION, DATA, OPCODE], TAGS);
    expect(image(30)).toEqual([...expected, ...Array(30 - expected.length).fill(UNTOUCHED)]);
    // All exceptions are masked afterwards, so that nothing is pending; the rest stays.
    expect(registers.field('x87Control')).toBe(BigInt(CONTROL | 0x3f));
    expect(registers.field('x87Status')).toBe(BigInt(STATUS & ~0x8080));
    expect(registers.field('x87Tags')).toBe(TAGS_ABRIDGED);
  });

  test.each(cases)('FNSAVE in $name, $size bits', (row) => {
    enter(row);
    load();
    run(row, `${row.prefix}fnsave [${pointer(row)}]`);
    const expected = [...environment(row, [INSTRUCTION, DATA, OPCODE], TAGS), ...tens];
    expect(image(110)).toEqual([...expected, ...Array(110 - expected.length).fill(UNTOUCHED)]);
    // As after FNINIT.
    expect(registers.field('x87Control')).toBe(0x37fn);
    expect(registers.field('x87Status')).toBe(0n);
    expect(registers.field('x87Tags')).toBe(0n);
    expect(registers.field('x87InstructionPointer')).toBe(0n);
    expect(registers.field('x87DataPointer')).toBe(0n);
    expect(registers.field('x87Opcode')).toBe(0n);
  });

  /** What an image of this form holds of the pointers. */
  const held = ({ size, isReal }: Row): [bigint, bigint, bigint] => {
    const mask = size === 32 ? 0xffffffffn : isReal ? 0xfffffn : 0xffffn;
    return [INSTRUCTION & mask, DATA & mask, size === 16 && !isReal ? 0n : OPCODE];
  };

  test.each(cases)('FLDENV in $name, $size bits', (row) => {
    enter(row);
    ram.set(environment(row, [INSTRUCTION, DATA, OPCODE], TAGS), IMAGE);
    run(row, `${row.prefix}fldenv [${pointer(row)}]`);
    const [instruction, data, opcode] = held(row);
    expect(registers.field('x87Control')).toBe(BigInt(CONTROL));
    expect(registers.field('x87Status')).toBe(BigInt(STATUS));
    expect(registers.field('x87Tags')).toBe(TAGS_ABRIDGED);
    expect(registers.field('x87InstructionPointer')).toBe(instruction);
    expect(registers.field('x87DataPointer')).toBe(data);
    expect(registers.field('x87Opcode')).toBe(opcode);
  });

  test.each(cases)('FRSTOR in $name, $size bits', (row) => {
    enter(row);
    ram.set([...environment(row, [INSTRUCTION, DATA, OPCODE], TAGS), ...tens], IMAGE);
    run(row, `${row.prefix}frstor [${pointer(row)}]`);
    const [instruction, data, opcode] = held(row);
    expect(registers.field('x87Status')).toBe(BigInt(STATUS));
    expect(registers.field('x87Tags')).toBe(TAGS_ABRIDGED);
    expect(registers.field('x87InstructionPointer')).toBe(instruction);
    expect(registers.field('x87DataPointer')).toBe(data);
    expect(registers.field('x87Opcode')).toBe(opcode);
    expect(stack()).toEqual(VALUES);
  });

  test('selectors of a loaded image are not kept', () => {
    const row = cases.find(({ name, size }) => name === '32-bit protected mode' && size === 32) as Row;
    enter(row);
    load();
    registers.setField('x87Status', 0n);
    const bytes = environment(row, [INSTRUCTION, DATA, OPCODE], TAGS);
    ram.set(bytes, IMAGE);
    ram.set([0x34, 0x12], IMAGE + 16);
    ram.set([0x78, 0x56], IMAGE + 24);
    run(row, 'fldenv [ebx]');
    ram.fill(UNTOUCHED, IMAGE, IMAGE + 28);
    run(row, 'fnstenv [ebx]');
    expect(image(environmentBytes(row))).toEqual(bytes);
  });

  test.each(cases)('the pointers of an instruction that was executed, in $name, $size bits', (row) => {
    const register = pointer(row);
    const start = row.bits === 64 ? BigInt(CODE) : 0n;
    const operand = row.bits === 64 ? BigInt(IMAGE) : 0n;
    enter(row);
    registers.setField('x87Control', 0x37fn);
    registers.setField('x87Tags', 0n);
    registers.setField('x87DataPointer', DATA & 0xffffn);
    ram.set([0, 0, 0x80, 0x3f, 1, 0, 0x80, 0x7f], IMAGE);
    // Masked: FIP alone moves. FLD [x + 4] of a signaling NaN with IE unmasked: FOP and FDP as well.
    run(row, `fld dword [${register}]`);
    expect(registers.field('x87InstructionPointer')).toBe(start);
    expect(registers.field('x87DataPointer')).toBe(DATA & 0xffffn);
    expect(registers.field('x87Opcode')).toBe(0n);
    registers.setField('x87Control', 0x37en);
    run(row, `nop\nfld dword [${register} + 4]`);
    core.run(1);
    expect(registers.field('x87InstructionPointer')).toBe(start + 1n);
    expect(registers.field('x87DataPointer')).toBe(operand + 4n);
    // D9 /0 with a displacement of 8 bits: 1, and the ModRM byte.
    expect(registers.field('x87Opcode')).toBe(0x100n | (row.bits === 16 ? 0x47n : 0x43n));
    run(row, `${row.prefix}fnstenv [${register}]`);
    const shown = image(environmentBytes(row));
    const at = row.size === 16 ? 6 : 12;
    expect([shown[at], shown[at + (row.size === 16 ? 4 : 8)]]).toEqual([1, 4]);
  });
});
