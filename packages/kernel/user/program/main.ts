// A user program, compiled by the same compiler as the kernel, into an ELF file of its own. It runs in ring 3. What it
// does depends on its argument.
import { cli, load64, store64 } from '../../library/x86';
import { write, writeBytes, writeNumber } from './library';

export { abort } from './library';

/** What the argument may be; the shell's words for it are in `kernel/shell/user-command.ts`. */
export const HELLO: u32 = 0;
export const READ_KERNEL: u32 = 1;
export const DISABLE_INTERRUPTS: u32 = 2;
export const OVERFLOW_STACK: u32 = 3;
export const WRITE_CODE: u32 = 4;
export const CHEAT_WRITE: u32 = 5;

/** Address of something of the kernel's: its own first byte. */
const KERNEL_ADDRESS: u64 = 0x100000;
const PROGRAM_ADDRESS: u64 = 0x60000000;

const PRIME_LIMIT: u32 = 50;

/** The program. */
export function main(argument: u32): i32 {
  switch (argument) {
    case READ_KERNEL:
      write('I look into the memory of the kernel.\n');
      return <i32>load64(KERNEL_ADDRESS);
    case DISABLE_INTERRUPTS:
      write('I turn interrupts off.\n');
      cli();
      return 0;
    case OVERFLOW_STACK:
      write('I call myself for ever.\n');
      return recurse(1);
    case WRITE_CODE:
      write('I change my own code.\n');
      store64(PROGRAM_ADDRESS, 0);
      return 0;
    case CHEAT_WRITE:
      write('I have the kernel print its own memory: ');
      write(writeBytes(KERNEL_ADDRESS, 16) < 0 ? 'it refuses.\n' : 'it did!\n');
      return 0;
    default:
      write('Hello from ring 3! Primes:');
      for (let n: u32 = 2; n < PRIME_LIMIT; n++) {
        if (!isPrime(n)) continue;
        write(' ');
        writeNumber(n);
      }
      write('\n');
      return 42;
  }
}

function isPrime(n: u32): bool {
  for (let divisor: u32 = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}

function recurse(depth: i32): i32 {
  return depth + recurse(depth + 1) * 3;
}
