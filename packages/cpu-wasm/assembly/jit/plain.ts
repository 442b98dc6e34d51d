// Which lanes of vector registers are known to be plain (assembly/plain.ts) in the code being written, and at the start of each block
// of a region: there it is what all blocks before it agree on. A block that the dispatcher leads to knows nothing.
//
// What an instruction does is a word of VECTOR_EFFECTS, which the extractor reads off its template (templates/extract.ts,
// `vectorEffect`). Bits 128-255 of the registers are never known.

import { CpuState, cpu } from '../generated/state';
import { VECTOR_EFFECTS, VECTOR_OPERANDS } from '../generated/templates';
import { ALL_DOUBLES, FIRST, LOW_DOUBLE, LOW_SINGLE, SOURCE, TARGET } from '../plain-lanes';
import { DST, OP, RECORD_BYTES, SRC, THIRD, VECTOR, VECTOR_MEMORY } from '../record';
import {
  FLOW_BEHIND,
  MAX_NODES,
  NODE_DISPATCHED,
  PAGES,
  flowOf,
  hasFlag,
  headerOfNode,
  nodeCount,
  otherOf,
  takenOf,
  terminatorOf,
} from './nodes';
import { nodeAt, orderedCount } from './order';
import { canStitch, templateInfo } from './stitch';

// Bits of VECTOR_EFFECTS.
const WRITES_TARGET: u32 = 0x200;
const WRITES_THIRD: u32 = 0x400;
const COPIES: u32 = 0x800;

const NO_REGISTER: u32 = 16;

/** Two bits for each register: double-precision lanes that are plain. */
let doubles: u32 = 0;
/** Four bits for each register: single-precision lanes. */
let singles: u64 = 0;

/** By node: what is known at its start: doubles u32, whether something leads there u32, singles u64. */
const STARTS: usize = PAGES + 0x3000;
const START_BYTES: usize = 16;
const IS_REACHED: usize = 4;
const SINGLES: usize = 8;

/** Whether the region has vector instructions. */
let hasVectors: bool = false;

/** Nothing is known. */
export function forgetPlain(): void {
  doubles = 0;
  singles = 0;
}

/** Number of the vector register at a state address; NO_REGISTER: it is none. */
@inline
function registerOf(address: u32): u32 {
  return min((address - <u32>(changetype<usize>(cpu) + offsetof<CpuState>('xmm0Low'))) >> 5, NO_REGISTER);
}

/** Register of the r/m operand. */
@inline
function sourceRegister(record: usize): u32 {
  return (load<u8>(record, VECTOR) & VECTOR_MEMORY) != 0 ? NO_REGISTER : registerOf(load<u16>(record, THIRD));
}

function operandRegister(record: usize, operand: u32): u32 {
  if (operand == SOURCE) return sourceRegister(record);
  return registerOf(operand == FIRST ? load<u16>(record, SRC) : load<u16>(record, DST));
}

@inline
function doubleBits(register: u32, lanes: u32): u32 {
  if (lanes > ALL_DOUBLES) return 0;
  return (lanes == LOW_DOUBLE ? 1 : 3) << (register << 1);
}

@inline
function singleBits(register: u32, lanes: u32): u64 {
  if (lanes <= ALL_DOUBLES) return 0;
  const bits: u64 = lanes == LOW_SINGLE ? 1 : 15;
  const shift: u64 = register << 2;
  return bits << shift;
}

/** Whether lanes of an operand are known to be plain; `which`: operand << 4 | lanes. */
export function isPlain(record: usize, which: u32): bool {
  const register = operandRegister(record, which >> 4);
  if (register >= NO_REGISTER) return false;
  const lanes = which & 15;
  const ofDoubles = doubleBits(register, lanes);
  const ofSingles = singleBits(register, lanes);
  return (doubles & ofDoubles) == ofDoubles && (singles & ofSingles) == ofSingles;
}

function forgetRegister(register: u32): void {
  if (register >= NO_REGISTER) return;
  doubles &= ~(3 << (register << 1));
  const bits: u64 = 15;
  const shift: u64 = register << 2;
  singles &= ~(bits << shift);
}

/** `told`: 1 + the lanes of a register that are plain, 0: none. */
function learn(register: u32, told: u32): void {
  if (register >= NO_REGISTER || told == 0) return;
  doubles |= doubleBits(register, told - 1);
  singles |= singleBits(register, told - 1);
}

function copyRegister(to: u32, from: u32): void {
  if (to >= NO_REGISTER || from >= NO_REGISTER) return;
  doubles |= ((doubles >> (from << 1)) & 3) << (to << 1);
  const fromShift: u64 = from << 2;
  const toShift: u64 = to << 2;
  const copied = (singles >> fromShift) & 15;
  singles |= copied << toShift;
}

/** Behind an instruction. */
export function notePlain(record: usize): void {
  if (!canStitch(record)) {
    // Whatever the interpreter executes may write any register.
    forgetPlain();
    return;
  }
  const operation = <u32>load<u16>(record, OP);
  if ((templateInfo(operation) & VECTOR_OPERANDS) == 0) return;
  hasVectors = true;
  const effect = <u32>load<u16>(VECTOR_EFFECTS + ((<usize>operation) << 1));
  const target = operandRegister(record, TARGET);
  const first = operandRegister(record, FIRST);
  const source = sourceRegister(record);
  if ((effect & COPIES) != 0) {
    if (target == source) return;
    forgetRegister(target);
    copyRegister(target, source);
    return;
  }
  const written = (effect & WRITES_TARGET) != 0 ? target : NO_REGISTER;
  forgetRegister(written);
  if ((effect & WRITES_THIRD) != 0) forgetRegister(source);
  learn(target, effect & 7);
  // What is told of a source is about what it held before.
  if (first != written) learn(first, (effect >> 3) & 7);
  if (source != written && (effect & WRITES_THIRD) == 0) learn(source, (effect >> 6) & 7);
}

/** A block begins to be written. */
export function startPlain(n: u32): void {
  const start = STARTS + <usize>n * START_BYTES;
  doubles = load<u32>(start);
  singles = load<u64>(start, SINGLES);
}

/** One edge to node `to` from where `doubles` and `singles` are known. True if that changes what is known there. */
function join(to: u32): bool {
  if (to == 0) return false;
  const start = STARTS + <usize>to * START_BYTES;
  const isReached = load<u32>(start, IS_REACHED) != 0;
  const joinedDoubles = isReached ? doubles & load<u32>(start) : doubles;
  const joinedSingles = isReached ? singles & load<u64>(start, SINGLES) : singles;
  const isChange = !isReached || joinedDoubles != load<u32>(start) || joinedSingles != load<u64>(start, SINGLES);
  store<u32>(start, joinedDoubles);
  store<u32>(start, 1, IS_REACHED);
  store<u64>(start, joinedSingles, SINGLES);
  return isChange;
}

/** Finds what is known at the start of all ordered nodes. */
export function flowPlain(): void {
  memory.fill(STARTS, 0, (<usize>MAX_NODES + 1) * START_BYTES);
  for (let n: u32 = 1; n < nodeCount; n++)
    if (hasFlag(n, NODE_DISPATCHED)) store<u32>(STARTS + <usize>n * START_BYTES, 1, IS_REACHED);
  hasVectors = false;
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    for (let i: u32 = 1; i < orderedCount; i++) {
      const n = nodeAt(i);
      if (load<u32>(STARTS + <usize>n * START_BYTES, IS_REACHED) == 0) continue;
      startPlain(n);
      const header = headerOfNode(n);
      const terminator = terminatorOf(header);
      for (let record = header + RECORD_BYTES; record < terminator; record += RECORD_BYTES) notePlain(record);
      // The interpreter executes what the block ends with, which may be XRSTOR.
      if (flowOf(header, terminator) == FLOW_BEHIND) forgetPlain();
      if (join(takenOf(n))) isChanged = true;
      if (join(otherOf(n))) isChanged = true;
    }
    // Without vector instructions nothing is ever known.
    if (!hasVectors) return;
  }
}
