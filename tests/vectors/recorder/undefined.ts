/**
 * What the manual leaves undefined after an instruction, or leaves to the processor: flags by the instruction table, condition codes
 * of the x87 unit by SDM Vol. 1 table 8-1 and the pages of Vol. 2, results by the pages of Vol. 2.
 */
import type { Instruction, Mode } from '@longmode/x86';
import type { State } from '../../../packages/cpu-wasm/test/vectors/reader.ts';

const C0 = 0x100n;
const C1 = 0x200n;
const C2 = 0x400n;
const C3 = 0x4000n;
const ONE = (0x3fffn << 64n) | (1n << 63n);

/** Condition codes of the x87 status word that are undefined after an instruction. */
export function undefinedStatus({ mnemonic, state }: Instruction): bigint {
  if (state !== 'x87') return 0n;
  if (/^f(com|ucom|icom|tst|xam|prem|n?stsw|n?stenv|n?save|ldenv|rstor|xsave|xrstor|n?init)/.test(mnemonic)) return 0n;
  if (/^f(sin|cos|sincos|ptan)$/.test(mnemonic)) return C0 | C3;
  if (/^f(free|freep|nop|n?clex|n?stcw|ldcw|wait)$/.test(mnemonic) || mnemonic === 'wait') return C0 | C1 | C2 | C3;
  return C0 | C2 | C3;
}

/** Whether results are approximations, which differ between processors (SDM Vol. 1 8.3.10; Vol. 2: RCPPS, RSQRTPS). */
export function isApproximate({ mnemonic }: Instruction): boolean {
  return /^(v?r(cp|sqrt)[ps]s|f(sin|cos|sincos|ptan|patan|2xm1|yl2x|yl2xp1))$/.test(mnemonic);
}

/** Whether the result is undefined for some operands, or specific to the processor. */
export function isSpecific({ mnemonic }: Instruction, operandBits: Mode): boolean {
  // Counts beyond the operand; BSWAP of 16 bits; partial remainders of far apart exponents.
  return (operandBits === 16 && /^(shld|shrd|bswap)$/.test(mnemonic)) || /^fprem1?$/.test(mnemonic);
}

/** Whether a transcendental function is undefined for ST(0): F2XM1 beyond 1, FYL2XP1 beyond 1 - sqrt(1/2). */
export function isOutOfDomain({ mnemonic }: Instruction, state: State): boolean {
  const top = Number((state.fsw >> 11n) & 7n) as 0;
  const value = state[`f${top}`];
  const exponent = (value >> 64n) & 0x7fffn;
  if (mnemonic === 'f2xm1') return exponent >= 0x3fffn && (value & ((1n << 79n) - 1n)) !== ONE;
  return mnemonic === 'fyl2xp1' && exponent >= 0x3ffdn;
}

/** Whether flags may stay as they were: shifts by 0, string instructions repeated 0 times. */
export function mayKeepFlags({ mnemonic, kind }: Instruction): boolean {
  return kind === 'string' || /^(ro[lr]|rc[lr]|s[ah][lr]|shld|shrd)$/.test(mnemonic);
}
