// What the code being written knows about the flags. After an instruction whose operands tell all flags they are kept in the locals
// FLAGS_A and FLAGS_B, with a kind in FLAGS_KIND (lazy-flags.ts); after others the flag words hold, and the kind is 0. Mostly
// the kind is known here: then a condition is a comparison of the operands. Where control comes from several blocks with
// different kinds it is only known when the code runs.

import { OP } from '../record';
import {
  CHANGES_FLAGS,
  KEEPS_LOCALS,
  KIND_SHIFT,
  LAZY,
  LAZY_TEMPLATES,
  NEEDS_FLAGS,
  READS_FLAGS,
  READS_WORDS,
  WRITES_FLAGS,
} from '../generated/templates';
import { CpuState, cpu } from '../generated/state';
import { ADDED, SHIFTED_LEFT, SUBTRACTED } from '../lazy-flags';
import { access, byte, callFunction, get, i32const, i64const, set } from './bytes';
import { SETTLE_FLAGS } from './handlers';
import { FLAGS_A, FLAGS_B, FLAGS_KIND, FLAG_RESULT } from './locals';
import { canStitch, play, templateInfo } from './stitch';

/** No kind: it is known when the code runs. */
export const KIND_UNKNOWN: u32 = 0xff;

const IF: u32 = 0x04;
const END: u32 = 0x0b;
const NO_RESULT: u32 = 0x40;
const I64_LOAD: u32 = 0x29;
const I32_EQZ: u32 = 0x45;
const I32_EQ: u32 = 0x46;
const I32_LT_S: u32 = 0x48;
const I32_LT_U: u32 = 0x49;
const I32_ADD: u32 = 0x6a;
const I32_SUB: u32 = 0x6b;
const I32_AND: u32 = 0x71;
const I32_OR: u32 = 0x72;
const I32_XOR: u32 = 0x73;
const I32_POPCNT: u32 = 0x69;
const I32_WRAP_I64: u32 = 0xa7;
const I32_EXTEND8_S: u32 = 0xc0;
const I32_EXTEND16_S: u32 = 0xc1;
/** Distance of the i64 opcode from that of i32, for comparisons and for arithmetic. */
const WIDE_COMPARISON: u32 = 11;
const WIDE_ARITHMETIC: u32 = 18;

/** The kind at this place of the code, or KIND_UNKNOWN. */
export let kind: u32 = 0;

/** A block begins. */
export function startFlags(known: u32): void {
  kind = known;
}

/** Kind after an operation with lazy flags. */
@inline
function kindOf(info: u32): u32 {
  return (info >> KIND_SHIFT) + 1;
}

/** Whether a condition can be computed from the operands. */
@inline
function isFoldable(known: u32): bool {
  return known != 0 && known != KIND_UNKNOWN && (known - 1) >> 2 <= ADDED;
}

/** Whether the flag words must hold before an instruction. */
function needsWords(info: u32, known: u32, isDead: bool): bool {
  if (known == 0) return false;
  if ((info & (isDead ? NEEDS_FLAGS : READS_FLAGS)) != 0) return (info & READS_WORDS) != 0 || !isFoldable(known);
  return !isDead && (info & (CHANGES_FLAGS | WRITES_FLAGS)) == CHANGES_FLAGS;
}

/** The kind after an instruction that begins with `known`. `isDead`: its flags are not looked at. */
export function kindAfter(record: usize, known: u32, isDead: bool): u32 {
  const info = templateInfo(<u32>load<u16>(record, OP));
  if ((info & KEEPS_LOCALS) != 0) return known;
  if (!canStitch(record)) return 0;
  const before = needsWords(info, known, isDead) ? 0 : known;
  if (isDead || (info & CHANGES_FLAGS) == 0) return before;
  return (info & LAZY) != 0 ? kindOf(info) : 0;
}

/** The kind behind a condition. */
@inline
export function kindAfterCondition(known: u32): u32 {
  return isFoldable(known) ? known : 0;
}

/** Before an instruction: makes the flag words hold if it needs them. */
export function prepareFlags(info: u32, isDead: bool): void {
  if (needsWords(info, kind, isDead)) settle();
}

/** Behind an instruction: what it has done to the flags. */
export function noteFlags(info: u32, isDead: bool): void {
  if (isDead || (info & CHANGES_FLAGS) == 0) return;
  setKind((info & LAZY) != 0 ? kindOf(info) : 0);
}

/** The flag words hold from here on. */
export function flagsAreWords(): void {
  if (kind != 0) setKind(0);
}

function setKind(known: u32): void {
  if (kind == known) return;
  i32const(known);
  set(FLAGS_KIND);
  kind = known;
}

/** Whether a shift by an immediate is by 0, which changes no flag. */
export function isShiftByZero(info: u32, immediate: u32): bool {
  const known = kindOf(info);
  if ((info & LAZY) == 0 || (known - 1) >> 2 < SHIFTED_LEFT) return false;
  return (immediate & (((known - 1) & 3) == 3 ? 63 : 31)) == 0;
}

/** Makes the flag words hold. */
export function settle(): void {
  if (kind == KIND_UNKNOWN) {
    get(FLAGS_KIND);
    byte(IF);
    byte(NO_RESULT);
    callSettle();
    for (let i: u32 = 0; i < 3; i++) {
      i32const(0);
      access(I64_LOAD, <u32>(changetype<usize>(cpu) + offsetof<CpuState>('flagResult')) + (i << 3));
      set(FLAG_RESULT + i);
    }
    i32const(0);
    set(FLAGS_KIND);
    byte(END);
    kind = 0;
  } else if (kind != 0) {
    play(LAZY_TEMPLATES, kind - 1);
    setKind(0);
  }
}

/** Sets the flag words of the state from the operands; the kind must not be 0. */
export function callSettle(): void {
  if (kind == KIND_UNKNOWN || kind == 0) get(FLAGS_KIND);
  else i32const(kind);
  get(FLAGS_A);
  get(FLAGS_B);
  callFunction(SETTLE_FLAGS);
}

/** Pushes condition `code` as an i32 if it can be computed from the operands; else makes the flag words hold and returns false. */
export function foldCondition(code: u32): bool {
  if (!isFoldable(kind)) {
    settle();
    return false;
  }
  if ((kind - 1) >> 2 == SUBTRACTED) foldComparison(code);
  else foldFlags(code);
  return true;
}

@inline
function isWide(): bool {
  return ((kind - 1) & 3) == 3;
}

/** An operation on operands as wide as those of `pushOperand`. */
function operate(opcode: u32, distance: u32): void {
  byte(isWide() ? opcode + distance : opcode);
}

/** Sign-extends or zero-extends an i32 of fewer bits. */
function extend(isSigned: bool): void {
  const size = (kind - 1) & 3;
  if (size > 1) return;
  if (isSigned) byte(size == 0 ? I32_EXTEND8_S : I32_EXTEND16_S);
  else {
    i32const(size == 0 ? 0xff : 0xffff);
    byte(I32_AND);
  }
}

/** Pushes an operand, which is zero-extended in its local. */
function pushOperand(local: u32, isSigned: bool): void {
  get(local);
  if (isWide()) return;
  byte(I32_WRAP_I64);
  if (isSigned) extend(true);
}

/** Pushes the result. */
function pushResult(isSigned: bool): void {
  pushOperand(FLAGS_A, false);
  pushOperand(FLAGS_B, false);
  operate((kind - 1) >> 2 == SUBTRACTED ? I32_SUB : I32_ADD, WIDE_ARITHMETIC);
  extend(isSigned);
}

function pushZero(): void {
  if (isWide()) i64const(0);
  else i32const(0);
}

/** Conditions of a subtraction (SDM Vol. 2D B.1.4.7). */
function foldComparison(code: u32): void {
  let operation: u32;
  if (code == 0x2) operation = 0x49;
  else if (code == 0x3) operation = 0x4f;
  else if (code == 0x4) operation = 0x46;
  else if (code == 0x5) operation = 0x47;
  else if (code == 0x6) operation = 0x4d;
  else if (code == 0x7) operation = 0x4b;
  else if (code == 0xc) operation = 0x48;
  else if (code == 0xd) operation = 0x4e;
  else if (code == 0xe) operation = 0x4c;
  else if (code == 0xf) operation = 0x4a;
  else {
    foldFlags(code);
    return;
  }
  pushOperand(FLAGS_A, code >= 0xc);
  pushOperand(FLAGS_B, code >= 0xc);
  operate(operation, WIDE_COMPARISON);
}

/** Conditions of one flag or several. */
function foldFlags(code: u32): void {
  const pair = code >> 1;
  if (pair == 0) pushOverflow();
  else if (pair == 1) pushCarry();
  else if (pair == 2) pushIsZero();
  else if (pair == 3) {
    pushCarry();
    pushIsZero();
    byte(I32_OR);
  } else if (pair == 4) pushSign();
  else if (pair == 5) pushParity();
  else {
    pushSign();
    pushOverflow();
    byte(I32_XOR);
    if (pair == 7) {
      pushIsZero();
      byte(I32_OR);
    }
  }
  if ((code & 1) != 0) byte(I32_EQZ);
}

/** CF: a sum is below its summands; a minuend below its subtrahend. */
function pushCarry(): void {
  if ((kind - 1) >> 2 == SUBTRACTED) pushOperand(FLAGS_A, false);
  else pushResult(false);
  pushOperand((kind - 1) >> 2 == SUBTRACTED ? FLAGS_B : FLAGS_A, false);
  operate(I32_LT_U, WIDE_COMPARISON);
}

function pushIsZero(): void {
  pushResult(false);
  pushZero();
  operate(I32_EQ, WIDE_COMPARISON);
}

function pushSign(): void {
  pushResult(true);
  pushZero();
  operate(I32_LT_S, WIDE_COMPARISON);
}

/** OF: the result's sign differs from that of A, and B's does not allow it. */
function pushOverflow(): void {
  const isDifference = (kind - 1) >> 2 == SUBTRACTED;
  pushResult(true);
  pushOperand(FLAGS_A, true);
  operate(I32_XOR, WIDE_ARITHMETIC);
  if (isDifference) pushOperand(FLAGS_A, true);
  else pushResult(true);
  pushOperand(FLAGS_B, true);
  operate(I32_XOR, WIDE_ARITHMETIC);
  operate(I32_AND, WIDE_ARITHMETIC);
  pushZero();
  operate(I32_LT_S, WIDE_COMPARISON);
}

/** PF: the lowest byte has an even number of ones. */
function pushParity(): void {
  pushResult(false);
  if (isWide()) byte(I32_WRAP_I64);
  i32const(0xff);
  byte(I32_AND);
  byte(I32_POPCNT);
  i32const(1);
  byte(I32_AND);
  byte(I32_EQZ);
}
