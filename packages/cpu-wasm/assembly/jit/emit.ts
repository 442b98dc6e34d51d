// What the code of a region does besides its instructions: it loads the registers that it uses into locals, and stores those
// that it changes when it leaves or calls a handler of the interpreter. Which these are is known after the code has been
// written once, so a region is written twice.

import { byte, get, i32const, readLocals, set, u32leb, writtenLocals } from './bytes';
import { FIRST_REGION_LOCAL, FIRST_REGISTER, FLAG_RESULT, LEAVE } from './locals';
import { CpuState } from '../generated/state';
import { branch } from './bytes';
import { exitDepth } from './structure';

/** The RIP that a computed jump goes to, i64. */
export const REGION_TARGET: u32 = FIRST_REGION_LOCAL;
/** Instructions that may still be retired. */
export const REGION_BUDGET: u32 = FIRST_REGION_LOCAL + 1;
/** Number of the entry that the dispatcher goes to. */
export const REGION_STATE: u32 = FIRST_REGION_LOCAL + 2;
export const REGION_I64: u32 = 1;
export const REGION_I32: u32 = 2;

const STATE: u32 = 0x400;
const FLAG_FIELDS: u32 = 3;
/** Locals that mirror the state: 16 registers and three words of flags. */
const MIRRORED: u32 = 16 + FLAG_FIELDS;

let usedLocals: u64 = 0;
let changedLocals: u64 = 0;

/** The first writing: nothing is known yet, and no code mirrors anything. */
export function forgetLocals(): void {
  usedLocals = 0;
  changedLocals = 0;
}

/** The second writing: what the first one has used. */
export function learnLocals(): void {
  usedLocals = readLocals | writtenLocals;
  changedLocals = writtenLocals;
}

@inline
function localOf(i: u32): u32 {
  return i < 16 ? FIRST_REGISTER + i : FLAG_RESULT + i - 16;
}

function addressOf(i: u32): u32 {
  if (i < 16) return STATE + (i << 3);
  return STATE + <u32>offsetof<CpuState>('flagResult') + ((i - 16) << 3);
}

/** Access of a state field: opcode, alignment, address as the offset from 0. */
function field(opcode: u32, alignment: u32, address: u32): void {
  byte(opcode);
  byte(alignment);
  u32leb(address);
}

export function loadI32(address: u32): void {
  i32const(0);
  field(0x28, 2, address);
}

export function loadMirrored(): void {
  for (let i: u32 = 0; i < MIRRORED; i++) {
    if (((usedLocals >> (<u64>localOf(i))) & 1) == 0) continue;
    i32const(0);
    field(0x29, 3, addressOf(i));
    set(localOf(i));
  }
  loadI32(STATE + <u32>offsetof<CpuState>('budget'));
  set(REGION_BUDGET);
}

export function storeMirrored(): void {
  for (let i: u32 = 0; i < MIRRORED; i++) {
    if (((changedLocals >> (<u64>localOf(i))) & 1) == 0) continue;
    i32const(0);
    get(localOf(i));
    field(0x37, 3, addressOf(i));
  }
  i32const(0);
  get(REGION_BUDGET);
  field(0x36, 2, STATE + <u32>offsetof<CpuState>('budget'));
}

/** Leaves the region; the interpreter goes on at `record`. */
export function leaveAt(record: usize): void {
  i32const(<i32>record);
  set(LEAVE);
  branch(exitDepth());
}
