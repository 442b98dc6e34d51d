// The interpreter's handlers that the region being written calls. Its module imports them by their function table index: an import of
// the table itself would cost the host a copy of the whole table for each module.

import { byte, u32leb } from './bytes';
import { OPERATION_COUNT } from '../generated/operations';

/** Number of the import that tells whether a region may go on behind a handler: `mayGoOn` of policy.ts. */
export const MAY_GO_ON: u32 = 3;
/** Imports of a region's module before the handlers: `jitRead`, `jitWrite`, `settleFlags` and `mayGoOn`. */
export const FIRST_HANDLER: u32 = 4;
const WASM_CALL: u32 = 0x10;

/** Number of the import that stands for an operation's handler, u16 each; valid if `ORDER` at that number names the operation. */
const NUMBERS: usize = memory.data(OPERATION_COUNT * 2, 16);
/** Operations in the order of their imports, u16 each. */
const ORDER: usize = memory.data(OPERATION_COUNT * 2, 16);

let firstHandler: u32 = 0;
/** How many handlers the region calls. */
export let handlerCount: u32 = 0;

/** Told once, by index.ts: this module must not depend on the dispatcher, which depends on it. */
export function placeHandlers(first: u32): void {
  firstHandler = first;
}

export function forgetHandlers(): void {
  handlerCount = 0;
}

/** Function table index of the handler that is imported as number `n`. */
export function handlerIndex(n: u32): u32 {
  return firstHandler + load<u16>(ORDER + ((<usize>n) << 1));
}

/** Calls the handler of an operation; the record is on the stack. */
export function callHandler(operation: u32): void {
  const number = NUMBERS + ((<usize>operation) << 1);
  const known = <u32>load<u16>(number);
  if (known >= handlerCount || <u32>load<u16>(ORDER + ((<usize>known) << 1)) != operation) {
    store<u16>(number, <u16>handlerCount);
    store<u16>(ORDER + ((<usize>handlerCount) << 1), <u16>operation);
    handlerCount++;
  }
  byte(WASM_CALL);
  u32leb(FIRST_HANDLER + load<u16>(number));
}
