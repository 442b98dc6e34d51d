// What can be tried with the rights of pages on the command line: with the new tables, each of these is a page fault.
import { println } from '../library/print';
import { load8, readRbp, store64, store8 } from '../library/x86';

// @ts-ignore: decorator
@external("link", "rodata_start") declare function rodataStart(): usize;

/** Something that looks like code to nobody but the processor: `ud2`. */
const CODE = memory.data<u8>([0x0f, 0x0b, 0x0f, 0x0b]);

/** Writes to constant data, and puts it right again if that was possible. */
export function writeToConstants(): void {
  const address = <u64>rodataStart();
  const before = load8(address);
  store8(address, before ^ 0xff);
  store8(address, before);
  println('the write succeeded: nothing protects .rodata');
}

/** Jumps to data, as an attacker would who has got bytes of his own into memory: by a changed return address. */
export function executeData(): void {
  call(returnToData);
}

/** Called through a pointer, so that it keeps a frame of its own. */
function call(f: () => void): void {
  f();
}

function returnToData(): void {
  store64(readRbp() + 8, CODE);
}

/** Recurses until the stack is full. */
export function overflowStack(): void {
  println(`this is never printed: ${recurse(1)}`);
}

function recurse(depth: u64): u64 {
  return depth === 0 ? 0 : depth + recurse(depth + 1) * 3;
}
