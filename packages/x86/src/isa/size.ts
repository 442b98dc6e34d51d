/**
 * Operand sizes: what they are without prefixes, which prefixes change them (SDM Vol. 1 3.6), and how wide that makes an
 * operand. Intel's rules: a near branch in 64-bit mode ignores 66 (AMD's processors honour it).
 */

import type { InstructionRow, OperandSize } from './row.ts';

/** Operating mode of the code: operand and address size of the code segment, or 64-bit mode. */
export type Mode = 16 | 32 | 64;

/** Width in bits of an operand type under an operand size; undefined when it has none. `x`, `ps` and `pd` follow VEX.L. */
export function operandBitsOf(size: OperandSize, operandBits: Mode, vexL: 0 | 1 | undefined = 0): number | undefined {
  switch (size) {
    case 'b':
      return 8;
    case 'w':
      return 16;
    case 'd':
      return 32;
    case 'q':
      return 64;
    case 't':
      return 80;
    case 'dq':
      return 128;
    case 'qq':
      return 256;
    case 'x':
    case 'ps':
    case 'pd':
      return vexL === 1 ? 256 : 128;
    case 'ss':
      return 32;
    case 'sd':
      return 64;
    case 'v':
      return operandBits;
    case 'z':
      return Math.min(operandBits, 32);
    case 'y':
      return operandBits === 64 ? 64 : 32;
    case 'p':
      return operandBits + 16;
    case 'a':
      return 2 * operandBits;
    default:
      return undefined;
  }
}

/** The operand size without prefixes. */
export function defaultOperandBits(row: InstructionRow, mode: Mode): Mode {
  if (mode !== 64) return mode;
  return row.size === 'normal' ? 32 : 64;
}

/** The prefixes that choose an operand size, or undefined when the row has no such form in this mode. */
export function sizePrefixes(
  row: InstructionRow,
  operandBits: Mode,
  mode: Mode,
): { osz: boolean; rexW: boolean } | undefined {
  const { encoding } = row;
  if (operandBits === 64 && mode !== 64) return undefined;
  if (!row.usesOperandSize) {
    if (operandBits !== defaultOperandBits(row, mode)) return undefined;
    return { osz: false, rexW: encoding.rexW === 1 };
  }
  if (encoding.space === 'vex' && encoding.rexW !== undefined) {
    return (operandBits === 64) === (encoding.rexW === 1) ? { osz: false, rexW: operandBits === 64 } : undefined;
  }
  if (encoding.space === 'vex') return operandBits === 16 ? undefined : { osz: false, rexW: operandBits === 64 };
  if (encoding.rexW !== undefined && (operandBits === 64) !== (encoding.rexW === 1)) return undefined;
  if (row.size === 'f64' && mode === 64) return operandBits === 64 ? { osz: false, rexW: false } : undefined;
  if (operandBits === defaultOperandBits(row, mode)) return { osz: false, rexW: false };
  if (operandBits === 64) return { osz: false, rexW: true };
  if (row.size === 'd64' && mode === 64 && operandBits === 32) return undefined;
  if (encoding.prefix === '66' || encoding.prefix === 'NP') return undefined;
  return { osz: true, rexW: false };
}
