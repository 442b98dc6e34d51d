/**
 * Numbers of the locals of a translated function. They are the same in every region, because templates name them: a template's
 * temporaries are reused by every instruction.
 */

/** Parameter 0 belongs to the region. */
const PARAMETERS = 1;
/** 16 general-purpose registers, three words of flags, address, value, two operands that tell the flags, temporaries. */
export const FIRST_REGISTER = PARAMETERS;
export const FLAG_RESULT = FIRST_REGISTER + 16;
export const FLAG_CARRIES = FLAG_RESULT + 1;
export const FLAG_AUX = FLAG_RESULT + 2;
const LINEAR = FLAG_RESULT + 3;
const VALUE = LINEAR + 1;
const FLAGS_A = LINEAR + 2;
const FLAGS_B = LINEAR + 3;
const STACK_PAGE = LINEAR + 4;
const TEMPORARIES_64 = LINEAR + 5;
const COUNT_64 = 20;
const HOST = TEMPORARIES_64 + COUNT_64;
const WRITE_HOST = HOST + 1;
const VALUE_32 = HOST + 2;
const LEAVE = HOST + 3;
const FLAGS_KIND = HOST + 4;
const STACK_OFFSET = HOST + 5;
const TEMPORARIES_32 = HOST + 6;
const COUNT_32 = 20;
const FIRST_VECTOR = TEMPORARIES_32 + COUNT_32;
const VALUE_128 = FIRST_VECTOR + 16;
const TEMPORARIES_128 = VALUE_128 + 1;
const COUNT_128 = 12;

/** Temporaries of the templates of conditions, which are stitched into the middle of others: the last of each type. */
export const CONDITION_COUNT = 3;

const COUNT_FLOAT = 6;
const VALUE_F64 = TEMPORARIES_128 + COUNT_128;
const TEMPORARIES_F64 = VALUE_F64 + 1;
const VALUE_F32 = TEMPORARIES_F64 + COUNT_FLOAT;
const TEMPORARIES_F32 = VALUE_F32 + 1;
const END = TEMPORARIES_F32 + COUNT_FLOAT;

/** Where a template's temporaries of each type lie. */
export const TEMPORARIES = {
  i32: { first: TEMPORARIES_32, count: COUNT_32 },
  i64: { first: TEMPORARIES_64, count: COUNT_64 },
  v128: { first: TEMPORARIES_128, count: COUNT_128 },
  f64: { first: TEMPORARIES_F64, count: COUNT_FLOAT },
  f32: { first: TEMPORARIES_F32, count: COUNT_FLOAT },
} as const;

/** Names and numbers for the stitcher, with what they hold. */
export const LOCAL_CONSTANTS: readonly (readonly [string, number, string])[] = [
  ['FIRST_REGISTER', FIRST_REGISTER, 'General-purpose registers, in the order of their numbers.'],
  ['FLAG_RESULT', FLAG_RESULT, 'The flag words, as in the state.'],
  ['FLAG_CARRIES', FLAG_CARRIES, 'See FLAG_RESULT.'],
  ['FLAG_AUX', FLAG_AUX, 'See FLAG_RESULT.'],
  ['LINEAR', LINEAR, 'Linear address of the access in hand.'],
  ['STACK_PAGE', STACK_PAGE, 'Linear page where the stack was last, or none. See stitch.ts.'],
  ['STACK_OFFSET', STACK_OFFSET, 'Distance of host addresses from those of that page.'],
  ['VALUE', VALUE, 'Value in hand, 64 bits.'],
  ['FLAGS_A', FLAGS_A, 'Operands that tell all flags when FLAGS_KIND is not 0, see lazy-flags.ts.'],
  ['FLAGS_B', FLAGS_B, 'See FLAGS_A.'],
  ['FLAGS_KIND', FLAGS_KIND, 'What was done with FLAGS_A and FLAGS_B; 0: the flag words hold.'],
  ['HOST', HOST, 'Host address of the access in hand.'],
  ['WRITE_HOST', WRITE_HOST, 'Host address where a read-modify-write instruction writes.'],
  ['VALUE_32', VALUE_32, 'Value in hand, 32 bits.'],
  ['LEAVE', LEAVE, 'Which instruction is left, set before the branch to the fault exit.'],
  ['FIRST_VECTOR', FIRST_VECTOR, 'Bits 0-127 of the vector registers, in the order of their numbers.'],
  ['VALUE_128', VALUE_128, 'Value in hand, 128 bits.'],
  ['VALUE_F64', VALUE_F64, 'Value in hand, double precision.'],
  ['VALUE_F32', VALUE_F32, 'Value in hand, single precision.'],
  ['FIRST_REGION_LOCAL', END, 'Locals of the region itself follow from here.'],
  ['LOCALS_64', HOST - PARAMETERS, 'Number of locals of type i64; they come first.'],
  ['LOCALS_32', FIRST_VECTOR - HOST, 'Number of locals of type i32.'],
  ['LOCALS_128', VALUE_F64 - FIRST_VECTOR, 'Number of locals of type v128.'],
  ['LOCALS_FLOAT', COUNT_FLOAT + 1, 'Number of locals of type f64, and then of type f32.'],
];
