// What translated code knows about vector registers (compare assembly/plain.ts): asked and told by the templates, kept by jit/plain.ts.

@external("word", "isPlain")
declare function isPlain(operand: u32, lanes: u32): bool;

@external("word", "notePlain")
declare function note(operand: u32, lanes: u32): void;

@inline
export function isKnownPlain(operand: u32, lanes: u32): bool {
  return isPlain(operand, lanes);
}

@inline
export function notePlain(operand: u32, lanes: u32): void {
  note(operand, lanes);
}
