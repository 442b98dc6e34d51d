/** What faults are said to mean, as WebAssembly on the host: error codes in words. */
import { beforeAll, expect, test } from 'vitest';
import { compileTestGuest, type Guest, startGuest } from './guest.ts';
import { SCREEN_ADDRESS } from './screen-text.ts';

const SOURCE = `
import { WRITER } from '../library/vga-buffer';
import { println } from '../library/print';
import { printPageFaultErrorCode } from '../interrupts/page-fault';
import { exceptionName, printSelectorErrorCode, hasSelectorErrorCode } from '../interrupts/vectors';
import { Regions } from '../interrupts/regions';
export { abort } from '../library/panic';
export function clear(): void { WRITER.clearScreen(); }
export function pageFault(code: u64): void { printPageFaultErrorCode(code); }
export function selector(code: u64): void { printSelectorErrorCode(code); }
export function name(vector: u32): void { println(exceptionName(vector)); }
export function isSelector(vector: u32): bool { return hasSelectorErrorCode(vector); }
export function addRegions(): void {
  Regions.add(0x1000, 0x5000, 'the whole');
  Regions.add(0x2000, 0x3000, 'a part');
}
export function place(address: u64): void { Regions.printPlace(address); }
`;

let guest: Guest;
beforeAll(async () => {
  guest = startGuest(await compileTestGuest(SOURCE));
}, 60_000);

/** What a call prints, in one row. */
function printed(name: string, value: number | bigint): string {
  guest.call('clear');
  guest.call(name, value);
  const cells = guest.memory.subarray(SCREEN_ADDRESS, SCREEN_ADDRESS + 4000).filter((_, i) => i % 2 === 0);
  return String.fromCharCode(...cells).trim();
}

test.each([
  [0n, '(empty)'],
  [1n, 'PROTECTION_VIOLATION'],
  [2n, 'CAUSED_BY_WRITE'],
  [3n, 'PROTECTION_VIOLATION | CAUSED_BY_WRITE'],
  [0x11n, 'PROTECTION_VIOLATION | INSTRUCTION_FETCH'],
  [0x1fn, 'PROTECTION_VIOLATION | CAUSED_BY_WRITE | USER_MODE | MALFORMED_TABLE | INSTRUCTION_FETCH'],
  [0x8n, 'MALFORMED_TABLE'],
])('EXC-3, EXC-4: error code %i of a page fault', (code, text) => {
  expect(printed('pageFault', code).replace(/\s+/g, ' ')).toBe(text);
});

test.each([
  [0n, '0 (no descriptor involved)'],
  [0x38n, '0x38 (descriptor 7 of the GDT)'],
  [0x0cn, '0xc (descriptor 1 of the LDT)'],
  [0x72n, '0x72 (gate of vector 14)'],
  [0x73n, '0x73 (gate of vector 14, while an interrupt was delivered)'],
])('error code %i that names a descriptor', (code, text) => {
  expect(printed('selector', code)).toBe(text);
});

test('every vector of the processor has a name, and the manual says which carry a selector', () => {
  expect(printed('name', 3)).toBe('BREAKPOINT');
  expect(printed('name', 8)).toBe('DOUBLE FAULT');
  for (const vector of [15, 22, 31]) expect(printed('name', vector)).toBe('RESERVED');
  for (let vector = 0; vector < 32; vector++)
    expect(guest.call('isSelector', vector), `${vector}`).toBe(vector >= 10 && vector <= 13 ? 1 : 0);
});

test('the region that was named last counts', () => {
  guest.call('addRegions');
  expect(printed('place', 0x1fffn)).toBe('the whole');
  expect(printed('place', 0x2000n)).toBe('a part');
  expect(printed('place', 0x3000n)).toBe('the whole');
  expect(printed('place', 0x5000n)).toBe('memory that nothing uses');
  expect(printed('place', 0x8000_0000_0000n)).toBe('no address: bits 63 to 47 differ');
});
