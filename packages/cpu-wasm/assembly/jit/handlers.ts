// What translated code calls in the core: the helpers of memory accesses, of the flags and of what comes behind a handler, and the
// interpreter's handlers. V8 compiles a wrapper for each signature of an imported function, in every module again, which took three
// quarters of the time that a small region costs. So a module imports no function. It imports a small table with all of
// them, and begins with a function for each, which passes its call on.

import { byte, i32const, get, u32leb } from './bytes';
import { beginQuick, endQuick } from '../semantics/string-tried';

/** Functions of a region's module; the table that it imports has the same numbers. */
export const JIT_READ: u32 = 0;
export const JIT_WRITE: u32 = 1;
export const SETTLE_FLAGS: u32 = 2;
/** Tells whether a region may go on behind a handler: `mayGoOn` of policy.ts. */
export const MAY_GO_ON: u32 = 3;
/** Tries a string instruction: `tryRecord`. */
export const TRY_RECORD: u32 = 4;
/** Runs a handler that transfers control: `transfer` of policy.ts. */
export const TRANSFER: u32 = 5;
const RUN_RECORD: u32 = 6;
/** How many there are: the number of the region's own function. */
export const HELPERS: u32 = 7;

/** Types of a region's module: (i32) -> i32, (i64, i32) -> i32, (i32, i64, i64) -> (). */
export const TYPE_REGION: u32 = 0;
export const TYPE_ACCESS: u32 = 1;
export const TYPE_SETTLE: u32 = 2;

const WASM_CALL: u32 = 0x10;
const WASM_CALL_INDIRECT: u32 = 0x11;
const WASM_END: u32 = 0x0b;

let firstHandler: u32 = 0;

/** Told once, by index.ts: this module must not depend on the dispatcher, which depends on it. */
export function placeHandlers(first: u32): void {
  firstHandler = first;
}

/** Runs the handler of a record: what translated code calls for an instruction without template. */
export function runRecord(record: usize): usize {
  return call_indirect<usize>(firstHandler + load<u16>(record), record);
}

/**
 * Does all of a string instruction or nothing, and tells whether it has: see semantics/string-tried.ts. `need`: budget that must be left
 * behind it.
 */
export function tryRecord(need: u64, record: usize): u32 {
  beginQuick(<i32>need);
  const isDone = runRecord(record) != 0;
  endQuick();
  return isDone ? 1 : 0;
}

/** Calls the handler of the record on the stack. */
export function callHandler(): void {
  byte(WASM_CALL);
  u32leb(RUN_RECORD);
}

export function typeOfHelper(n: u32): u32 {
  if (n == RUN_RECORD) return TYPE_REGION;
  return n == SETTLE_FLAGS ? TYPE_SETTLE : TYPE_ACCESS;
}

/** Writes the body of helper `n`, with its length in front. */
export function writeHelper(n: u32): void {
  const type = typeOfHelper(n);
  const parameters: u32 = type == TYPE_REGION ? 1 : type == TYPE_ACCESS ? 2 : 3;
  byte(7 + 2 * parameters);
  byte(0); // no locals
  for (let parameter: u32 = 0; parameter < parameters; parameter++) get(parameter);
  i32const(<i32>n);
  byte(WASM_CALL_INDIRECT);
  u32leb(type);
  u32leb(0);
  byte(WASM_END);
}
