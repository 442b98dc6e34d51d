// The code of one block of a region: its charge, its instructions, and how it goes on. Whatever this code cannot do itself is
// left to the interpreter, which goes on at the very record (an exit), or runs just that record and comes back (a call).

import { byte, callFunction, get, hint, i32const, i64const, set } from './bytes';
import {
  REGION_BUDGET,
  REGION_STATE,
  REGION_TARGET,
  leave,
  leaveAt,
  loadI32,
  loadMirrored,
  storeMirrored,
} from './emit';
import { LEAVE } from './locals';
import {
  FLOW_BEHIND,
  FLOW_CALL,
  FLOW_CALL_INDIRECT,
  FLOW_COUNT,
  FLOW_JCC,
  FLOW_JMP,
  FLOW_JMP_INDIRECT,
  FLOW_ON,
  FLOW_RET,
  FLOW_TRANSFER,
  MAX_ENTRIES,
  NODE_ASKS,
  conditionOf,
  hasFlag,
  isConditional,
  isMemoryForm,
  flowOf,
  headerOfNode,
  otherOf,
  takenOf,
  terminatorOf,
} from './nodes';
import { charge, pendingCharge, resumeCharge, settleCharge } from './charge';
import { countDown, pushCounted } from './counting';
import { deadFlagsOf, kindAtStart } from './flag-flow';
import { isRelied, pushIsUnusual } from './float-mode';
import { flagsAreWords, kind, settle, startFlags } from './flags';
import { guessOf, pushIsTarget } from './guess';
import { emitMapLookup } from './map';
import { forgetPlain, startPlain } from './plain';
import { canStitch, condition, dropPointer, mayLeave, peekPointer, pushPointer, readTarget, stitch } from './stitch';
import { branchAhead, branchToDispatcher, closeLabel, emitEdge, exitDepth, isNested, openLabel } from './structure';
import { nextRip } from '../flow';
import { MAY_GO_ON, TRANSFER, callHandler } from './handlers';
import { CpuState, STATE } from '../generated/state';
import { needBehind, needOf } from './budget';
import { BLOCK_COUNT, BLOCK_RIP, IMM, RECORD_BYTES } from '../record';
import { emittedRegion, REGION_VALID } from './regions';
import { canTry, emitTry, loadTried } from './strings';
import { callKeepingLocals, keepsLocals } from './x87-calls';

const WASM_IF: u32 = 0x04;
const WASM_ELSE: u32 = 0x05;
const WASM_END: u32 = 0x0b;
const WASM_VOID: u32 = 0x40;
const WASM_I32_EQZ: u32 = 0x45;
const WASM_I32_NE: u32 = 0x47;
const WASM_I32_LT_S: u32 = 0x48;
const WASM_I32_GE_U: u32 = 0x4f;
const WASM_I32_AND: u32 = 0x71;
const WASM_I32_OR: u32 = 0x72;
const WASM_DROP: u32 = 0x1a;
const ATTENTION: u32 = STATE + <u32>offsetof<CpuState>('attention');

/** Instructions that regions run by themselves, and those for which they call the interpreter: of the last region. */
export let stitchedInstructions: u32 = 0;
export let calledInstructions: u32 = 0;

export function resetCounts(): void {
  stitchedInstructions = 0;
  calledInstructions = 0;
}

export function beginIf(): void {
  byte(WASM_IF);
  byte(WASM_VOID);
  openLabel();
}

export function beginElse(): void {
  byte(WASM_ELSE);
}

export function endIf(): void {
  byte(WASM_END);
  closeLabel();
}

/** The block is charged before it runs; see budget.ts and charge.ts. */
function emitCharge(n: u32, header: usize): void {
  if (hasFlag(n, NODE_ASKS)) {
    get(REGION_BUDGET);
    i32const(<i32>needOf(n));
    byte(WASM_I32_LT_S);
    hint(false);
    beginIf();
    leaveAt(header);
    endIf();
  }
  charge(<u32>load<u16>(header, BLOCK_COUNT));
}

/**
 * Calls the interpreter's handler for one record of a block. It may ask for attention, cut the budget, or write to the code of this
 * region.
 */
function emitCall(n: u32, record: usize): void {
  calledInstructions++;
  storeMirrored(kind);
  i32const(<i32>record);
  callHandler(<u32>load<u16>(record));
  byte(WASM_DROP);
  loadMirrored();
  flagsAreWords();
  forgetPlain();
  loadI32(ATTENTION);
  loadI32(<u32>(emittedRegion + REGION_VALID));
  byte(WASM_I32_EQZ);
  byte(WASM_I32_OR);
  get(REGION_BUDGET);
  i32const(<i32>needBehind(n));
  byte(WASM_I32_LT_S);
  byte(WASM_I32_OR);
  if (isRelied) {
    pushIsUnusual();
    byte(WASM_I32_OR);
  }
  hint(false);
  beginIf();
  leaveAt(record + RECORD_BYTES);
  endIf();
}

/**
 * An instruction of the interpreter that ends the block and goes on behind it, with block `to`, unless something asks for attention
 * or has changed. A string instruction is tried before.
 */
function emitBehind(n: u32, to: u32, terminator: usize): void {
  calledInstructions++;
  if (canTry(terminator)) {
    emitTry(terminator, needBehind(n));
    hint(true);
    beginIf();
    loadTried(terminator);
    beginElse();
    emitCallBehind(n, to, terminator);
    endIf();
  } else emitCallBehind(n, to, terminator);
  emitEdge(n, to);
}

/**
 * Calls the handler, which returns where it goes on: the header of `to`, or, where a string instruction had no more to do, the
 * record behind.
 */
function emitCallBehind(n: u32, to: u32, terminator: usize): void {
  storeMirrored(kind);
  i32const(<i32>terminator);
  callHandler(<u32>load<u16>(terminator));
  set(LEAVE);
  loadMirrored();
  flagsAreWords();
  get(LEAVE);
  i32const(<i32>headerOfNode(to));
  byte(WASM_I32_NE);
  get(LEAVE);
  i32const(<i32>(terminator + RECORD_BYTES));
  byte(WASM_I32_NE);
  byte(WASM_I32_AND);
  get(REGION_BUDGET);
  i32const(<i32>needBehind(n));
  byte(WASM_I32_LT_S);
  byte(WASM_I32_OR);
  hint(false);
  beginIf();
  leave();
  endIf();
  i64const(<i64>load<u64>(headerOfNode(to), BLOCK_RIP));
  i32const(<i32>emittedRegion);
  callFunction(MAY_GO_ON);
  byte(WASM_I32_EQZ);
  hint(false);
  beginIf();
  leave();
  endIf();
}

/** Calls the handler of an instruction that transfers control; goes on if that has led to an entry of this region. */
function emitTransfer(terminator: usize): void {
  calledInstructions++;
  settle();
  storeMirrored(0);
  i64const(<i64>emittedRegion);
  i32const(<i32>terminator);
  callFunction(TRANSFER);
  set(LEAVE);
  loadMirrored();
  get(LEAVE);
  i32const(<i32>MAX_ENTRIES);
  byte(WASM_I32_GE_U);
  hint(false);
  beginIf();
  leave();
  endIf();
  get(LEAVE);
  set(REGION_STATE);
  branchToDispatcher();
}

function emitInstructions(n: u32, header: usize, terminator: usize): void {
  const first = header + RECORD_BYTES;
  const dead = deadFlagsOf(n);
  let index: u64 = 0;
  for (let record = first; record < terminator; record += RECORD_BYTES, index++) {
    if (!canStitch(record) || mayLeave(record)) settleCharge();
    if (canStitch(record)) {
      stitchedInstructions++;
      stitch(record, exitDepth(), <i32>record, ((dead >> index) & 1) != 0);
    } else if (keepsLocals(record)) {
      calledInstructions++;
      callKeepingLocals(record, exitDepth(), <i32>record);
    } else emitCall(n, record);
  }
}

function emitEdgeOrLeave(n: u32, to: u32, terminator: usize): void {
  if (to == 0 || !isNested(n, to) || hasFlag(to, NODE_ASKS)) settleCharge();
  if (to == 0) leaveAt(terminator);
  else emitEdge(n, to);
}

/** One way on behind a condition. */
function emitArm(n: u32, to: u32, terminator: usize, flow: u32): void {
  if (flow == FLOW_COUNT && to != 0) countDown(terminator, conditionOf(terminator));
  emitEdgeOrLeave(n, to, terminator);
}

/** What a computed jump does besides jumping, once it is known that its target is in the region. */
function emitMove(terminator: usize, flow: u32): void {
  if (flow == FLOW_RET) dropPointer(load<u16>(terminator, IMM));
  else if (flow == FLOW_CALL_INDIRECT) emitPush(terminator);
}

/** The push of a call. */
function emitPush(terminator: usize): void {
  pushPointer(terminator, nextRip(terminator), exitDepth(), <i32>terminator);
}

/** Goes on at a guess if it is right. */
function emitGuess(n: u32, terminator: usize, flow: u32): void {
  if (n == 0) return;
  pushIsTarget(n);
  beginIf();
  emitMove(terminator, flow);
  branchAhead(n);
  endIf();
}

function emitComputedJump(header: usize, terminator: usize, flow: u32): void {
  if (flow == FLOW_RET) peekPointer(terminator, exitDepth(), <i32>terminator);
  else readTarget(terminator, isMemoryForm(terminator), exitDepth(), <i32>terminator);
  set(REGION_TARGET);
  emitGuess(guessOf(header, false), terminator, flow);
  emitGuess(guessOf(header, true), terminator, flow);
  emitMapLookup(terminator);
  emitMove(terminator, flow);
  branchToDispatcher();
}

export function emitBlock(n: u32): void {
  const header = headerOfNode(n);
  const terminator = terminatorOf(header);
  const flow = flowOf(header, terminator);
  startFlags(kindAtStart(n));
  startPlain(n);
  emitCharge(n, header);
  emitInstructions(n, header, terminator);
  if (flow == FLOW_ON || flow == FLOW_JMP) {
    emitEdgeOrLeave(n, takenOf(n), terminator);
    return;
  }
  if (isConditional(flow)) {
    if (flow == FLOW_JCC) condition(conditionOf(terminator));
    else pushCounted(terminator, conditionOf(terminator));
    const before = pendingCharge();
    if (takenOf(n) == 0) hint(false);
    else if (otherOf(n) == 0) hint(true);
    beginIf();
    emitArm(n, takenOf(n), terminator, flow);
    endIf();
    resumeCharge(before);
    emitArm(n, otherOf(n), terminator, flow);
    return;
  }
  settleCharge();
  if (flow == FLOW_CALL && takenOf(n) != 0) {
    emitPush(terminator);
    emitEdge(n, takenOf(n));
  } else if (flow == FLOW_RET || flow == FLOW_JMP_INDIRECT || flow == FLOW_CALL_INDIRECT) {
    emitComputedJump(header, terminator, flow);
  } else if (flow == FLOW_TRANSFER) emitTransfer(terminator);
  else if (flow == FLOW_BEHIND && takenOf(n) != 0) emitBehind(n, takenOf(n), terminator);
  else leaveAt(terminator);
}
