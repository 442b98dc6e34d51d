/** Checks exercise 13: the answers, and who may use the gate. */
import { expectEqual, expectLine, type Machine } from '../check.ts';

const GATE_BYTES = 16n;
const SYSTEM_CALL = 0x80n;

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  expectLine(machine, '40 + 2 = 42');
  expectLine(machine, 'nonsense: 18446744073709551615');
  const options = machine.memory.u16(machine.cpu.registers.idtr.base + SYSTEM_CALL * GATE_BYTES + 4n);
  expectEqual('the privilege level of the gate', (options >> 13) & 3, 3);
}
