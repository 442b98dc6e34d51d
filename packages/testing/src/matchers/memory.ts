/** `toHaveMemory`: bytes of guest memory, compared as a hex dump. */

import { type Address, MemoryError } from '@longmode/machine';
import { lookingMatcher } from '../define-matcher.ts';
import type { MemoryExpectation } from '../expectations.ts';
import { literal } from '../report.ts';

const BYTES_PER_LINE = 16;

/** Lines of sixteen bytes with their addresses and characters. */
function hexDump(address: bigint, bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_LINE) {
    const line = [...bytes.subarray(offset, offset + BYTES_PER_LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`0x${(address + BigInt(offset)).toString(16)}  ${hex.padEnd(3 * BYTES_PER_LINE - 1)}  |${text}|`);
  }
  return lines.join('\n');
}

function addressOf(machine: { symbols: { address(name: string): bigint | undefined } }, at: Address): bigint {
  if (typeof at !== 'string') return BigInt(at);
  return machine.symbols.address(at) ?? 0n;
}

export const toHaveMemory = lookingMatcher(
  'toHaveMemory',
  (
    { machine },
    at: Address,
    expected: Uint8Array | readonly number[] | string,
    { physical = false }: MemoryExpectation = {},
  ) => {
    const wanted = typeof expected === 'string' ? new TextEncoder().encode(expected) : Uint8Array.from(expected);
    if (wanted.length === 0) throw new RangeError('toHaveMemory(address, bytes): no bytes are everywhere; give some');
    const place = `at ${typeof at === 'string' ? at : literal(BigInt(at)).slice(0, -1)}`;
    const words = `${typeof expected === 'string' ? literal(expected) : `${wanted.length} bytes`} ${place}`;
    try {
      const found = (physical ? machine.memory.physical : machine.memory).read(at, wanted.length);
      const difference = found.findIndex((byte, i) => byte !== wanted[i]);
      if (difference < 0) return { pass: true, expected: words, received: 'they are there' };
      const start = addressOf(machine, at);
      return {
        pass: false,
        expected: words,
        received: `byte ${difference} is 0x${found[difference]?.toString(16)} instead of 0x${wanted[difference]?.toString(16)}`,
        difference: { expected: hexDump(start, wanted), received: hexDump(start, found) },
      };
    } catch (error) {
      if (error instanceof MemoryError) return { pass: false, expected: words, received: error.message };
      throw error;
    }
  },
);
