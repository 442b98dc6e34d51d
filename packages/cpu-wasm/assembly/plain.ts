// What translated code knows about vector registers: a number is *plain* that is 0 or finite and not denormal. An operand that is
// known to be plain need not be looked at (float/host.ts). The interpreter knows nothing; in templates words/plain.ts stands in the
// place of this file. Operands and lanes have the numbers of plain-lanes.ts.

/** Whether lanes of an operand, of bits 0-127, are known to be plain. */
@inline
export function isKnownPlain(operand: u32, lanes: u32): bool {
  return false;
}

/** Lanes of an operand are plain when the instruction is completed. */
@inline
export function notePlain(operand: u32, lanes: u32): void {}
