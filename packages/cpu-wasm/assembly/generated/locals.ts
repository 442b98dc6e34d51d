// GENERATED from templates/. Do not edit.
// Numbers of the locals of translated functions.

/** General-purpose registers, in the order of their numbers. */
export const FIRST_REGISTER: u32 = 1;
/** The flag words, as in the state. */
export const FLAG_RESULT: u32 = 17;
/** See FLAG_RESULT. */
export const FLAG_CARRIES: u32 = 18;
/** See FLAG_RESULT. */
export const FLAG_AUX: u32 = 19;
/** Linear address of the access in hand. */
export const LINEAR: u32 = 20;
/** Linear page where the stack was last, or none. See stitch.ts. */
export const STACK_PAGE: u32 = 24;
/** Distance of host addresses from those of that page. */
export const STACK_OFFSET: u32 = 50;
/** Value in hand, 64 bits. */
export const VALUE: u32 = 21;
/** Operands that tell all flags when FLAGS_KIND is not 0, see lazy-flags.ts. */
export const FLAGS_A: u32 = 22;
/** See FLAGS_A. */
export const FLAGS_B: u32 = 23;
/** What was done with FLAGS_A and FLAGS_B; 0: the flag words hold. */
export const FLAGS_KIND: u32 = 49;
/** Host address of the access in hand. */
export const HOST: u32 = 45;
/** Host address where a read-modify-write instruction writes. */
export const WRITE_HOST: u32 = 46;
/** Value in hand, 32 bits. */
export const VALUE_32: u32 = 47;
/** Which instruction is left, set before the branch to the fault exit. */
export const LEAVE: u32 = 48;
/** Bits 0-127 of the vector registers, in the order of their numbers. */
export const FIRST_VECTOR: u32 = 71;
/** Value in hand, 128 bits. */
export const VALUE_128: u32 = 87;
/** Value in hand, double precision. */
export const VALUE_F64: u32 = 100;
/** Value in hand, single precision. */
export const VALUE_F32: u32 = 107;
/** Locals of the region itself follow from here. */
export const FIRST_REGION_LOCAL: u32 = 114;
/** Number of locals of type i64; they come first. */
export const LOCALS_64: u32 = 44;
/** Number of locals of type i32. */
export const LOCALS_32: u32 = 26;
/** Number of locals of type v128. */
export const LOCALS_128: u32 = 29;
/** Number of locals of type f64, and then of type f32. */
export const LOCALS_FLOAT: u32 = 7;
