// What the code of a region does besides its instructions: it loads the registers that it uses into locals, and stores those
// that it changes when it leaves or calls a handler of the interpreter. Which these are is known after the code has been
// written once, so a region is written twice.

import {
  byte,
  get,
  i32const,
  readLocals,
  readVectors,
  set,
  u32leb,
  vectorAccess,
  writtenLocals,
  writtenVectors,
} from './bytes';
import { KIND_UNKNOWN, callSettle, startFlags } from './flags';
import { FIRST_REGION_LOCAL, FIRST_REGISTER, FIRST_VECTOR, FLAGS_KIND, FLAG_RESULT, LEAVE } from './locals';
import { CpuState, STATE } from '../generated/state';
import { branch } from './bytes';
import { forgetStackPage } from './stitch';
import { exitDepth } from './structure';

/** The RIP that a computed jump goes to, i64. */
export const REGION_TARGET: u32 = FIRST_REGION_LOCAL;
/** Instructions that may still be retired. */
export const REGION_BUDGET: u32 = FIRST_REGION_LOCAL + 1;
/** Number of the entry that the dispatcher goes to. */
export const REGION_STATE: u32 = FIRST_REGION_LOCAL + 2;
export const REGION_I64: u32 = 1;
export const REGION_I32: u32 = 2;

const WASM_IF: u32 = 0x04;
const WASM_ELSE: u32 = 0x05;
const WASM_END: u32 = 0x0b;
const WASM_VOID: u32 = 0x40;
const REGISTERS: u32 = 16;
/** Locals that mirror the state: the registers and three words of flags. */
const MIRRORED: u32 = REGISTERS + 3;

const VECTOR_LOAD: u32 = 0x00;
const VECTOR_STORE: u32 = 0x0b;

let usedLocals: u64 = 0;
let changedLocals: u64 = 0;
let usedVectors: u32 = 0;
let changedVectors: u32 = 0;

/** The first writing: nothing is known yet, and no code mirrors anything. */
export function forgetLocals(): void {
  usedLocals = 0;
  changedLocals = 0;
  usedVectors = 0;
  changedVectors = 0;
}

/** The second writing: what the first one has used. */
export function learnLocals(): void {
  usedLocals = readLocals | writtenLocals;
  changedLocals = writtenLocals;
  usedVectors = readVectors | writtenVectors;
  changedVectors = writtenVectors;
}

@inline
function localOf(i: u32): u32 {
  return i < 16 ? FIRST_REGISTER + i : FLAG_RESULT + i - 16;
}

function addressOf(i: u32): u32 {
  if (i < 16) return STATE + (i << 3);
  return STATE + <u32>offsetof<CpuState>('flagResult') + ((i - 16) << 3);
}

/** Address of bits 0-127 of a vector register. */
function vectorAddress(i: u32): u32 {
  return STATE + <u32>offsetof<CpuState>('xmm0Low') + (i << 5);
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
  for (let i: u32 = 0; i < 16; i++) {
    if (((usedVectors >> i) & 1) == 0) continue;
    i32const(0);
    vectorAccess(VECTOR_LOAD, vectorAddress(i));
    set(FIRST_VECTOR + i);
  }
  forgetStackPage();
  loadBudget();
}

/** Stores a register that the region changes. */
export function storeRegister(number: u32): void {
  storeChanged(number, number + 1);
}

/** Loads a register that a handler may have changed. */
export function loadRegister(number: u32): void {
  i32const(0);
  field(0x29, 3, addressOf(number));
  set(localOf(number));
}

/** Loads the flag words. */
export function loadFlagWords(): void {
  for (let i = REGISTERS; i < MIRRORED; i++) loadRegister(i);
}

export function storeBudget(): void {
  i32const(0);
  get(REGION_BUDGET);
  field(0x36, 2, STATE + <u32>offsetof<CpuState>('budget'));
}

export function loadBudget(): void {
  loadI32(STATE + <u32>offsetof<CpuState>('budget'));
  set(REGION_BUDGET);
}

/** Stores those of the mirrored locals from `first` on, below `end`, that the region changes. */
function storeChanged(first: u32, end: u32): void {
  for (let i = first; i < end; i++) {
    if (((changedLocals >> (<u64>localOf(i))) & 1) == 0) continue;
    i32const(0);
    get(localOf(i));
    field(0x37, 3, addressOf(i));
  }
}

/** Stores the flags; `known`: their kind here. */
function storeFlags(known: u32): void {
  startFlags(known);
  if (known == 0 || ((changedLocals >> (<u64>FLAGS_KIND)) & 1) == 0) {
    storeChanged(REGISTERS, MIRRORED);
    return;
  }
  if (known != KIND_UNKNOWN) {
    callSettle();
    return;
  }
  get(FLAGS_KIND);
  byte(WASM_IF);
  byte(WASM_VOID);
  callSettle();
  byte(WASM_ELSE);
  storeChanged(REGISTERS, MIRRORED);
  byte(WASM_END);
}

/** Puts what the region has changed into the state; `known`: the kind of the flags here. */
export function storeMirrored(known: u32): void {
  storeChanged(0, REGISTERS);
  for (let i: u32 = 0; i < 16; i++) {
    if (((changedVectors >> i) & 1) == 0) continue;
    i32const(0);
    get(FIRST_VECTOR + i);
    vectorAccess(VECTOR_STORE, vectorAddress(i));
  }
  storeFlags(known);
  storeBudget();
}

/** Leaves the region; the interpreter goes on at `record`. */
export function leaveAt(record: usize): void {
  i32const(<i32>record);
  set(LEAVE);
  leave();
}

/** Leaves the region; the interpreter goes on at the record in the local LEAVE. */
export function leave(): void {
  branch(exitDepth());
}
