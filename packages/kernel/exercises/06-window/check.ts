/** Checks exercise 6: the mapping, its flags and its use. */
import { expectCells, expectEqual, type Machine } from '../check.ts';

const WRITABLE = 1n << 1n;
const DIRTY = 1n << 6n;

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  const { physicalAddress, levels } = machine.memory.translate(0x5000_0000);
  expectEqual('where 0x50000000 leads', physicalAddress?.toString(16), 'b8000');
  const entry = levels.at(-1)?.entry ?? 0n;
  expectEqual('whether the page is writable', (entry & WRITABLE) !== 0n, true);
  expectEqual('whether the page was written to', (entry & DIRTY) !== 0n, true);
  expectCells(machine, 0, 0, ['W 1f']);
}
