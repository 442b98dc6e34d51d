/** Checks exercise 7: the flags of the page that the kernel names, and its content. */
import { expectEqual, type Machine } from '../check.ts';

const PRESENT = 1n;
const WRITABLE = 1n << 1n;
const NO_EXECUTE = 1n << 63n;

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  const address = /sealed: (0x[0-9a-f]+)/.exec(machine.screen.text())?.[1];
  expectEqual('whether the screen names the page', address !== undefined, true);
  const entry = machine.memory.translate(BigInt(address ?? 0)).levels.at(-1)?.entry ?? 0n;
  expectEqual('whether the page is present', (entry & PRESENT) !== 0n, true);
  expectEqual('whether the page is writable', (entry & WRITABLE) !== 0n, false);
  expectEqual('whether the page is executable', (entry & NO_EXECUTE) === 0n, false);
  expectEqual('the number in the page', Number(machine.memory.u64(BigInt(address ?? 0))), 42);
}
