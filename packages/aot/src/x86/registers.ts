/** General-purpose registers and conditions by their numbers in instruction encodings (SDM Vol. 2, table 2-2, B.1.4.7). */

/** Register number: 0 = rax ... 15 = r15. */
export type Register = number;

export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RBX = 3;
export const RSP = 4;
export const RBP = 5;
export const RSI = 6;
export const RDI = 7;
export const R8 = 8;
export const R9 = 9;
export const R10 = 10;
export const R11 = 11;
export const R12 = 12;
export const R13 = 13;
export const R14 = 14;
export const R15 = 15;

/** Integer arguments in order (System V AMD64 ABI 3.2.3). */
export const ARGUMENT_REGISTERS: readonly Register[] = [RDI, RSI, RDX, RCX, R8, R9];

/** Condition codes `tttn`; flipping bit 0 negates. */
export const Condition = {
  overflow: 0,
  below: 2,
  aboveOrEqual: 3,
  equal: 4,
  notEqual: 5,
  belowOrEqual: 6,
  above: 7,
  sign: 8,
  less: 12,
  greaterOrEqual: 13,
  lessOrEqual: 14,
  greater: 15,
} as const;
export type Condition = (typeof Condition)[keyof typeof Condition];

/** The opposite condition. */
export function negate(condition: Condition): Condition {
  return (condition ^ 1) as Condition;
}

const SWAPPED: Readonly<Record<number, Condition>> = {
  2: 7,
  7: 2,
  3: 6,
  6: 3,
  12: 15,
  15: 12,
  13: 14,
  14: 13,
  4: 4,
  5: 5,
};

/** The condition that holds for `b, a` when `condition` holds for `a, b`. */
export function swapOperands(condition: Condition): Condition {
  return SWAPPED[condition]!;
}
