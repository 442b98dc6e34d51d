// What a user program may ask the kernel for, by `int 0x80`: number in rax, arguments in rdi, rsi, rdx, answer in rax.
//
//     0  exit(status)              ends the program
//     1  write(address, length)    prints bytes; returns how many, or -1 if the program may not read them all
//
// A program's numbers are claims, not facts: an address may be anybody's.
import { InterruptFrame } from '../interrupts/interrupt-frame';
import { printByte } from '../library/print';
import { load8 } from '../library/x86';
import { walkPageTables } from '../memory/paging/page-walk';
import { UserMode } from './user-mode';

export const CALL_EXIT: u64 = 0;
export const CALL_WRITE: u64 = 1;

const FAILED: u64 = u64.MAX_VALUE;
const PAGE_SIZE: u64 = 4096;
const USER_ACCESSIBLE: u64 = 1 << 2;
/** Addresses from here on are the kernel's half. */
const USER_LIMIT: u64 = 0x0000_8000_0000_0000;
/** The longest text that one call prints: interrupts are off meanwhile. */
const MAXIMUM_WRITE: u64 = 4096;

/** `int 0x80` from ring 3. */
export function systemCallHandler(frame: InterruptFrame): void {
  if (frame.rax === CALL_EXIT) UserMode.end(frame, frame.rdi, false);
  else if (frame.rax === CALL_WRITE) frame.rax = write(frame.rdi, frame.rsi);
  else frame.rax = FAILED;
}

function write(address: u64, length: u64): u64 {
  if (length > MAXIMUM_WRITE || !isReadableByUser(address, length)) return FAILED;
  for (let i: u64 = 0; i < length; i++) printByte(load8(address + i));
  return length;
}

/** Whether ring 3 itself could read all of it: the processor, which now runs in ring 0, wouldn't object. */
function isReadableByUser(address: u64, length: u64): bool {
  if (address >= USER_LIMIT || length > USER_LIMIT - address) return false;
  for (let page = address & ~(PAGE_SIZE - 1); page < address + length; page += PAGE_SIZE) {
    const walk = walkPageTables(page);
    if (!walk.isMapped || !(walk.entry & USER_ACCESSIBLE)) return false;
  }
  return true;
}
