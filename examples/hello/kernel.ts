// The smallest kernel: text, colours, a number, and what happens on a mistake.
//
//     longmode build hello/kernel.ts && longmode boot hello/kernel.elf
//     longmode boot hello/kernel.elf --cmdline panic
import { Color, hasWord, println, setColor } from 'longmode/kernel';
import { readCr0 } from 'longmode/kernel/x86';

export function main(): void {
  setColor(Color.Yellow, Color.Blue);
  println('Hello World!');
  setColor(Color.LightGray);
  println(`Paging is ${(readCr0() & (1 << 31)) !== 0}, CR0 is 0x${readCr0()}.`);

  // A word behind --cmdline. What is thrown has nobody to catch it: it becomes a panic, with file and line.
  if (hasWord('panic')) throw new Error('you asked for it');
}
