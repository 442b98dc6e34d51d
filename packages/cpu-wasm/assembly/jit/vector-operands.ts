// Operands of vector instructions as templates name them (templates/verbs.ts). Bits 0-127 of the vector registers are locals of type
// v128, so a load from one picks lanes out of a local, and a store puts lanes into it; general registers are locals, too. Bits
// 128-255, and MMX registers, stay in the state. An r/m operand in memory has been checked before: its host address is in HOST, or
// in WRITE_HOST if it is written.
//
// A lane that is not where lanes of its size are goes the long way through the state; no body does that on a hot path.

import { CpuState, cpu } from '../generated/state';
import { DST, IMM, SRC, THIRD, VECTOR, VECTOR_MEMORY } from '../record';
import { access, byte, get, i32const, raw, set, vector, vectorAccess } from './bytes';
import { FIRST_VECTOR, HOST, VALUE, VALUE_128, VALUE_32, VALUE_F32, VALUE_F64, WRITE_HOST } from './locals';
import { getState, isRegister, localOf, setState } from './registers';

// Operands, see templates/verbs.ts.
const OPERAND_FIRST: u32 = 1;
const OPERAND_THIRD: u32 = 2;
const OPERAND_FOURTH: u32 = 3;
const OPERAND_SOURCE: u32 = 4;
const OPERAND_PLACE: u32 = 5;

// Opcodes (WebAssembly Core Specification 2.0, 5.4); those of vectors are behind a prefix.
const VECTOR_PREFIX: u32 = 0xfd;
const I32_LOAD: u32 = 0x28;
const I64_LOAD: u32 = 0x29;
const F32_LOAD: u32 = 0x2a;
const F64_LOAD: u32 = 0x2b;
const I32_LOAD8_U: u32 = 0x2d;
const I32_LOAD16_U: u32 = 0x2f;
const I64_LOAD32_U: u32 = 0x35;
const I32_STORE: u32 = 0x36;
const I64_STORE: u32 = 0x37;
const F32_STORE: u32 = 0x38;
const F64_STORE: u32 = 0x39;
const I32_STORE8: u32 = 0x3a;
const I32_STORE16: u32 = 0x3b;
const I64_STORE8: u32 = 0x3c;
const I64_STORE16: u32 = 0x3d;
const I64_STORE32: u32 = 0x3e;
const I32_WRAP_I64: u32 = 0xa7;
const I64_EXTEND_I32_U: u32 = 0xad;
const V128_LOAD: u32 = 0x00;
const V128_STORE: u32 = 0x0b;
const V128_CONST: u32 = 0x0c;
const V128_AND: u32 = 0x4e;
const V128_LOAD32_ZERO: u32 = 0x5c;
const V128_LOAD64_ZERO: u32 = 0x5d;
const I8X16_EXTRACT_LANE_U: u32 = 0x16;
const I8X16_REPLACE_LANE: u32 = 0x17;
const I16X8_EXTRACT_LANE_U: u32 = 0x19;
const I16X8_REPLACE_LANE: u32 = 0x1a;
const I32X4_EXTRACT_LANE: u32 = 0x1b;
const I32X4_REPLACE_LANE: u32 = 0x1c;
const I64X2_EXTRACT_LANE: u32 = 0x1d;
const I64X2_REPLACE_LANE: u32 = 0x1e;
const F32X4_EXTRACT_LANE: u32 = 0x1f;
const F32X4_REPLACE_LANE: u32 = 0x20;
const F64X2_EXTRACT_LANE: u32 = 0x21;
const F64X2_REPLACE_LANE: u32 = 0x22;

/** Bits 0-63, and bits 0-31. */
const LOW_64: usize = memory.data<u8>([255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
const LOW_32: usize = memory.data<u8>([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const ZERO: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** Number of bytes from the first vector register to the last. */
const VECTORS_BYTES: u32 = 16 << 5;

/** Whether an operand is memory. */
@inline
function isMemoryOperand(record: usize, operand: u32): bool {
  return operand >= OPERAND_SOURCE && (load<u8>(record, VECTOR) & VECTOR_MEMORY) != 0;
}

/** State address of an operand that is a register. */
function registerAt(record: usize, operand: u32): u32 {
  if (operand == OPERAND_FIRST) return load<u16>(record, SRC);
  if (operand == OPERAND_FOURTH) return load<u16>(record, IMM);
  return operand >= OPERAND_THIRD ? load<u16>(record, THIRD) : load<u16>(record, DST);
}

/** Whether bits of a vector register that are in a local are at a state address. */
@inline
function isInVector(address: u32): bool {
  const distance = address - <u32>(changetype<usize>(cpu) + offsetof<CpuState>('xmm0Low'));
  return distance < VECTORS_BYTES && (distance & 16) == 0;
}

@inline
function vectorLocalOf(address: u32): u32 {
  return FIRST_VECTOR + ((address - <u32>(changetype<usize>(cpu) + offsetof<CpuState>('xmm0Low'))) >> 5);
}

/** A load or store, with a prefix or without. */
function anyAccess(prefix: u32, opcode: u32, offset: u32): void {
  if (prefix == 0) access(opcode, offset);
  else vectorAccess(opcode, offset);
}

function constant(bytes: usize): void {
  vector(V128_CONST);
  raw(bytes, 16);
}

/** Pushes what a load with this opcode reads at `offset` in an operand. */
export function vectorLoad(record: usize, operand: u32, offset: u32, prefix: u32, opcode: u32): void {
  if (isMemoryOperand(record, operand)) {
    get(operand == OPERAND_PLACE ? WRITE_HOST : HOST);
    anyAccess(prefix, opcode, offset);
    return;
  }
  const address = registerAt(record, operand) + offset;
  if (isInVector(address)) {
    if (!loadLane(vectorLocalOf(address), address & 15, prefix, opcode)) {
      spill(address);
      i32const(0);
      anyAccess(prefix, opcode, address);
    }
    return;
  }
  if (isRegister(address)) {
    if (loadRegister(address, prefix, opcode)) return;
    const home = address & ~7;
    i32const(0);
    get(localOf(home));
    access(I64_STORE, home);
  }
  i32const(0);
  anyAccess(prefix, opcode, address);
}

/** Puts a vector register into the state. */
function spill(address: u32): void {
  i32const(0);
  get(vectorLocalOf(address));
  vectorAccess(V128_STORE, address & ~15);
}

/** A load of a general register. False if it is none of the usual ones. */
function loadRegister(address: u32, prefix: u32, opcode: u32): bool {
  const local = localOf(address);
  if (prefix == 0) {
    if (opcode == F32_LOAD || opcode == F64_LOAD) return false;
    getState(opcode, local, address & 7);
    return true;
  }
  const isQuad = opcode == V128_LOAD64_ZERO;
  if (!isQuad && opcode != V128_LOAD32_ZERO) return false;
  constant(ZERO);
  getState(isQuad ? I64_LOAD : I32_LOAD, local, address & 7);
  lane(isQuad ? I64X2_REPLACE_LANE : I32X4_REPLACE_LANE, 0);
  return true;
}

function lane(opcode: u32, number: u32): void {
  vector(opcode);
  byte(number);
}

/** A load of a part of a vector register. False if it is none of the usual ones. */
function loadLane(local: u32, place: u32, prefix: u32, opcode: u32): bool {
  if (prefix != 0) {
    if (place != 0) return false;
    if (opcode != V128_LOAD && opcode != V128_LOAD64_ZERO && opcode != V128_LOAD32_ZERO) return false;
    get(local);
    if (opcode == V128_LOAD) return true;
    constant(opcode == V128_LOAD64_ZERO ? LOW_64 : LOW_32);
    vector(V128_AND);
    return true;
  }
  const size =
    opcode == I64_LOAD || opcode == F64_LOAD ? 3 : opcode == I32_LOAD8_U ? 0 : opcode == I32_LOAD16_U ? 1 : 2;
  if ((place & ((1 << size) - 1)) != 0) return false;
  const number = place >> size;
  let extract: u32;
  if (opcode == I64_LOAD) extract = I64X2_EXTRACT_LANE;
  else if (opcode == F64_LOAD) extract = F64X2_EXTRACT_LANE;
  else if (opcode == F32_LOAD) extract = F32X4_EXTRACT_LANE;
  else if (opcode == I32_LOAD || opcode == I64_LOAD32_U) extract = I32X4_EXTRACT_LANE;
  else if (opcode == I32_LOAD8_U) extract = I8X16_EXTRACT_LANE_U;
  else if (opcode == I32_LOAD16_U) extract = I16X8_EXTRACT_LANE_U;
  else return false;
  get(local);
  lane(extract, number);
  if (opcode == I64_LOAD32_U) byte(I64_EXTEND_I32_U);
  return true;
}

/** Local for a value that a store with this opcode takes. */
function valueLocal(prefix: u32, opcode: u32): u32 {
  if (prefix != 0) return VALUE_128;
  if (opcode == F64_STORE) return VALUE_F64;
  if (opcode == F32_STORE) return VALUE_F32;
  return opcode == I64_STORE || (opcode >= I64_STORE8 && opcode <= I64_STORE32) ? VALUE : VALUE_32;
}

/** Pops a value and stores it at `offset` in an operand, as a store with this opcode does. */
export function vectorStore(record: usize, operand: u32, offset: u32, prefix: u32, opcode: u32): void {
  if (isMemoryOperand(record, operand)) {
    const value = valueLocal(prefix, opcode);
    set(value);
    get(operand == OPERAND_PLACE ? WRITE_HOST : HOST);
    get(value);
    anyAccess(prefix, opcode, offset);
    return;
  }
  const address = registerAt(record, operand) + offset;
  if (isInVector(address)) storeLane(address, prefix, opcode);
  else if (prefix == 0 && isRegister(address) && opcode != F32_STORE && opcode != F64_STORE)
    setState(opcode, localOf(address), address & 7);
  else {
    const value = valueLocal(prefix, opcode);
    set(value);
    i32const(0);
    get(value);
    anyAccess(prefix, opcode, address);
    // Of floating point; no body does it.
    if (isRegister(address)) unreachable();
  }
}

/** A store to a part of a vector register. */
function storeLane(address: u32, prefix: u32, opcode: u32): void {
  const local = vectorLocalOf(address);
  if (prefix != 0 && opcode == V128_STORE) {
    set(local);
    return;
  }
  const place = address & 15;
  let replace: u32 = 0;
  let size: u32 = 2;
  if (opcode == I64_STORE) {
    replace = I64X2_REPLACE_LANE;
    size = 3;
  } else if (opcode == F64_STORE) {
    replace = F64X2_REPLACE_LANE;
    size = 3;
  } else if (opcode == F32_STORE) replace = F32X4_REPLACE_LANE;
  else if (opcode == I32_STORE || opcode == I64_STORE32) replace = I32X4_REPLACE_LANE;
  else if (opcode == I32_STORE8 || opcode == I64_STORE8) {
    replace = I8X16_REPLACE_LANE;
    size = 0;
  } else if (opcode == I32_STORE16 || opcode == I64_STORE16) {
    replace = I16X8_REPLACE_LANE;
    size = 1;
  }
  const isLane = prefix == 0 && (place & ((1 << size) - 1)) == 0;
  if (isLane && opcode >= I64_STORE8 && opcode <= I64_STORE32) byte(I32_WRAP_I64);
  const value = valueLocal(prefix, isLane && opcode >= I64_STORE8 ? I32_STORE : opcode);
  set(value);
  if (isLane) {
    get(local);
    get(value);
    lane(replace, place >> size);
  } else {
    spill(address);
    i32const(0);
    get(value);
    anyAccess(prefix, opcode, address);
    i32const(0);
    vectorAccess(V128_LOAD, address & ~15);
  }
  set(local);
}
