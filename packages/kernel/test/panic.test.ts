/** Panic messages, and the compile-time refusal of what needs a heap. */
import { expect, test } from 'vitest';
import { compileTestGuest, type Guest, MachineEnd, startGuest } from './guest.ts';
import { SCREEN_ADDRESS } from './screen-text.ts';

const text = (guest: Guest) =>
  Array.from({ length: 25 }, (_, row) =>
    String.fromCharCode(
      ...Array.from({ length: 80 }, (_, column) => guest.memory[SCREEN_ADDRESS + (row * 80 + column) * 2]!),
    ).trimEnd(),
  );

const PANICS = `
import { WRITER } from '../library/vga-buffer';
export { abort } from '../library/panic';
const numbers: StaticArray<i32> = [1, 2, 3];
export function clear(): void { WRITER.clearScreen(); }
export function thrown(): void {
  throw new Error('kaput');
}
export function asserted(value: i32): void {
  assert(value > 3, 'more than three');
}
export function silent(value: i32): void { assert(value); }
export function outside(index: i32): i32 { return numbers[index]; }
`;

test('a panic names file, line and message, and stops the machine', { timeout: 60_000 }, async () => {
  const module = await compileTestGuest(PANICS);
  const panic = (name: string, ...parameters: number[]) => {
    const guest = startGuest(module);
    guest.call('clear');
    expect(() => guest.call(name, ...parameters)).toThrow(MachineEnd);
    return text(guest).slice(-5);
  };
  expect(panic('thrown')).toEqual(['', '', 'PANIC in kernel/under-test.ts at line 7:', '    kaput', '']);
  expect(panic('asserted', 3)[2]).toBe('PANIC in kernel/under-test.ts at line 10:');
  expect(panic('asserted', 3)[3]).toBe('    more than three');
  expect(panic('silent', 0)[3]).toBe('    no message');
  expect(panic('outside', 3).slice(2, 4)).toEqual([
    'PANIC in ~lib/staticarray.ts at line 78:',
    '    Index out of range',
  ]);
});

test('a panic while panicking stops at once', { timeout: 60_000 }, async () => {
  const guest = startGuest(
    await compileTestGuest(`
      import { WRITER } from '../library/vga-buffer';
      import { mirrorToSerial } from '../library/serial';
      export { abort } from '../library/panic';
      export function clear(): void { WRITER.clearScreen(); mirrorToSerial(); }
      export function thrown(): void { throw new Error('first'); }
    `),
  );
  let scratch = 0x5a;
  guest.readPort = (port) => (port === 0x3ff ? scratch : 0x20);
  guest.call('clear');
  scratch = 0;
  // The serial line breaks in the middle of the message: its code panics itself.
  let reads = 0;
  guest.readPort = () => {
    if (++reads === 10) guest.call('abort', 0, 0, 1, 1);
    return 0x20;
  };
  expect(() => guest.call('thrown')).toThrow(MachineEnd);
  expect(text(guest).join('').match(/PANIC/g)).toHaveLength(1);
  expect(reads).toBe(10);
});

test('whatever needs the heap is refused at compile time, with the place', { timeout: 60_000 }, async () => {
  const refused = compileTestGuest(`
    import { println } from '../library/print';
    export { abort } from '../library/panic';
    class Process { id: i32 = 0; }
    export function kmain(id: i32): void {
      const process = new Process();
      println(\`this is allowed: \${process.id}\`);
      println('this is not: ' + id.toString());
    }
  `);
  await expect(refused).rejects.toThrow(/kernel\/under-test\.ts:8:.*needs the heap.*String\.__concat/);
  await expect(refused).rejects.toThrow(/Process#constructor.*needs the heap/);
});
