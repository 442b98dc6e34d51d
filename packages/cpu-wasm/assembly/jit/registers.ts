// General registers as locals: reading and writing the parts of them that instructions name. A register operand is the address of the
// register, or of its part, in the state (record.ts).

import { CpuState, cpu } from '../generated/state';
import { byte, get, i32const, i64const, set } from './bytes';
import { FIRST_REGISTER, VALUE_32 } from './locals';

// Opcodes (WebAssembly Core Specification 2.0, 5.4).
const I64_LOAD: u32 = 0x29;
const I32_LOAD8_U: u32 = 0x2d;
const I32_LOAD16_U: u32 = 0x2f;
const I32_STORE8: u32 = 0x3a;
const I32_STORE16: u32 = 0x3b;
const I64_STORE: u32 = 0x37;
const I32_AND: u32 = 0x71;
const I64_AND: u32 = 0x83;
const I64_OR: u32 = 0x84;
const I64_SHL: u32 = 0x86;
const I64_SHR_U: u32 = 0x88;
const I32_WRAP_I64: u32 = 0xa7;
const I64_EXTEND_I32_U: u32 = 0xad;
const I32_EXTEND8_S: u32 = 0xc0;
const I32_EXTEND16_S: u32 = 0xc1;
const I64_EXTEND8_S: u32 = 0xc2;
const I64_EXTEND16_S: u32 = 0xc3;
const I64_EXTEND32_S: u32 = 0xc4;

/** Whether an address is that of a general register or of a part of it. */
@inline
export function isRegister(address: u32): bool {
  return address - <u32>changetype<usize>(cpu) < <u32>offsetof<CpuState>('zero');
}

@inline
export function localOf(address: u32): u32 {
  return FIRST_REGISTER + ((address - <u32>changetype<usize>(cpu)) >> 3);
}

/** Pushes the part of a register at a state address. */
export function readRegister(address: u32, bytes: u32): void {
  get(localOf(address));
  if (bytes == 8) return;
  shiftDown(address & 7);
  byte(I32_WRAP_I64);
  if (bytes == 4) return;
  i32const(bytes == 1 ? 0xff : 0xffff);
  byte(I32_AND);
}

function shiftDown(bytes: u32): void {
  if (bytes == 0) return;
  i64const(<i64>(bytes << 3));
  byte(I64_SHR_U);
}

/** Pops a value into a register operand; 32 bits clear the upper half, fewer keep the rest. */
export function writeRegister(address: u32, bytes: u32): void {
  const local = localOf(address);
  if (bytes < 4) {
    mergeInto(local, address & 7, bytes);
    return;
  }
  if (bytes == 4) byte(I64_EXTEND_I32_U);
  set(local);
}

/** Pops an i32 into `bytes` bytes of a local; the others stay. */
function mergeInto(local: u32, place: u32, bytes: u32): void {
  const mask: u64 = bytes == 1 ? 0xff : bytes == 2 ? 0xffff : 0xffffffff;
  const shift = (<u64>place) << 3;
  set(VALUE_32);
  get(local);
  i64const(<i64>~(mask << shift));
  byte(I64_AND);
  get(VALUE_32);
  byte(I64_EXTEND_I32_U);
  if (bytes < 4) {
    i64const(<i64>mask);
    byte(I64_AND);
  }
  if (shift != 0) {
    i64const(<i64>shift);
    byte(I64_SHL);
  }
  byte(I64_OR);
  set(local);
}

/** What an integer load with this opcode reads from the state's bytes that the local holds. */
export function getState(opcode: u32, local: u32, place: u32): void {
  get(local);
  shiftDown(place);
  if (opcode == I64_LOAD) return;
  if (opcode < 0x30) byte(I32_WRAP_I64);
  if (opcode == 0x2c) byte(I32_EXTEND8_S);
  else if (opcode == I32_LOAD8_U) maskTo(0xff, I32_AND);
  else if (opcode == 0x2e) byte(I32_EXTEND16_S);
  else if (opcode == I32_LOAD16_U) maskTo(0xffff, I32_AND);
  else if (opcode == 0x30) byte(I64_EXTEND8_S);
  else if (opcode == 0x31) maskTo(0xff, I64_AND);
  else if (opcode == 0x32) byte(I64_EXTEND16_S);
  else if (opcode == 0x33) maskTo(0xffff, I64_AND);
  else if (opcode == 0x34) byte(I64_EXTEND32_S);
  else if (opcode == 0x35) maskTo(0xffffffff, I64_AND);
}

function maskTo(mask: i64, and: u32): void {
  if (and == I32_AND) i32const(<i32>mask);
  else i64const(mask);
  byte(and);
}

/** What an integer store with this opcode does to the state's bytes that the local holds. */
export function setState(opcode: u32, local: u32, place: u32): void {
  if (opcode == I64_STORE) {
    set(local);
    return;
  }
  if (opcode >= 0x3c) byte(I32_WRAP_I64);
  const bytes: u32 = opcode == I32_STORE8 || opcode == 0x3c ? 1 : opcode == I32_STORE16 || opcode == 0x3d ? 2 : 4;
  mergeInto(local, place, bytes);
}
