// Which lanes of which operand are spoken of where it is said that they are plain (plain.ts): by the bodies, and by the translator.

// Operands of a vector instruction, see templates/verbs.ts.
export const TARGET: u32 = 0;
export const FIRST: u32 = 1;
export const SOURCE: u32 = 4;

// Lanes of bits 0-127.
export const LOW_DOUBLE: u32 = 0;
export const ALL_DOUBLES: u32 = 1;
export const LOW_SINGLE: u32 = 2;
export const ALL_SINGLES: u32 = 3;
