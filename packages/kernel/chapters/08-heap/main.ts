// Chapter 8: the heap.
import { BootInformation } from '../../library/boot-information';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { halt } from '../../library/panic';
import { MemoryController } from '../../memory/memory-controller';

export { abort } from '../../library/panic';

export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  MemoryController.initialize(true);
  const numbers = [1, 2, 3];
  numbers.push(42);
  const names = new Map<string, i32>();
  for (let i = 0; i < 10; i++) names.set(`name ${i}`, i * i);
  println(numbers.join(', ') + names.keys().join(', '));
  halt();
}
