/** `toHaveRegister`: a register's value, or a segment register's selector. */

import type { CpuRegisters } from '@longmode/machine';
import { lookingMatcher } from '../define-matcher.ts';

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
    const actual =
      typeof content === 'bigint' ? content : 'selector' in content ? BigInt(content.selector) : content.base;
    const expected = BigInt.asUintN(64, BigInt(value));
    return {
      pass: actual === expected,
      expected: `${name} = 0x${expected.toString(16)}`,
      received: `${name} = 0x${actual.toString(16)}`,
    };
  },
);
