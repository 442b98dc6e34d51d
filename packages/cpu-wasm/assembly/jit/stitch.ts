// Translates one data instruction by stitching its template (templates/extract.ts): runs of bytes are copied, and each verb
// becomes code for the operands of the decoded record: registers and flags are locals, immediates constants, memory goes through
// an inline check of the fast TLB (memory.ts). Templates come from the bodies that the interpreter runs, so there is no second
// semantics here; what this file knows is where operands live.
//
// An instruction that can't go on (fault, device, write to code) is left before it has had any effect: LEAVE gets the value that
// the caller gave and a branch goes to the caller's label.

import {
  CHANGES_FLAGS,
  CONDITION_TEMPLATES,
  HAS_TEMPLATE,
  NEEDS_FLAGS,
  MAY_LEAVE,
  READS_FLAGS,
  SEGMENTED,
  STACK,
  LAZY,
  TEMPLATES,
  TEMPLATES_WITHOUT_FLAGS,
  TEMPLATE_BYTES,
  TEMPLATE_INFO,
  USUAL_ONLY,
  VECTOR_OPERANDS,
  VERB_ADDRESS,
  VERB_CHOICE,
  VERB_CONDITION,
  VERB_DEPTH,
  VERB_DST,
  VERB_FIELD,
  VERB_FINISH,
  VERB_GET_STATE,
  VERB_HINT,
  VERB_HOST_FOR_READ,
  VERB_HOST_FOR_WRITE,
  VERB_IMM,
  VERB_ADDED,
  VERB_IS_PLAIN,
  VERB_LAZY_A,
  VERB_CUT_TO_STACK,
  VERB_LAZY_B,
  VERB_LEAVE,
  VERB_MULTIPLIED,
  VERB_MXCSR_MODE,
  VERB_NEAREST_ONLY,
  VERB_SHIFTED_LEFT,
  VERB_SHIFTED_RIGHT,
  VERB_SHIFTED_RIGHT_SIGNED,
  VERB_SUBTRACTED,
  VERB_USUAL_ONLY,
  VERB_LINEAR,
  VERB_LOAD,
  VERB_LOAD_FOR_WRITE,
  VERB_SET_DST,
  VERB_SET_SRC,
  VERB_SET_STATE,
  VERB_SET_THIRD,
  VERB_SRC,
  VERB_STORE,
  VERB_THIRD,
  VERB_VECTOR_LOAD,
  VERB_VECTOR_PLACE,
  VERB_VECTOR_SOURCE,
  VERB_VECTOR_STORE,
  VERB_WIDE_IMMEDIATE,
  WRITES_FLAGS,
} from '../generated/templates';
import { CpuState, cpu } from '../generated/state';
import { JIT_READ, JIT_WRITE } from './handlers';
import { PAGE_BYTES } from '../layout';
import { isFlatSegment } from '../implicit';
import { is64BitMode } from '../mode';
import {
  ADDRESS_SHIFT,
  BASE_REGISTER,
  DISP,
  DST,
  IMM,
  INDEX_REGISTER,
  OP,
  RECORD_BYTES,
  SCALE,
  SEGMENT,
  SRC,
  THIRD,
  VECTOR,
  VECTOR_ALIGNED,
  VECTOR_MEMORY,
} from '../record';
import { isModeKnown, isUsualAssumed, knownMode, pushIsNotNearest, pushMode } from './float-mode';
import { foldCondition, isShiftByZero, noteFlags, prepareFlags } from './flags';
import { isPlain, notePlain } from './plain';
import { getState, localOf, readRegister, setState, writeRegister } from './registers';
import { FS, SEGMENT_BASE, segmentAt } from '../segment';
import { ENTRY_ADDEND, INDEX_MASK, INDEX_SHIFT, readTable, writeTable } from '../tlb';
import { access, branch, byte, callFunction, get, hint, i32const, i64const, raw, set, tee } from './bytes';
import {
  FLAGS_A,
  FLAGS_B,
  FIRST_REGISTER,
  HOST,
  LEAVE,
  LINEAR,
  STACK_OFFSET,
  STACK_PAGE,
  VALUE,
  VALUE_32,
  WRITE_HOST,
} from './locals';
import { vectorLoad, vectorStore } from './vector-operands';

export {
  LAZY,
  CHANGES_FLAGS,
  HAS_TEMPLATE,
  NEEDS_FLAGS,
  MAY_LEAVE,
  READS_FLAGS,
  SEGMENTED,
  TOUCHES_MEMORY,
  WRITES_FLAGS,
} from '../generated/templates';

/** Place of RSP in the state. */
const RSP_PLACE: u32 = 32;

// Opcodes (WebAssembly Core Specification 2.0, 5.4).
const BLOCK: u32 = 0x02;
const IF: u32 = 0x04;
const ELSE: u32 = 0x05;
const END: u32 = 0x0b;
const DROP: u32 = 0x1a;
const NO_RESULT: u32 = 0x40;
const I32: u32 = 0x7f;
const I64: u32 = 0x7e;
const I32_LOAD: u32 = 0x28;
const I64_LOAD: u32 = 0x29;
const I32_LOAD8_U: u32 = 0x2d;
const I32_LOAD16_U: u32 = 0x2f;
const I32_STORE: u32 = 0x36;
const I64_STORE: u32 = 0x37;
const I32_STORE8: u32 = 0x3a;
const I32_STORE16: u32 = 0x3b;
const I32_EQZ: u32 = 0x45;
const I64_EQ: u32 = 0x51;
const I64_LE_U: u32 = 0x58;
const I32_ADD: u32 = 0x6a;
const I32_SUB: u32 = 0x6b;
const I32_AND: u32 = 0x71;
const I32_SHL: u32 = 0x74;
const I32_SHR_U: u32 = 0x76;
const I64_ADD: u32 = 0x7c;
const I64_SUB: u32 = 0x7d;
const I64_AND: u32 = 0x83;
const I64_XOR: u32 = 0x85;
const I64_SHL: u32 = 0x86;
const I32_WRAP_I64: u32 = 0xa7;
const I64_EXTEND_I32_U: u32 = 0xad;

// The instruction in hand.
let record: usize = 0;
let info: u32 = 0;
let faultDepth: u32 = 0;
let leaveValue: i32 = 0;
/** Labels that the template has opened. */
let nesting: u32 = 0;
/** Whether the access in hand stands in the arm of `stackHostAt`. */
let isInStackArm: bool = false;
/** Whether the operands that tell the flags are kept. */
let keepsOperands: bool = false;

/** Bits about an operation, see generated/templates.ts: HAS_TEMPLATE and so on. */
@inline
export function templateInfo(operation: u32): u32 {
  return load<u32>(TEMPLATE_INFO + ((<usize>operation) << 2));
}

@inline
function infoOf(r: usize): u32 {
  return templateInfo(<u32>load<u16>(r, OP));
}

/** Whether `stitch` can translate a record in the current mode; otherwise the interpreter has to execute it. */
export function canStitch(r: usize): bool {
  const bits = infoOf(r);
  if ((bits & HAS_TEMPLATE) == 0 || isShiftByZero(bits, load<u32>(r, IMM))) return false;
  if ((bits & USUAL_ONLY) != 0 && !isUsualAssumed()) return false;
  if (is64BitMode()) return true;
  return (bits & VECTOR_OPERANDS) != 0 ? isFlatSegment(load<u8>(r, SEGMENT)) : (bits & SEGMENTED) == 0;
}

/** Whether an instruction for which `canStitch` holds may be left. */
export function mayLeave(r: usize): bool {
  return (infoOf(r) & MAY_LEAVE) != 0;
}

/** Whether nobody looked at the flags that the first instruction of the last `deadFlags` found. */
export let isDeadBefore: bool = false;

/**
 * Which of the `count` (at most 64) instructions from `first` on set flags that the next setter overwrites before anybody can
 * look: bit n for the n-th. `isDeadBehind`: whether that goes for the flags that the last one leaves.
 */
export function deadFlags(first: usize, count: u32, isDeadBehind: bool): u64 {
  let dead: u64 = 0;
  let isDead = isDeadBehind;
  for (let i = <i32>count - 1; i >= 0; i--) {
    const r = first + <usize>i * RECORD_BYTES;
    const bits = infoOf(r);
    const isOwnDead = isDead && (bits & CHANGES_FLAGS) != 0;
    if (isOwnDead) dead |= (<u64>1) << (<u64>i);
    if ((bits & WRITES_FLAGS) != 0) isDead = true;
    if (!canStitch(r) || (bits & ((isOwnDead ? NEEDS_FLAGS : READS_FLAGS) | MAY_LEAVE)) != 0) isDead = false;
  }
  isDeadBefore = isDead;
  return dead;
}

/**
 * Appends the code of one instruction for which `canStitch` holds. `depth`: of the caller's fault label here; `leave`: what LEAVE
 * is to hold there; `flagsDead`: the instruction's bit of `deadFlags`.
 */
export function stitch(r: usize, depth: u32, leave: i32, flagsDead: bool): void {
  begin(r, depth, leave);
  prepareFlags(info, flagsDead);
  keepsOperands = !flagsDead && (info & LAZY) != 0;
  const table = flagsDead ? TEMPLATES_WITHOUT_FLAGS : TEMPLATES;
  play(table, <u32>load<u16>(r, OP));
  keepsOperands = false;
  noteFlags(info, flagsDead);
  if ((info & VECTOR_OPERANDS) != 0) notePlain(r);
}

function begin(r: usize, depth: u32, leave: i32): void {
  record = r;
  info = infoOf(r);
  faultDepth = depth;
  leaveValue = leave;
  nesting = 0;
}

/** Condition `code` of the flags as they are here: pushes an i32, 0 or 1. */
export function condition(code: u32): void {
  if (!foldCondition(code)) play(CONDITION_TEMPLATES, code);
}

/** Bytes of RIP or EIP, of a near pointer, and of what a call pushes. */
@inline
function pointerBytes(): u32 {
  return is64BitMode() ? 8 : 4;
}

/** Makes an i64 of a pointer that has been loaded. */
function extendPointer(): void {
  if (!is64BitMode()) byte(I64_EXTEND_I32_U);
}

/** Cuts the i64 on the stack of Wasm to the size of pointers. */
function cutPointer(): void {
  if (is64BitMode()) return;
  i64const(0xffffffff);
  byte(I64_AND);
}

/** Pushes the first operand, a register or memory, as the i64 that an indirect branch goes to. */
export function readTarget(r: usize, isMemory: bool, depth: u32, leave: i32): void {
  begin(r, depth, leave);
  if (!isMemory) readRegister(load<u16>(r, DST), pointerBytes());
  else {
    pushLinear();
    loadAt(pointerBytes());
  }
  extendPointer();
}

/** Stores a return address below RSP and moves RSP: the push of a call. Leaves before anything has changed. */
export function pushPointer(r: usize, rip: u64, depth: u32, leave: i32): void {
  begin(r, depth, leave);
  if (is64BitMode()) {
    i64const(<i64>rip);
    set(VALUE);
  } else {
    i32const(<i32>rip);
    set(VALUE_32);
  }
  pushMovedRsp(-(<i64>pointerBytes()));
  stackHostAt(pointerBytes(), true, HOST, STORE);
  pushMovedRsp(-(<i64>pointerBytes()));
  set(FIRST_REGISTER + 4);
}

/** Pushes the return address at RSP on the stack of Wasm; RSP stays. For returns, whose target is checked before RSP moves. */
export function peekPointer(r: usize, depth: u32, leave: i32): void {
  begin(r, depth, leave);
  get(FIRST_REGISTER + 4);
  cutPointer();
  loadFromStack(pointerBytes());
  extendPointer();
}

/** Moves RSP behind the return address and `bytes` more. */
export function dropPointer(bytes: u32): void {
  pushMovedRsp(<i64>(pointerBytes() + bytes));
  set(FIRST_REGISTER + 4);
}

/** Pushes RSP, moved by so many bytes. */
function pushMovedRsp(bytes: i64): void {
  get(FIRST_REGISTER + 4);
  i64const(bytes);
  byte(I64_ADD);
  cutPointer();
}

/** Pops an i32 and leaves if it is not 0; for code before an instruction, with no labels around it. */
export function leaveIf(depth: u32, leave: i32): void {
  hint(false);
  byte(IF);
  byte(NO_RESULT);
  i32const(leave);
  set(LEAVE);
  branch(depth + 1);
  byte(END);
}

/** Leaves unless `bytes` bytes of the memory operand can be accessed without a fault, a device or decoded code. */
export function probeOperand(r: usize, bytes: u32, isWrite: bool, depth: u32, leave: i32): void {
  begin(r, depth, leave);
  pushLinear();
  hostAt(bytes, isWrite, HOST, KEEP);
}

/** Puts the registers of the memory operand into the state, for a handler that does not see the locals. */
export function storeAddressRegisters(r: usize): void {
  storeAddressRegister(load<u16>(r, BASE_REGISTER));
  storeAddressRegister(load<u16>(r, INDEX_REGISTER));
}

function storeAddressRegister(address: u32): void {
  if (address == <u32>changetype<usize>(cpu) + <u32>offsetof<CpuState>('zero')) return;
  i32const(0);
  get(localOf(address));
  access(I64_STORE, address);
}

/** Bytes of a width number (0-3) of a verb. */
@inline
function bytesOf(verb: u32): u32 {
  return 1 << (verb & 3);
}

/** Appends a template, given by its number in a table of them. */
export function play(table: usize, index: u32): void {
  playUntil(TEMPLATE_BYTES + ((<usize>load<u16>(table + ((<usize>index) << 1))) << 1), 0);
}

/** Appends a template from `at` on, up to `end` or to the template's end. */
function playUntil(at: usize, end: usize): void {
  while (at != end) {
    const code = <u32>load<u8>(at++);
    if (code == 0) return;
    if (code < 0x80) {
      raw(at, code);
      at += code;
    } else at = perform(code - 0x80, at);
  }
}

/** Appends what a verb stands for. `at` is where its arguments are; returns the address behind them. */
function perform(verb: u32, at: usize): usize {
  const bytes = bytesOf(verb);
  switch (verb & ~3) {
    case VERB_DST:
      readRegister(load<u16>(record, DST), bytes);
      return at;
    case VERB_SRC:
      readRegister(load<u16>(record, SRC), bytes);
      return at;
    case VERB_THIRD:
      readRegister(load<u16>(record, THIRD), bytes);
      return at;
    case VERB_IMM:
      immediate(bytes);
      return at;
    case VERB_SET_DST:
      writeRegister(load<u16>(record, DST), bytes);
      return at;
    case VERB_SET_SRC:
      writeRegister(load<u16>(record, SRC), bytes);
      return at;
    case VERB_SET_THIRD:
      writeRegister(load<u16>(record, THIRD), bytes);
      return at;
    case VERB_LOAD:
      loadAt(bytes);
      return at;
    case VERB_LOAD_FOR_WRITE:
      operandHostAt(bytes, true, WRITE_HOST, KEEP);
      get(WRITE_HOST);
      access(loadOpcode(bytes), 0);
      return at;
    case VERB_STORE:
      set(valueLocal(bytes));
      operandHostAt(bytes, true, HOST, STORE);
      return at;
    case VERB_FINISH:
      set(valueLocal(bytes));
      get(WRITE_HOST);
      get(valueLocal(bytes));
      access(storeOpcode(bytes), 0);
      return at;
    case VERB_HOST_FOR_READ:
      hostAt(bytes, false, HOST, KEEP);
      get(HOST);
      return at;
    case VERB_HOST_FOR_WRITE:
      hostAt(bytes, true, WRITE_HOST, KEEP);
      get(WRITE_HOST);
      return at;
  }
  const first = <u32>load<u8>(at);
  switch (verb) {
    case VERB_ADDRESS:
      pushAddress();
      return at;
    case VERB_LINEAR:
      pushLinear();
      return at;
    case VERB_WIDE_IMMEDIATE:
      i64const(load<i64>(record, DISP));
      return at;
    case VERB_CUT_TO_STACK:
      cutPointer();
      return at;
    case VERB_SUBTRACTED:
    case VERB_ADDED:
    case VERB_MULTIPLIED:
    case VERB_SHIFTED_LEFT:
    case VERB_SHIFTED_RIGHT:
    case VERB_SHIFTED_RIGHT_SIGNED:
      if (keepsOperands) {
        set(FLAGS_B);
        set(FLAGS_A);
      } else {
        byte(DROP);
        byte(DROP);
      }
      return at;
    case VERB_LAZY_A:
      get(FLAGS_A);
      return at;
    case VERB_LAZY_B:
      get(FLAGS_B);
      return at;
    case VERB_MXCSR_MODE:
      pushMode();
      return at;
    case VERB_CONDITION:
      condition(first);
      return at + 1;
    case VERB_USUAL_ONLY:
      // `canStitch` has seen to it; the region relies on it from here on.
      isModeKnown();
      return at;
    case VERB_NEAREST_ONLY:
      if (pushIsNotNearest()) {
        hint(false);
        byte(IF);
        byte(NO_RESULT);
        leaveFrom(1);
        byte(END);
      }
      return at;
    case VERB_IS_PLAIN:
      i32const(isPlain(record, first) ? 1 : 0);
      return at + 1;
    case VERB_CHOICE:
      return choose(at);
    case VERB_VECTOR_SOURCE:
      vectorOperand(first, false);
      return at + 1;
    case VERB_VECTOR_PLACE:
      vectorOperand(first, true);
      return at + 1;
    case VERB_VECTOR_LOAD:
      vectorLoad(record, first, load<u8>(at, 1), load<u8>(at, 2), load<u8>(at, 3));
      return at + 4;
    case VERB_VECTOR_STORE:
      vectorStore(record, first, load<u8>(at, 1), load<u8>(at, 2), load<u8>(at, 3));
      return at + 4;
    case VERB_HINT:
      hint(first != 0);
      return at + 1;
    case VERB_LEAVE:
      leaveFrom(0);
      return at;
    case VERB_GET_STATE:
      getState(first, load<u8>(at, 1), load<u8>(at, 2));
      return at + 3;
    case VERB_SET_STATE:
      setState(first, load<u8>(at, 1), load<u8>(at, 2));
      return at + 3;
    case VERB_FIELD:
      field(first, load<u8>(at, 1));
      return at + 2;
    case VERB_DEPTH:
      nesting = first;
      return at + 1;
  }
  // The extractor prints no other verb.
  unreachable();
  return at;
}

// What a choice asks, see templates/extract.ts.
const CHOICE_VECTOR: u32 = 0;
const CHOICE_MODE: u32 = 1;
/** Bytes of its arguments. */
const CHOICE_BYTES: usize = 8;

/**
 * An `if` of the template, whose arms follow. Where the condition is known one arm is written, in a block, so that branches out of it
 * count the same labels. Returns the address behind the arms.
 */
function choose(at: usize): usize {
  const source = <u32>load<u8>(at);
  const mask = <u32>load<u8>(at, 1);
  const isNegated = load<u8>(at, 2) != 0;
  const blockType = <u32>load<u8>(at, 3);
  const first = at + CHOICE_BYTES;
  const second = first + <usize>load<u16>(at, 4);
  const end = second + <usize>load<u16>(at, 6);
  if (source == CHOICE_MODE && !isModeKnown()) {
    pushMode();
    i32const(mask);
    byte(I32_AND);
    if (isNegated) byte(I32_EQZ);
    byte(IF);
    byte(blockType);
    playUntil(first, second);
    if (second != end) byte(ELSE);
    playUntil(second, end);
    byte(END);
    return end;
  }
  const holds =
    source == CHOICE_VECTOR
      ? (load<u8>(record, VECTOR) & mask) != 0
      : source == CHOICE_MODE
        ? (knownMode() & mask) != 0
        : isPlain(record, mask);
  const from = holds != isNegated ? first : second;
  const until = holds != isNegated ? second : end;
  if (from == until && blockType == NO_RESULT) return end;
  byte(BLOCK);
  byte(blockType);
  playUntil(from, until);
  byte(END);
  return end;
}

function immediate(bytes: u32): void {
  const value = load<i32>(record, IMM);
  if (bytes == 8) i64const(<i64>value);
  else i32const(bytes == 1 ? value & 0xff : bytes == 2 ? value & 0xffff : value);
}

/** A constant: what a load with this opcode reads from the record. */
function field(opcode: u32, offset: u32): void {
  const at = record + offset;
  if (opcode == I32_LOAD) i32const(load<i32>(at));
  else if (opcode == 0x2c) i32const(<i32>load<i8>(at));
  else if (opcode == I32_LOAD8_U) i32const(<i32>load<u8>(at));
  else if (opcode == 0x2e) i32const(<i32>load<i16>(at));
  else if (opcode == I32_LOAD16_U) i32const(<i32>load<u16>(at));
  else if (opcode == I64_LOAD) i64const(load<i64>(at));
  else if (opcode == 0x30) i64const(<i64>load<i8>(at));
  else if (opcode == 0x31) i64const(<i64>load<u8>(at));
  else if (opcode == 0x32) i64const(<i64>load<i16>(at));
  else if (opcode == 0x33) i64const(<i64>load<u16>(at));
  else if (opcode == 0x34) i64const(<i64>load<i32>(at));
  else i64const(<i64>load<u32>(at));
}

/** Pushes the effective address: base, scaled index, displacement, cut to the address size. */
function pushAddress(): void {
  const absent = <u32>changetype<usize>(cpu) + <u32>offsetof<CpuState>('zero');
  const base = <u32>load<u16>(record, BASE_REGISTER);
  const index = <u32>load<u16>(record, INDEX_REGISTER);
  const shift = <u64>load<u8>(record, ADDRESS_SHIFT);
  const displacement = load<i64>(record, DISP);
  if (shift == 32) {
    pushAddress32(base, index, absent, <i32>displacement);
    return;
  }
  const mask = ~(<u64>0) >> shift;
  if (base == absent && index == absent) {
    i64const(displacement & (<i64>mask));
    return;
  }
  if (base != absent) get(localOf(base));
  if (index != absent) {
    get(localOf(index));
    const scale = load<u8>(record, SCALE);
    if (scale != 0) {
      i64const(<i64>scale);
      byte(I64_SHL);
    }
    if (base != absent) byte(I64_ADD);
  }
  if (displacement != 0) {
    i64const(displacement);
    byte(I64_ADD);
  }
  if (shift != 0) {
    i64const(<i64>mask);
    byte(I64_AND);
  }
}

/** The same for 32-bit addresses: the sum of i32s is cut by itself. */
function pushAddress32(base: u32, index: u32, absent: u32, displacement: i32): void {
  if (base != absent) readRegister(base, 4);
  if (index != absent) {
    readRegister(index, 4);
    const scale = load<u8>(record, SCALE);
    if (scale != 0) {
      i32const(scale);
      byte(I32_SHL);
    }
    if (base != absent) byte(I32_ADD);
  }
  const isConstant = base == absent && index == absent;
  if (isConstant || displacement != 0) {
    i32const(displacement);
    if (!isConstant) byte(I32_ADD);
  }
  byte(I64_EXTEND_I32_U);
}

/** Pushes the linear address of the memory operand: in 64-bit mode only FS and GS have a base (SDM Vol. 1 3.4.2.1). */
function pushLinear(): void {
  pushAddress();
  if ((info & SEGMENTED) != 0) addBase();
}

function addBase(): void {
  const segment = <u32>load<u8>(record, SEGMENT);
  if (segment < FS) return;
  i32const(0);
  access(I64_LOAD, <u32>(segmentAt(segment) + SEGMENT_BASE));
  byte(I64_ADD);
}

function loadOpcode(bytes: u32): u32 {
  return bytes == 1 ? I32_LOAD8_U : bytes == 2 ? I32_LOAD16_U : bytes == 4 ? I32_LOAD : I64_LOAD;
}

function storeOpcode(bytes: u32): u32 {
  return bytes == 1 ? I32_STORE8 : bytes == 2 ? I32_STORE16 : bytes == 4 ? I32_STORE : I64_STORE;
}

/**
 * Makes `bytes` (0: as many as are popped) of the r/m operand accessible: memory is checked, and its host address put into a local.
 */
function vectorOperand(bytes: u32, isWrite: bool): void {
  const bits = load<u8>(record, VECTOR);
  if ((bits & VECTOR_MEMORY) == 0) {
    if (bytes == 0) byte(DROP);
    return;
  }
  if (bytes == 0) set(VALUE_32);
  pushAddress();
  if (is64BitMode()) addBase();
  if ((bits & VECTOR_ALIGNED) != 0) {
    tee(LINEAR);
    byte(I32_WRAP_I64);
    if (bytes == 0) {
      get(VALUE_32);
      i32const(1);
      byte(I32_SUB);
    } else i32const(bytes - 1);
    byte(I32_AND);
    hint(false);
    byte(IF);
    byte(NO_RESULT);
    leaveFrom(1);
    byte(END);
    get(LINEAR);
  }
  const host = isWrite ? WRITE_HOST : HOST;
  if (bytes == 0) hostAt(0, isWrite, host, KEEP);
  else operandHostAt(bytes, isWrite, host, KEEP);
}

/** Whether the access in hand is mostly on the stack: of PUSH and its kin, or by RSP without an index. */
function isOnStack(): bool {
  if ((info & STACK) != 0) return true;
  const absent = <u32>changetype<usize>(cpu) + <u32>offsetof<CpuState>('zero');
  return (
    <u32>load<u16>(record, BASE_REGISTER) == <u32>changetype<usize>(cpu) + RSP_PLACE &&
    <u32>load<u16>(record, INDEX_REGISTER) == absent &&
    load<u8>(record, SEGMENT) < FS
  );
}

// What an access does with the host address that it has found. A load or store stands in each arm that finds one: V8 extends an
// address that comes from several arms to 64 bits once more.
/** It stays in a local. */
const KEEP: u32 = 0;
/** What is there is pushed. */
const LOAD: u32 = 1;
/** The value in hand is stored there. */
const STORE: u32 = 2;

/** The local of the value in hand. */
function valueLocal(bytes: u32): u32 {
  return bytes == 8 ? VALUE : VALUE_32;
}

/** Ends an arm of an access: pops a host address and does `use` with it. */
function useHost(bytes: u32, host: u32, use: u32): void {
  if (use == KEEP) {
    set(host);
    return;
  }
  if (use == LOAD) {
    access(loadOpcode(bytes), 0);
    return;
  }
  get(valueLocal(bytes));
  access(storeOpcode(bytes), 0);
}

/** Opens an `if` whose arms end with `useHost`. */
function beginArms(bytes: u32, use: u32): void {
  byte(IF);
  byte(use != LOAD ? NO_RESULT : bytes == 8 ? I64 : I32);
}

/** As `hostAt`, for the operand of the instruction in hand. */
function operandHostAt(bytes: u32, isWrite: bool, host: u32, use: u32): void {
  if (isOnStack()) stackHostAt(bytes, isWrite, host, use);
  else hostAt(bytes, isWrite, host, use);
}

/** Pushes what is at the linear address popped, on the stack of the guest. */
function loadFromStack(bytes: u32): void {
  stackHostAt(bytes, false, HOST, LOAD);
}

/**
 * As `hostAt`, for an aligned access that is likely in the page where the stack was last: STACK_PAGE is that page, and
 * STACK_OFFSET the distance of host addresses from it. Only pages that the write table holds get there, for reads, too: after a switch
 * of stacks it is reads that come first. Nothing but a handler of the interpreter can take them away, and behind a
 * handler the page is forgotten.
 */
function stackHostAt(bytes: u32, isWrite: bool, host: u32, use: u32): void {
  tee(LINEAR);
  i64const(~(<i64>(PAGE_BYTES - 1)) | (<i64>(bytes - 1)));
  byte(I64_AND);
  get(STACK_PAGE);
  byte(I64_EQ);
  hint(true);
  beginArms(bytes, use);
  get(LINEAR);
  byte(I32_WRAP_I64);
  get(STACK_OFFSET);
  byte(I32_ADD);
  useHost(bytes, host, use);
  byte(ELSE);
  isInStackArm = true;
  get(LINEAR);
  hostAt(bytes, isWrite, host, use);
  isInStackArm = false;
  byte(END);
}

/** LINEAR is in a page of the write table, whose addend is on the stack and stays there. */
function rememberStackPage(): void {
  tee(STACK_OFFSET);
  get(LINEAR);
  i64const(~(<i64>(PAGE_BYTES - 1)));
  byte(I64_AND);
  set(STACK_PAGE);
}

/**
 * No page is that of the stack: an address of which `stackHostAt` keeps the page and the lowest five bits at most has never just this
 * bit.
 */
const NO_STACK_PAGE: i64 = 0x800;

export function forgetStackPage(): void {
  i64const(NO_STACK_PAGE);
  set(STACK_PAGE);
}

/** Pops a linear address and pushes what is there. */
function loadAt(bytes: u32): void {
  operandHostAt(bytes, false, HOST, LOAD);
}

/**
 * Pops a linear address and does `use` with the host address of `bytes` there (0: as many as VALUE_32 says), or leaves. `host`: the
 * local that keeps it. See memory.ts.
 */
function hostAt(bytes: u32, isWrite: bool, host: u32, use: u32): void {
  const table = <u32>(isWrite || isInStackArm ? writeTable : readTable);
  tee(LINEAR);
  byte(I32_WRAP_I64);
  i32const(<i32>INDEX_SHIFT);
  byte(I32_SHR_U);
  i32const(<i32>INDEX_MASK);
  byte(I32_AND);
  tee(host);
  access(I64_LOAD, table);
  get(LINEAR);
  byte(I64_XOR);
  i64const(<i64>(PAGE_BYTES - bytes));
  if (bytes == 0) {
    get(VALUE_32);
    byte(I64_EXTEND_I32_U);
    byte(I64_SUB);
  }
  byte(I64_LE_U);
  hint(true);
  beginArms(bytes, use);
  get(host);
  access(I32_LOAD, table + <u32>ENTRY_ADDEND);
  if (isInStackArm) rememberStackPage();
  get(LINEAR);
  byte(I32_WRAP_I64);
  byte(I32_ADD);
  useHost(bytes, host, use);
  byte(ELSE);
  get(LINEAR);
  if (bytes != 0) i32const(<i32>bytes);
  else get(VALUE_32);
  callFunction(isWrite ? JIT_WRITE : JIT_READ);
  tee(host);
  byte(I32_EQZ);
  hint(false);
  byte(IF);
  byte(NO_RESULT);
  leaveFrom(isInStackArm ? 3 : 2);
  byte(END);
  if (use != KEEP) {
    get(host);
    useHost(bytes, host, use);
  }
  byte(END);
}

/** Leaves the instruction from below `labels` labels of this file. */
function leaveFrom(labels: u32): void {
  i32const(leaveValue);
  set(LEAVE);
  branch(faultDepth + nesting + labels);
}
