// A program in user mode: talks to its kernel by system calls, and has variables of its own.
// @ts-ignore: decorator
@external("x86", "systemCall") declare function systemCall(number: u64, a: u64, b: u64, c: u64): u64;

const EXIT: u64 = 0;
const WRITE: u64 = 1;
const DIVIDE: u64 = 2;

let counter: i32 = 40;
counter++;

function write(text: string): void {
  systemCall(WRITE, changetype<usize>(text), text.length, 0);
}

/** Locals in every register that a system call could spoil. */
function sum(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): u64 {
  let total: u64 = 0;
  for (let i: u64 = 0; i < 3; i++) total = total * 10 + systemCall(DIVIDE, a * b + i, c, d) + e * f;
  return total + a + b + c + d + e + f;
}

export function main(): i64 {
  write("hello from user mode\n");
  counter++;
  if (sum(6, 7, 5, 0, 1, 2) != 1131) write("wrong sum\n");
  return counter;
}
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  systemCall(EXIT, 0xdead, 0, 0);
}
