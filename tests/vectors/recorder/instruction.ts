/**
 * Random instructions made from the instruction table, for 64-bit user code in the memory of the recorded tests
 * (tests/vectors/FORMAT.md): any row, with registers, operand size, addressing form and immediates drawn at random. Memory
 * operands lie in the data region, by registers that `state.ts` points there and that no instruction here writes explicitly.
 * Left out: gathers (their addresses are vectors), segment registers, far transfers, everything privileged.
 */
import { type Instruction, type Mode, sizePrefixes } from '@longmode/x86';
import type { Random } from './random.ts';

/** Registers that point to memory: RBX, RSI and RDI to data, RBP and RSP to the stack. R15 is a small index. */
export const BASES = [3, 6, 7] as const;
export const INDEX = 15;
/** Registers that operands may be. */
const FREE = [0, 1, 2, 8, 9, 10, 11, 12, 13, 14] as const;
/** Those without REX. */
const LOW_REGISTERS = [0, 1, 2] as const;
/** Low registers, for byte operands without REX: AL CL DL, AH CH DH. */
const LOW_BYTES = [0, 1, 2, 4, 5, 6] as const;
/** Where absolute and RIP-relative operands are: in the data region, behind what the registers point to. */
export const ABSOLUTE = 0x20003000n;

/** One instruction. */
export interface RandomInstruction {
  readonly row: Instruction;
  readonly bytes: readonly number[];
  readonly operandBits: Mode;
  /** Offset of a displacement relative to the end of the instruction, to be filled in when its address is known. */
  readonly relative: { readonly at: number; readonly bytes: number; readonly isBranch: boolean } | undefined;
}

/** Why a row can't be run in user mode, or not alone: undefined when it can. */
export function obstacle(row: Instruction): string | undefined {
  if (!row.implemented) return 'the core does not implement it';
  if (row.mode === 'i64') return 'it is invalid in 64-bit mode';
  if (row.cpl !== 3) return 'it is privileged';
  if (row.vsib !== undefined) return 'its addresses are a vector';
  if (row.operands.some((operand) => operand.kind === 'encoded' && /^[SACD]$/.test(operand.method)))
    return 'it names a segment or control register';
  if (row.operands.some((operand) => operand.kind === 'fixed' && /^[ECSDFG]S$/.test(operand.register)))
    return 'it names a segment register';
  if (row.operands.some(({ text }) => /^M[ps]$/.test(text)))
    return 'its operand is a far pointer or a descriptor table';
  if (/^(syscall|sysenter|sysexit|sysret|int|int1|int3|into|iret|retf|ud)/.test(row.mnemonic))
    return 'it leaves the program';
  if (/^(lar|lsl|verr|verw|sldt|str|smsw|sgdt|sidt)$/.test(row.mnemonic))
    return 'the operating system decides its result';
  if (/^(cpuid|rdtsc|rdtscp|rdpmc|rdpid|rdrand|rdseed|xgetbv|xsave|xrstor|monitor|mwait)/.test(row.mnemonic))
    return 'its result differs from machine to machine';
  return undefined;
}

/** Bytes of an immediate, often small or at the ends of its range. */
function immediate(random: Random, count: number): number[] {
  const bytes = Array.from({ length: count }, () => random.below(256));
  const kind = random.below(4);
  if (kind === 0) return bytes;
  const small = random.below(kind === 1 ? 4 : 72);
  const isNegative = random.oneIn(4);
  return bytes.map((_, i) => (i === 0 ? (isNegative ? ~small & 255 : small) : isNegative ? 255 : 0));
}

/** One instruction of a row, or undefined if the row has none in this form; `address` is where it will be. */
export function randomInstruction(random: Random, row: Instruction): RandomInstruction | undefined {
  const { encoding, operands } = row;
  const sizes = ([16, 32, 64] as const).filter((bits) => sizePrefixes(row, bits, 64) !== undefined);
  if (sizes.length === 0) return undefined;
  const operandBits = random.of(sizes);
  const prefixes = sizePrefixes(row, operandBits, 64);
  if (!prefixes) return undefined;
  // A near branch of 16 bits is another instruction on AMD's processors (they honour 66).
  if (row.kind === 'flow' && prefixes.osz) return undefined;
  const has = (letters: string): boolean =>
    operands.some((operand) => operand.kind === 'encoded' && letters.includes(operand.method));
  const isByte = operands.some(
    (operand) => operand.kind === 'encoded' && operand.size === 'b' && 'EGRZB'.includes(operand.method),
  );
  const usesModRm = encoding.modRm.kind === 'reg' || encoding.modRm.kind === 'digit';
  const ignoresMod = encoding.mod === 'any' && has('R');
  const isRegister =
    usesModRm && (encoding.mod === 'register' || ignoresMod || (encoding.mod === 'any' && random.oneIn(2)));
  const isMemory = usesModRm && !isRegister;
  // A bit offset in a register reaches any address.
  if (isMemory && /^bt[src]?$/.test(row.mnemonic) && has('G')) return undefined;

  // Byte operands without REX name AH to DH; a few instructions use them.
  const withoutRex = isByte && encoding.space === 'legacy' && !prefixes.rexW && random.oneIn(3);
  const isByteOf = (letters: string): boolean =>
    operands.some((operand) => operand.kind === 'encoded' && letters.includes(operand.method) && operand.size === 'b');
  const general = (letters: string): number =>
    random.of<number>(!withoutRex ? FREE : isByteOf(letters) ? LOW_BYTES : LOW_REGISTERS);
  const vector = (): number => random.below(withoutRex ? 8 : 16);
  const reg =
    encoding.modRm.kind === 'digit'
      ? encoding.modRm.digit
      : has('G')
        ? general('G')
        : has('V')
          ? vector()
          : random.below(8);
  const vvvv = has('B') ? general('B') : has('H') ? vector() : 0;
  const rm = has('ER') ? general('ER') : has('UW') ? vector() : random.below(8);
  const opcodeRegister = encoding.plusRegister ? (has('Z') ? general('Z') : random.below(8)) : 0;
  if (encoding.rexB === 0 && (opcodeRegister & 8) !== 0) return undefined;

  const memory = isMemory ? randomMemory(random, row, withoutRex) : undefined;
  const rmBits = memory?.rm ?? rm;
  const b = (encoding.plusRegister ? opcodeRegister : isMemory ? (memory?.base ?? 0) : isRegister ? rmBits : 0) >> 3;
  const r = usesModRm && encoding.modRm.kind === 'reg' ? reg >> 3 : 0;
  const x = (memory?.index ?? 0) >> 3;

  const bytes: number[] = [];
  if (encoding.space === 'vex') {
    const pp = { NP: 0, '66': 1, F3: 2, F2: 3 }[encoding.prefix as string] ?? 0;
    const map = { '1': 0, '0F': 1, '0F38': 2, '0F3A': 3 }[encoding.map];
    const length = (encoding.vexL ?? (random.oneIn(2) ? 1 : 0)) === 1 ? 4 : 0;
    const w = (encoding.rexW ?? (prefixes.rexW ? 1 : 0)) === 1 ? 0x80 : 0;
    const last = ((~vvvv & 15) << 3) | length | pp;
    if (map === 1 && w === 0 && x === 0 && b === 0 && random.oneIn(2)) bytes.push(0xc5, (r === 0 ? 0x80 : 0) | last);
    else bytes.push(0xc4, (r === 0 ? 0x80 : 0) | (x === 0 ? 0x40 : 0) | (b === 0 ? 0x20 : 0) | map, w | last);
  } else {
    if (prefixes.osz || encoding.prefix === '66') bytes.push(0x66);
    if (encoding.prefix === 'F2' || encoding.prefix === 'F3') bytes.push(Number.parseInt(encoding.prefix, 16));
    const rex = (prefixes.rexW ? 8 : 0) | (r << 2) | (x << 1) | b;
    if (rex !== 0 || (isByte && !withoutRex)) bytes.push(0x40 | rex);
    bytes.push(...{ '1': [], '0F': [0x0f], '0F38': [0x0f, 0x38], '0F3A': [0x0f, 0x3a] }[encoding.map]);
  }
  bytes.push(encoding.opcode | (encoding.plusRegister ? opcodeRegister & 7 : 0));
  let relative: RandomInstruction['relative'];
  if (encoding.modRm.kind === 'fixed') bytes.push(encoding.modRm.byte);
  else if (usesModRm) {
    if (memory) {
      bytes.push(memory.mod | ((reg & 7) << 3) | (memory.rm & 7), ...memory.rest);
      if (memory.isRipRelative) relative = { at: bytes.length - 4, bytes: 4, isBranch: false };
    } else bytes.push(0xc0 | ((reg & 7) << 3) | (rm & 7));
  }
  for (const code of encoding.immediates) {
    const z = operandBits === 16 ? 2 : 4;
    const count = { ib: 1, iw: 2, id: 4, iz: z, iv: operandBits / 8, cb: 1, cw: 2, cz: 4, cp: 0, moffs: 8 }[code];
    if (code === 'cb' || code === 'cw' || code === 'cz') {
      relative = { at: bytes.length, bytes: count, isBranch: true };
      bytes.push(...Array<number>(count).fill(0));
    } else if (code === 'moffs') {
      const address = ABSOLUTE + BigInt(random.below(256));
      bytes.push(...Array.from({ length: 8 }, (_, i) => Number((address >> BigInt(8 * i)) & 255n)));
    } else if (row.mnemonic === 'enter') bytes.push(...(code === 'iw' ? [random.below(8) * 8, 0] : [random.below(4)]));
    else bytes.push(...immediate(random, count));
  }
  return { row, bytes, operandBits, relative };
}

interface MemoryOperand {
  readonly mod: number;
  readonly rm: number;
  readonly base: number;
  readonly index: number;
  /** SIB and displacement. */
  readonly rest: readonly number[];
  readonly isRipRelative: boolean;
}

/** An operand in the data region; aligned where the row asks for it. */
function randomMemory(random: Random, row: Instruction, withoutRex: boolean): MemoryOperand {
  const wants = row.aligned || /^(cmpxchg16b|fxrstor)/.test(row.mnemonic);
  const offset = wants ? random.below(4) * 32 : random.below(128);
  const wide = [offset, random.below(2), 0, 0];
  const absolute = Number(ABSOLUTE) + offset;
  const base = random.of(BASES);
  const none = { base: 0, index: 0, isRipRelative: false };
  switch (random.below(withoutRex ? 3 : 6)) {
    case 0:
      return { ...none, mod: 0x80, rm: base, base, rest: wide };
    case 1: {
      // Absolute: a SIB byte with neither base nor index.
      const bytes = [0, 8, 16, 24].map((shift) => (absolute >>> shift) & 255);
      return { ...none, mod: 0, rm: 4, rest: [0x25, ...bytes] };
    }
    case 2:
      return { ...none, mod: 0x40, rm: base, base, rest: [offset] };
    case 3:
    case 4: {
      const scale = random.below(4);
      return {
        ...none,
        mod: 0x80,
        rm: 4,
        base,
        index: INDEX,
        rest: [(scale << 6) | ((INDEX & 7) << 3) | base, ...wide],
      };
    }
    default:
      return { ...none, mod: 0, rm: 5, rest: [offset, 0, 0, 0], isRipRelative: true };
  }
}

/** The bytes of an instruction at `address`; a branch goes to `target`. Undefined when the target is too far. */
export function placed(
  { bytes, relative }: RandomInstruction,
  address: bigint,
  target: bigint,
): readonly number[] | undefined {
  if (relative === undefined) return bytes;
  const end = address + BigInt(bytes.length);
  const goal = relative.isBranch ? target : ABSOLUTE + BigInt(bytes[relative.at] ?? 0);
  const distance = goal - end;
  const width = relative.bytes * 8;
  if (BigInt.asIntN(width, distance) !== distance) return undefined;
  return bytes.map((byte, i) =>
    i >= relative.at && i < relative.at + relative.bytes
      ? Number((distance >> BigInt(8 * (i - relative.at))) & 255n)
      : byte,
  );
}
