/**
 * Encoder of the x86-64 instructions that the code generator uses (SDM Vol. 2, chapter 2 for prefixes, ModRM and SIB;
 * the opcode maps of appendix A for the rest). Operand sizes are bytes. It writes the shortest encoding that it knows
 * of; iced-x86 decodes everything it emits in the tests.
 */
import { CodeBuffer, type Label } from './code-buffer.ts';
import type { Condition, Register } from './registers.ts';
import { R12, R13, RBP, RSP } from './registers.ts';

export type OperandSize = 1 | 2 | 4 | 8;

/** A memory operand: `[base + index*scale + displacement]`, or `[rip + symbol + displacement]` with `symbol`. */
export interface Memory {
  readonly base?: Register | undefined;
  readonly index?: Register | undefined;
  readonly scale?: 1 | 2 | 4 | 8;
  /** Signed 32 bits; sign-extended unless `wraps`. */
  readonly displacement?: number;
  /** Rip-relative if alone; as an absolute 32-bit address if there is a base or an index. */
  readonly symbol?: string;
  /** With `symbol` = the code's own start: a label of the code. */
  readonly label?: Label;
  /** The sum is cut to 32 bits (address-size prefix 0x67). */
  readonly wraps?: boolean;
}

/** Opcode bytes of the two-operand arithmetic group: `op r/m, r` is 8*n + 1. */
export const Alu = { add: 0, or: 1, adc: 2, sbb: 3, and: 4, sub: 5, xor: 6, cmp: 7 } as const;
export type Alu = (typeof Alu)[keyof typeof Alu];

/** ModRM.reg of shift group 2. */
export const Shift = { rol: 0, ror: 1, shl: 4, shr: 5, sar: 7 } as const;
export type Shift = (typeof Shift)[keyof typeof Shift];

/** ModRM.reg of unary group 3. */
export const Unary = { not: 2, neg: 3, mul: 4, imul: 5, div: 6, idiv: 7 } as const;
export type Unary = (typeof Unary)[keyof typeof Unary];

const isMemory = (operand: Register | Memory): operand is Memory => typeof operand !== 'number';
const fitsByte = (value: number) => value >= -128 && value <= 127;

export class Assembler extends CodeBuffer {
  /** Prefixes, opcode, ModRM, SIB and displacement. `trailingBytes` = size of the immediate that the caller writes. */
  private encode(
    size: OperandSize,
    opcode: readonly number[],
    reg: Register,
    rm: Register | Memory,
    options: { byteRegister?: boolean; byteOperand?: boolean; trailingBytes?: number; noRexW?: boolean } = {},
  ): void {
    const memory = isMemory(rm) ? rm : undefined;
    if (memory?.wraps) this.byte(0x67);
    if (size === 2) this.byte(0x66);
    const base = memory ? memory.base : (rm as Register);
    let rex = 0;
    if (size === 8 && !options.noRexW) rex |= 8;
    if (reg >= 8) rex |= 4;
    if ((memory?.index ?? 0) >= 8) rex |= 2;
    if ((base ?? 0) >= 8) rex |= 1;
    // spl, bpl, sil, dil need a REX prefix; without it the numbers mean ah, ch, dh, bh.
    const needsRex =
      (options.byteRegister === true && reg >= 4) || (options.byteOperand === true && !memory && (rm as Register) >= 4);
    if (rex !== 0 || needsRex) this.byte(0x40 | rex);
    for (const byte of opcode) this.byte(byte);
    if (memory) this.address(reg & 7, memory, options.trailingBytes ?? 0);
    else this.byte(0xc0 | ((reg & 7) << 3) | ((rm as Register) & 7));
  }

  private address(reg: number, memory: Memory, trailingBytes: number): void {
    const { base, index, scale = 1, displacement = 0, symbol } = memory;
    if (base === undefined && index === undefined && symbol !== undefined) {
      this.byte((reg << 3) | 5);
      this.field32(symbol, displacement, 'relative32', trailingBytes);
      return;
    }
    const displacement32 = () => {
      if (memory.label !== undefined) this.labelAddress(memory.label, symbol!, 'absolute32');
      else if (symbol === undefined) this.word(displacement, 4);
      else this.field32(symbol, displacement, 'absolute32');
    };
    const scaleBits = index === undefined ? 0 : { 1: 0, 2: 1, 4: 2, 8: 3 }[scale] << 6;
    if (base === undefined) {
      this.byte((reg << 3) | 4);
      this.byte(scaleBits | ((index === undefined ? 4 : index & 7) << 3) | 5);
      displacement32();
      return;
    }
    const needsDisplacement = displacement !== 0 || base === RBP || base === R13;
    const mode = symbol !== undefined ? 2 : !needsDisplacement ? 0 : fitsByte(displacement) ? 1 : 2;
    if (index === undefined && base !== RSP && base !== R12) this.byte((mode << 6) | (reg << 3) | (base & 7));
    else {
      this.byte((mode << 6) | (reg << 3) | 4);
      this.byte(scaleBits | ((index === undefined ? 4 : index & 7) << 3) | (base & 7));
    }
    if (mode === 1) this.word(displacement, 1);
    else if (mode === 2) displacement32();
  }

  /** Fixed bytes: instructions without operands. */
  raw(...bytes: readonly number[]): void {
    for (const byte of bytes) this.byte(byte);
  }

  /** `mov r, r/m`. 32 bits zero-extend to 64; 8 and 16 bits are only for stores, see {@link loadZero}. */
  load(size: 4 | 8, to: Register, from: Register | Memory): void {
    this.encode(size, [0x8b], to, from);
  }

  /** `mov r/m, r`. */
  store(size: OperandSize, to: Memory, from: Register): void {
    this.encode(size, [size === 1 ? 0x88 : 0x89], from, to, { byteRegister: size === 1 });
  }

  /** `mov r/m, imm32` (sign-extended for 8 bytes). */
  storeImmediate(size: OperandSize, to: Memory, value: number): void {
    const immediateBytes = size === 1 ? 1 : size === 2 ? 2 : 4;
    this.encode(size, [size === 1 ? 0xc6 : 0xc7], 0, to, { trailingBytes: immediateBytes });
    this.word(value, immediateBytes);
  }

  /** `movzx r32, r/m8|16`, or a 32-bit `mov`. */
  loadZero(size: 1 | 2 | 4, to: Register, from: Register | Memory): void {
    if (size === 4) this.load(4, to, from);
    else this.encode(4, [0x0f, size === 1 ? 0xb6 : 0xb7], to, from, { byteOperand: size === 1 });
  }

  /** `movsx`, `movsxd`. */
  loadSigned(toSize: 4 | 8, size: 1 | 2 | 4, to: Register, from: Register | Memory): void {
    if (size === 4) this.encode(8, [0x63], to, from);
    else this.encode(toSize, [0x0f, size === 1 ? 0xbe : 0xbf], to, from, { byteOperand: size === 1 });
  }

  /** The whole register set to an unsigned 64-bit value. Leaves the flags alone. */
  moveConstant(to: Register, value: bigint): void {
    const signed = BigInt.asIntN(64, value);
    if (value === BigInt.asUintN(32, value)) {
      if (to >= 8) this.byte(0x41);
      this.byte(0xb8 + (to & 7));
      this.word(Number(BigInt.asIntN(32, value)), 4);
    } else if (signed === BigInt.asIntN(32, signed)) {
      this.encode(8, [0xc7], 0, to);
      this.word(Number(signed), 4);
    } else {
      this.raw(0x48 | (to >> 3), 0xb8 + (to & 7));
      this.quad(value);
    }
  }

  /** `mov r32, imm32` with the address of a symbol. */
  moveSymbol(to: Register, symbol: string): void {
    if (to >= 8) this.byte(0x41);
    this.byte(0xb8 + (to & 7));
    this.field32(symbol, 0, 'absolute32');
  }

  lea(size: 4 | 8, to: Register, from: Memory): void {
    this.encode(size, [0x8d], to, from);
  }

  /** `op r, r/m`. */
  alu(operation: Alu, size: 4 | 8, left: Register, right: Register | Memory): void {
    this.encode(size, [operation * 8 + 3], left, right);
  }

  /** `op r/m, imm`, sign-extended to the operand size. */
  aluImmediate(operation: Alu, size: OperandSize, left: Register | Memory, value: number): void {
    if (size === 1) {
      this.encode(1, [0x80], operation, left, { byteOperand: true, trailingBytes: 1 });
      this.word(value, 1);
    } else if (fitsByte(value)) {
      this.encode(size, [0x83], operation, left, { trailingBytes: 1 });
      this.word(value, 1);
    } else {
      this.encode(size, [0x81], operation, left, { trailingBytes: size === 2 ? 2 : 4 });
      this.word(value, size === 2 ? 2 : 4);
    }
  }

  test(size: 4 | 8, left: Register, right: Register | Memory): void {
    this.encode(size, [0x85], left, right);
  }

  /** `test r/m, imm32`, in the short 8-bit form where the result's sign and zero are the same. */
  testImmediate(size: 4 | 8, left: Register | Memory, value: number): void {
    if (value >= 0 && value <= 127) {
      this.encode(1, [0xf6], 0, left, { byteOperand: true, trailingBytes: 1 });
      this.word(value, 1);
    } else {
      this.encode(size, [0xf7], 0, left, { trailingBytes: 4 });
      this.word(value, 4);
    }
  }

  multiply(size: 4 | 8, left: Register, right: Register | Memory): void {
    this.encode(size, [0x0f, 0xaf], left, right);
  }

  multiplyImmediate(size: 4 | 8, to: Register, left: Register | Memory, value: number): void {
    const short = fitsByte(value);
    this.encode(size, [short ? 0x6b : 0x69], to, left, { trailingBytes: short ? 1 : 4 });
    this.word(value, short ? 1 : 4);
  }

  unary(operation: Unary, size: 4 | 8, operand: Register | Memory): void {
    this.encode(size, [0xf7], operation, operand);
  }

  shiftImmediate(operation: Shift, size: 4 | 8, operand: Register | Memory, count: number): void {
    if (count === 1) this.encode(size, [0xd1], operation, operand);
    else {
      this.encode(size, [0xc1], operation, operand, { trailingBytes: 1 });
      this.byte(count);
    }
  }

  /** Shift by cl. */
  shift(operation: Shift, size: 4 | 8, operand: Register | Memory): void {
    this.encode(size, [0xd3], operation, operand);
  }

  /** Index of the highest (`bsr`) or lowest (`bsf`) set bit; ZF if there is none. */
  bitScan(direction: 'forward' | 'reverse', size: 4 | 8, to: Register, from: Register | Memory): void {
    this.encode(size, [0x0f, direction === 'forward' ? 0xbc : 0xbd], to, from);
  }

  /** `cdq`/`cqo`: sign of rax into rdx. */
  extendAccumulator(size: 4 | 8): void {
    if (size === 8) this.byte(0x48);
    this.byte(0x99);
  }

  setCondition(condition: Condition, to: Register): void {
    this.encode(1, [0x0f, 0x90 + condition], 0, to, { byteOperand: true });
  }

  moveIf(condition: Condition, size: 4 | 8, to: Register, from: Register | Memory): void {
    this.encode(size, [0x0f, 0x40 + condition], to, from);
  }

  exchange(left: Register, right: Register): void {
    this.encode(8, [0x87], left, right);
  }

  push(register: Register): void {
    if (register >= 8) this.byte(0x41);
    this.byte(0x50 + (register & 7));
  }

  pop(register: Register): void {
    if (register >= 8) this.byte(0x41);
    this.byte(0x58 + (register & 7));
  }

  call(symbol: string): void {
    this.byte(0xe8);
    this.field32(symbol, 0, 'relative32');
  }

  callIndirect(target: Register | Memory): void {
    this.encode(8, [0xff], 2, target, { noRexW: true });
  }

  jumpIndirect(target: Register | Memory): void {
    this.encode(8, [0xff], 4, target, { noRexW: true });
  }

  /** An opcode with ModRM that needs no other form here: `0F 01 /n` and the like. */
  modrm(size: 4 | 8, opcode: readonly number[], reg: number, rm: Register | Memory): void {
    this.encode(size, opcode, reg, rm);
  }

  ret(): void {
    this.byte(0xc3);
  }

  /** `ud2`: raises #UD. */
  trap(): void {
    this.raw(0x0f, 0x0b);
  }
}
