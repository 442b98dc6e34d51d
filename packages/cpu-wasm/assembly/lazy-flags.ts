// Flags that two operands tell, computed when somebody asks. Translated code keeps the operands of the last setter in locals
// and a number for what was done with them; the interpreter stores the flag words at once (flags.ts).
//
//   kind: 0 = the flag words hold; else 1 + (what << 2 | log2 of the width in bytes)

import { flagsAdd, flagsSub } from './flags';
import { multiplyFlags } from './semantics/muldiv';
import { shiftLeftFlags, shiftRightFlags, shiftRightSignedFlags } from './semantics/shift';

export const SUBTRACTED: u32 = 0;
export const ADDED: u32 = 1;
export const MULTIPLIED: u32 = 2;
export const SHIFTED_LEFT: u32 = 3;
export const SHIFTED_RIGHT: u32 = 4;
export const SHIFTED_RIGHT_SIGNED: u32 = 5;

/** Sets the flag words as the operation on two T does. Fold `what`. */
@inline
export function flagsOf<T>(what: u32, a: u64, b: u64): void {
  if (what == SUBTRACTED) flagsSub<T>(<T>a, <T>b, <T>(a - b));
  else if (what == ADDED) flagsAdd<T>(<T>a, <T>b, <T>(a + b));
  else if (what == MULTIPLIED) multiplyFlags<T>(<T>a, <T>b);
  else if (what == SHIFTED_LEFT) shiftLeftFlags<T>(a, b);
  else if (what == SHIFTED_RIGHT) shiftRightFlags<T>(a, b);
  else shiftRightSignedFlags<T>(<i64>a, b);
}

function settle<T>(what: u32, a: u64, b: u64): void {
  if (what == SUBTRACTED) flagsOf<T>(SUBTRACTED, a, b);
  else if (what == ADDED) flagsOf<T>(ADDED, a, b);
  else if (what == MULTIPLIED) flagsOf<T>(MULTIPLIED, a, b);
  else if (what == SHIFTED_LEFT) flagsOf<T>(SHIFTED_LEFT, a, b);
  else if (what == SHIFTED_RIGHT) flagsOf<T>(SHIFTED_RIGHT, a, b);
  else flagsOf<T>(SHIFTED_RIGHT_SIGNED, a, b);
}

/** Sets the flag words of the state from operands of a kind, which is not 0. */
export function settleFlags(kind: u32, a: u64, b: u64): void {
  const what = (kind - 1) >> 2;
  const size = (kind - 1) & 3;
  if (size == 0) settle<u8>(what, a, b);
  else if (size == 1) settle<u16>(what, a, b);
  else if (size == 2) settle<u32>(what, a, b);
  else settle<u64>(what, a, b);
}
