// Locals of a translated function. The numbers are fixed when the core is built (templates/locals.ts), because templates name
// them: parameter, registers and temporaries of type i64, then i32, then v128, then the region's own.

import { LOCALS_128, LOCALS_32, LOCALS_64, LOCALS_FLOAT } from '../generated/locals';
import { byte, u32leb } from './bytes';

export {
  FIRST_REGION_LOCAL,
  FIRST_REGISTER,
  FIRST_VECTOR,
  FLAGS_A,
  FLAGS_B,
  FLAGS_KIND,
  FLAG_AUX,
  FLAG_CARRIES,
  FLAG_RESULT,
  HOST,
  LEAVE,
  LINEAR,
  STACK_OFFSET,
  STACK_PAGE,
  VALUE,
  VALUE_128,
  VALUE_32,
  VALUE_F32,
  VALUE_F64,
  WRITE_HOST,
} from '../generated/locals';

const I32: u32 = 0x7f;
const I64: u32 = 0x7e;
const F64: u32 = 0x7c;
const F32: u32 = 0x7d;
const V128: u32 = 0x7b;

function declare(count: u32, type: u32): void {
  u32leb(count);
  byte(type);
}

/** Writes the declarations of all locals; the region's own, first those of type i64, begin at FIRST_REGION_LOCAL. */
export function declareLocals(extra64: u32, extra32: u32): void {
  byte(7);
  declare(LOCALS_64, I64);
  declare(LOCALS_32, I32);
  declare(LOCALS_128, V128);
  declare(LOCALS_FLOAT, F64);
  declare(LOCALS_FLOAT, F32);
  declare(extra64, I64);
  declare(extra32, I32);
}
