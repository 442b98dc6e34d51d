// Where the interpreter's handlers are in the function table, for the calls that regions make.

let firstHandler: u32 = 0;

/** Told once, by index.ts: this module must not depend on the dispatcher, which depends on it. */
export function placeHandlers(first: u32): void {
  firstHandler = first;
}

/** Function table index of an operation's handler. */
export function handlerIndex(operation: u32): u32 {
  return firstHandler + operation;
}
