/** Checks exercise 9: the message names a place where `ud2` is, and the kernel went on. */
import { expectEqual, expectLine, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  const address = /invalid opcode at (0x[0-9a-f]+)/.exec(machine.screen.text())?.[1];
  expectEqual('whether the screen names the instruction', address !== undefined, true);
  expectEqual('the bytes there', [...machine.memory.read(BigInt(address ?? 0), 2)], [0x0f, 0x0b]);
  expectLine(machine, 'survived');
}
