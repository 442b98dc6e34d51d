/** `toHaveRegister`: a register's value, a segment register's selector, or the 80 bits of an x87 register. */

import type { CpuRegisters } from '@longmode/machine';
import { lookingMatcher } from '../define-matcher.ts';

function numberOf(content: CpuRegisters[keyof CpuRegisters]): bigint {
  if (typeof content === 'bigint') return content;
  if ('selector' in content) return BigInt(content.selector);
  return 'bits' in content ? content.bits : content.base;
}

export const toHaveRegister = lookingMatcher(
  'toHaveRegister',
  ({ machine }, name: keyof CpuRegisters, value: number | bigint) => {
    const { registers } = machine.cpu;
    if (!(name in registers)) {
      throw new TypeError(
        `there is no register ${JSON.stringify(name)}; there are ${Object.keys(registers).join(', ')}`,
      );
    }
    const content = registers[name];
    const actual = numberOf(content);
    // Negative numbers stand for their 64-bit pattern; vector registers are wider.
    const expected = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
    return {
      pass: actual === expected,
      expected: `${name} = 0x${expected.toString(16)}`,
      received: `${name} = 0x${actual.toString(16)}`,
    };
  },
);
