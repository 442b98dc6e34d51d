/** Checks exercise 2: both linear addresses lead to the screen, and the text is there. */
import { expectCells, expectEqual, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  const { physicalAddress } = machine.memory.translate(0x400b8000);
  expectEqual('where 0x400b8000 leads', physicalAddress?.toString(16), 'b8000');
  expectCells(machine, 0, 0, ['O 2f', 'K 2f', 'A 2f', 'Y 2f']);
  expectEqual('the address in rdi', machine.cpu.registers.rdi.toString(16), '400b8000');
}
