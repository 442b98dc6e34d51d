// Which functions called which, by name, file and line of the TypeScript source:
//
//     at allocateTheImpossible (kernel/demonstrations.ts:24)
//     at endByPanic (kernel/demonstrations.ts:16)
//     at kmain (kernel/main.ts:33)
//
// An exception in between shows as a line of its own, `exception 14 at`, followed by what it interrupted.
//
// Every compiled function keeps a frame pointer: rbp points to the caller's rbp, and behind that lies the address to
// return to (System V AMD64 ABI 3.2.2), so the chain of callers is a linked list. The names come from a table that the
// linker puts into the image (packages/aot/src/link/symbol-table.ts has its format).
//
// This runs when something is already broken, so it trusts nothing: it allocates nothing, reads only inside of known
// stacks, and ends after a limited number of lines. Code that the optimiser has moved into its caller shows as the
// innermost line under the caller's name. Left out: values of parameters, and what user mode was doing.
import { InterruptFrame } from './interrupt-frame';
import { print, printByte, printDecimal, println } from './print';

// @ts-ignore: decorator
@external("link", "symbol_table")
declare function symbolTable(): usize;
// @ts-ignore: decorator
@external("link", "text_start")
declare function textStart(): usize;
// @ts-ignore: decorator
@external("link", "text_end")
declare function textEnd(): usize;
// @ts-ignore: decorator
@external("link", "interrupt_return")
declare function interruptReturn(): usize;
// @ts-ignore: decorator
@external("link", "stack_bottom")
declare function stackBottom(): usize;
// @ts-ignore: decorator
@external("link", "stack_top")
declare function stackTop(): usize;

/** The last line of a backtrace that is too long for the screen says so. */
const MAX_LINES: u32 = 16;
/** No stack of ours has more frames; what has is a circle. */
const MAX_FRAMES: u32 = 1 << 20;

// ---- the stacks -------------------------------------------------------------------------------------------------------

/** Part of memory that frames may be in. */
@unmanaged
class StackBounds {
  bottom: u64;
  top: u64;
}

const MAX_STACKS: u32 = 16;
/** The stacks beside the boot code's own. */
const STACKS = memory.data(16 * 16, 8);
let stackCount: u32 = 0;

/**
 * Tells backtraces of another stack, from its lowest address to the one behind its highest: one of the interrupt stack
 * table, or a task's. All of it has to be mapped for good. The boot code's stack is known. Returns false if there is no
 * room for one more.
 */
export function registerStack(bottom: u64, top: u64): bool {
  if (stackCount === MAX_STACKS) return false;
  const bounds = stackAt(stackCount++);
  bounds.bottom = bottom;
  bounds.top = top;
  return true;
}

function stackAt(index: u32): StackBounds {
  return changetype<StackBounds>(STACKS + index * offsetof<StackBounds>());
}

/** Whether 16 bytes at `address`, a frame's link and return address, lie on one stack. */
function isOnStack(address: u64): bool {
  if ((address & 7) !== 0) return false;
  if (isInside(address, stackBottom(), stackTop())) return true;
  for (let index: u32 = 0; index < stackCount; index++) {
    if (isInside(address, stackAt(index).bottom, stackAt(index).top)) return true;
  }
  return false;
}

function isInside(address: u64, bottom: u64, top: u64): bool {
  return address >= bottom && address < top && top - address >= 16;
}

// ---- the walk ---------------------------------------------------------------------------------------------------------

/**
 * Prints the function at `rip` and its callers, innermost first, one per line.
 * @param rip the instruction at which the code was interrupted; 0 to begin with the caller of the function to which
 *     `rbp` belongs, which is what a function does that asks about itself: `printBacktrace(0, readRbp())`
 * @param rbp the frame pointer at that place
 * @param rsp the stack pointer at that place, if it is known: then a function that has not made its frame yet, such as
 *     one that failed to because the stack is full, does not hide its caller
 */
export function printBacktrace(rip: u64, rbp: u64, rsp: u64 = 0): void {
  if (symbolTable() === 0) return; // this is no image, but a unit test of the kernel
  linesLeft = MAX_LINES;
  last = 0;
  repetitions = 0;
  if (rip !== 0) printInterrupted(rip, rsp);
  for (let frames: u32 = 0; frames < MAX_FRAMES && linesLeft > 0 && isOnStack(rbp); frames++) {
    const returnAddress = load<u64>(<usize>rbp, 8);
    if (!isCode(returnAddress)) break; // the boot code has called this function, or the stack is damaged
    let next = load<u64>(<usize>rbp);
    if (returnAddress === interruptReturn()) {
      const frame = rbp + 16;
      if (!isOnStack(frame + INTERRUPT_FRAME_BYTES - 16)) break;
      const interrupted = changetype<InterruptFrame>(<usize>frame);
      if (interrupted.isFromUserMode) break;
      printRepetitions();
      println(`  exception ${interrupted.vector} at`);
      printInterrupted(interrupted.rip, interrupted.rsp);
      next = interrupted.rbp; // perhaps on another stack
    } else {
      // A call is the last thing in front of its return address, which may belong to the next line, or function.
      printFrame(returnAddress, returnAddress - 1);
      if (next <= rbp) break; // stacks grow down, so callers are further up
    }
    rbp = next;
  }
  printRepetitions();
  if (linesLeft === 0) println('    ...');
}

const INTERRUPT_FRAME_BYTES: u64 = offsetof<InterruptFrame>();

/** Prints the function at `rip`, and its caller if the chain of frames does not know that yet. */
function printInterrupted(rip: u64, rsp: u64): void {
  printFrame(rip, rip);
  const returnAddress = addressBeforeFrame(rip, rsp);
  if (returnAddress !== 0) printFrame(returnAddress, returnAddress - 1);
}

/** A function begins with `push rbp` (1 byte) and `mov rbp, rsp`; up to there, rbp still is its caller's. */
function addressBeforeFrame(rip: u64, rsp: u64): u64 {
  if (rsp === 0 || !isCode(rip)) return 0;
  const distance = rip - textStart() - load<u32>(functionAt(<u32>(rip - textStart())));
  if (distance > 1) return 0;
  const slot = rsp + distance * 8;
  if (!isOnStack(slot)) return 0;
  const returnAddress = load<u64>(<usize>slot);
  return isCode(returnAddress) ? returnAddress : 0;
}

function isCode(address: u64): bool {
  return address > textStart() && address <= textEnd();
}

/** What is still allowed to be printed. */
let linesLeft: u32 = 0;
/** Address that the last line was about, and how many frames with the same one followed it: recursion. */
let last: u64 = 0;
let repetitions: u32 = 0;

function printRepetitions(): void {
  if (repetitions > 0) println(`    ... ${repetitions} times more`);
  repetitions = 0;
}

// ---- names and lines --------------------------------------------------------------------------------------------------

const TABLE_HEADER_BYTES: usize = 4;
const FUNCTION_BYTES: u32 = 12;
const NAME: usize = 4;
const ROWS: usize = 8;

/** One line of the trace. `within`: an address of the instruction meant, `rip` or one byte in front of a return. */
function printFrame(address: u64, within: u64): void {
  if (address === last) {
    repetitions++;
    return;
  }
  printRepetitions();
  if (linesLeft === 0) return;
  linesLeft--;
  last = address;
  print('    at ');
  if (!isCode(address)) {
    println(`0x${address}`);
    return;
  }
  const offset = <u32>(within - textStart());
  const entry = functionAt(offset);
  printBytes(symbolTable() + load<u32>(entry, NAME));
  const rows = load<u32>(entry, ROWS);
  if (rows !== 0) printPosition(symbolTable() + rows, offset - load<u32>(entry));
  println();
}

/** The table's entry of the function that contains the code at `offset`: the last that does not begin behind it. */
function functionAt(offset: u32): usize {
  const first = symbolTable() + TABLE_HEADER_BYTES;
  let low: u32 = 0;
  let high = load<u32>(symbolTable());
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (load<u32>(first + middle * FUNCTION_BYTES) <= offset) low = middle;
    else high = middle;
  }
  return first + low * FUNCTION_BYTES;
}

/** Where the next number of a row is. */
let cursor: usize = 0;

/** Prints ` (file:line)` for the code `distance` bytes behind the function's start. */
function printPosition(rows: usize, distance: u32): void {
  cursor = rows;
  let file: u32 = 0;
  let line: i32 = 0;
  let at: u32 = 0;
  while (load<u8>(cursor) !== 0) {
    const step = readUnsigned();
    at += step >>> 1;
    if (at > distance) break;
    if (step & 1) file = readUnsigned();
    line += readSigned();
  }
  print(' (');
  printBytes(symbolTable() + file);
  printByte(0x3a); // :
  printDecimal(line);
  print(')');
}

/** Reads an unsigned LEB128 number at the cursor (DWARF 4, 7.6). */
function readUnsigned(): u32 {
  let value: u32 = 0;
  let shift: u32 = 0;
  let byte: u32;
  do {
    byte = load<u8>(cursor++);
    value |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte & 0x80);
  return value;
}

/** Reads a signed LEB128 number at the cursor. */
function readSigned(): i32 {
  const start = cursor;
  const value = readUnsigned();
  const unused: u32 = max<u32>(32, <u32>(cursor - start) * 7) - <u32>(cursor - start) * 7;
  return (<i32>(value << unused)) >> unused;
}

function printBytes(address: usize): void {
  for (; load<u8>(address) !== 0; address++) printByte(load<u8>(address));
}
