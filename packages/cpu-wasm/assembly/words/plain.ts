// What translated code knows about vector registers (compare assembly/plain.ts): asked and told by the templates, kept by jit/plain.ts.

@external("word", "isPlain")
declare function isPlain(operand: u32, lanes: u32): bool;

@external("word", "notePlain")
declare function note(operand: u32, lanes: u32): void;

export const TARGET: u32 = 0;
export const FIRST: u32 = 1;
export const SOURCE: u32 = 4;

export const LOW_DOUBLE: u32 = 0;
export const ALL_DOUBLES: u32 = 1;
export const LOW_SINGLE: u32 = 2;
export const ALL_SINGLES: u32 = 3;

@inline
export function isKnownPlain(operand: u32, lanes: u32): bool {
  return isPlain(operand, lanes);
}

@inline
export function notePlain(operand: u32, lanes: u32): void {
  note(operand, lanes);
}
