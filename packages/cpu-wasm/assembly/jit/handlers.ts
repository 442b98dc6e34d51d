// What translated code calls in the core: the helpers of memory accesses, of the flags and of what comes behind a handler, and the
// interpreter's handlers. V8 compiles a wrapper for each signature of an imported function, in every module again, which took three
// quarters of the time that a small region costs. So a module imports no function. It imports a small table with all of
// them, and begins with a function for each helper, which passes its call on. Handlers are called through the table at once: a
// function between them for all would be one jump that the processor cannot predict.

import { byte, i32const, get, u32leb } from './bytes';
import { OPERATION_COUNT } from '../generated/operations';
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
/** How many there are: the number of the region's own function. */
export const HELPERS: u32 = 6;

/** Types of a region's module: (i32) -> i32, (i64, i32) -> i32, (i32, i64, i64) -> (). */
export const TYPE_REGION: u32 = 0;
export const TYPE_ACCESS: u32 = 1;
export const TYPE_SETTLE: u32 = 2;

const WASM_CALL_INDIRECT: u32 = 0x11;
const WASM_END: u32 = 0x0b;

let firstHandler: u32 = 0;

/** Told once, by index.ts: this module must not depend on the dispatcher, which depends on it. */
export function placeHandlers(first: u32): void {
  firstHandler = first;
}

/** Runs the handler of a record. */
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

// The handlers that regions call stand behind the helpers in their table, in the order in which they were needed first. So a table
// is small: V8 keeps a copy of it for every instance.

/** By operation: 1 + its place among these handlers, u16; 0: none. */
const PLACES: usize = memory.data(<i32>OPERATION_COUNT * 2, 16);
/** The operations of these handlers, u16. */
const CALLED: usize = memory.data(<i32>OPERATION_COUNT * 2, 16);
let handlersCalled: u32 = 0;

/** The next region gets a new table. */
export function beginTable(): void {
  for (let i: u32 = 0; i < handlersCalled; i++)
    store<u16>(PLACES + ((<usize>load<u16>(CALLED + ((<usize>i) << 1))) << 1), 0);
  handlersCalled = 0;
}

/** How many handlers the table of helpers has to hold. */
export function calledHandlers(): u32 {
  return handlersCalled;
}

/** Function table index of the `i`-th of them. */
export function calledHandler(i: u32): u32 {
  return firstHandler + <u32>load<u16>(CALLED + ((<usize>i) << 1));
}

/** Calls the handler of an operation with the record on the stack. */
export function callHandler(operation: u32): void {
  let place = <u32>load<u16>(PLACES + ((<usize>operation) << 1));
  if (place == 0) {
    store<u16>(CALLED + ((<usize>handlersCalled) << 1), <u16>operation);
    place = ++handlersCalled;
    store<u16>(PLACES + ((<usize>operation) << 1), <u16>place);
  }
  i32const(<i32>(HELPERS + place - 1));
  byte(WASM_CALL_INDIRECT);
  u32leb(TYPE_REGION);
  u32leb(0);
}

export function typeOfHelper(n: u32): u32 {
  return n == SETTLE_FLAGS ? TYPE_SETTLE : TYPE_ACCESS;
}

/** Writes the body of helper `n`, with its length in front. */
export function writeHelper(n: u32): void {
  const type = typeOfHelper(n);
  const parameters: u32 = type == TYPE_ACCESS ? 2 : 3;
  byte(7 + 2 * parameters);
  byte(0); // no locals
  for (let parameter: u32 = 0; parameter < parameters; parameter++) get(parameter);
  i32const(<i32>n);
  byte(WASM_CALL_INDIRECT);
  u32leb(type);
  u32leb(0);
  byte(WASM_END);
}
