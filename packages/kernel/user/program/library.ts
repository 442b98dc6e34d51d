// What a user program has in the place of a kernel's library: two system calls (`user/system-calls.ts`).
import { systemCall } from '../../library/x86';

const CALL_EXIT: u64 = 0;
const CALL_WRITE: u64 = 1;

const BUFFER_BYTES: i32 = 256;
const BUFFER = memory.data(BUFFER_BYTES);

/** Prints ASCII text, up to 256 characters of it. */
export function write(text: string): void {
  const length = min(text.length, BUFFER_BYTES);
  for (let i = 0; i < length; i++) store<u8>(BUFFER + i, text.charCodeAt(i));
  writeBytes(BUFFER, length);
}

/** Prints a number. */
export function writeNumber(value: u32): void {
  let at = BUFFER_BYTES;
  do {
    at--;
    store<u8>(BUFFER + at, 0x30 + (value % 10));
    value /= 10;
  } while (value > 0);
  writeBytes(BUFFER + at, BUFFER_BYTES - at);
}

/** Prints bytes of the program's memory. Returns how many, or -1 if the kernel refuses. */
export function writeBytes(address: u64, length: u64): i64 {
  return systemCall(CALL_WRITE, address, length, 0);
}

/** Ends the program. */
export function exit(status: u64): void {
  systemCall(CALL_EXIT, status, 0, 0);
}

/** Where failed checks and `throw` end: with status 1. */
export function abort(message: string | null, _file: string | null, _line: u32, _column: u32): void {
  write('the program has failed: ');
  write(message === null ? 'no message' : message);
  write('\n');
  exit(1);
}
