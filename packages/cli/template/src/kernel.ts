// The kernel. Boot code has switched to 64-bit mode; `main` is called with a clear screen. When it returns, the
// processor sleeps for good.
import { Color, DEBUG_EXIT_SUCCESS, exit, hasWord, println, setColor } from 'longmode/kernel';
import { readCr3 } from 'longmode/kernel/x86';

export function main(): void {
  setColor(Color.Yellow);
  println('Hello World!');
  setColor(Color.LightGray);
  println();
  println(`This is 64-bit code. The page tables are at 0x${readCr3()}.`);
  println(`Two to the power of 32 is ${power(2, 32)}.`);

  // A word on the command line, which `npm start` gives: leave the machine, and tell it that all is well.
  if (hasWord('exit')) exit(DEBUG_EXIT_SUCCESS);
}

function power(base: u64, exponent: u32): u64 {
  assert(exponent < 64, 'too large'); // a failed assertion is a panic, with file and line
  return exponent === 0 ? 1 : base * power(base, exponent - 1);
}
