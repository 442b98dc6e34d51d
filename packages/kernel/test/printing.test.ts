/** The VGA writer and `println` (checklist VGA-*), as WebAssembly on the host. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compileTestGuest, type Guest, startGuest } from './guest.ts';
import { SCREEN_ADDRESS } from './screen-text.ts';

const SOURCE = `
import { print, println, setColor, printByte, printDecimal, printHexadecimal } from '../library/print';
import { Color, WRITER } from '../library/vga-buffer';
export { abort } from '../library/panic';
export { printByte };

export function clear(): void { WRITER.clearScreen(); }
export function color(foreground: i32, background: i32): void { setColor(foreground, background); }
export function column(): i32 { return WRITER.columnPosition; }
export function hello(): void { println('Hello World!'); }
export function unsigned(value: u64): void { println(\`<\${value}>\`); }
export function signed(value: i64): void { println(\`<\${value}>\`); }
export function hexadecimal(value: u64): void { println(\`0x\${value}\`); }
export function narrow(value: i32): void { println(\`0x\${value} 0x\${<i8>value} 0x\${<u16>value}\`); }
export function decimalPadded(value: u64, width: u32): void { printDecimal(value, width); }
export function hexadecimalPadded(value: u64, digits: u32): void { printHexadecimal(value, digits); }
export function words(): void { print(\`\${true} \${false} \${'text'} \`); println(\`\`); println(); }
export function nested(): void { println(\`before \${inner()} after\`); }
function inner(): string { println('inner'); return 'outer'; }
export function umlaut(): void { println('\\u00e4\\u20ac\\ud83d\\ude00\\ud800'); }
`;

let module: WebAssembly.Module;
let guest: Guest;

beforeAll(async () => {
  module = await compileTestGuest(SOURCE);
}, 60_000);

beforeEach(() => {
  guest = startGuest(module);
  guest.call('clear');
});

const cell = (row: number, column: number) => {
  const at = SCREEN_ADDRESS + (row * 80 + column) * 2;
  return { code: guest.memory[at]!, color: guest.memory[at + 1]! };
};
const row = (number: number) =>
  String.fromCharCode(...Array.from({ length: 80 }, (_, column) => cell(number, column).code)).trimEnd();
const type = (text: string) => {
  for (const byte of Buffer.from(text, 'latin1')) guest.call('printByte', byte);
};

describe('the writer', () => {
  test('VGA-1: a cleared screen is 2000 blanks, light green on black', () => {
    for (let at = 0; at < 2000; at++) expect(cell(0, at)).toEqual({ code: 0x20, color: 0x0a });
    expect(guest.call('column')).toBe(0);
  });

  test('VGA-2: the last line of text is on row 23, row 24 is blank', () => {
    guest.call('hello');
    expect(row(23)).toBe('Hello World!');
    expect(row(24)).toBe('');
  });

  test('VGA-3: each new line moves older lines up by one, until they are gone', () => {
    for (let line = 0; line < 30; line++) type(`line ${line}\n`);
    expect(Array.from({ length: 25 }, (_, at) => row(at))).toEqual([
      ...Array.from({ length: 24 }, (_, at) => `line ${at + 6}`),
      '',
    ]);
  });

  test('VGA-3: scrolling moves colours along and blanks in the current colour', () => {
    guest.call('color', 14, 4);
    type('a\n');
    expect(cell(23, 0)).toEqual({ code: 0x61, color: 0x4e });
    expect(cell(24, 0)).toEqual({ code: 0x20, color: 0x4e });
    expect(cell(22, 0)).toEqual({ code: 0x20, color: 0x0a });
  });

  test('VGA-4: 80 characters and a new line make one line break', () => {
    type(`${'x'.repeat(80)}\n`);
    expect(row(23)).toBe('x'.repeat(80));
    expect(row(22)).toBe('');
  });

  test('VGA-4: the 81st character goes to the next row', () => {
    type('x'.repeat(81));
    expect(row(23)).toBe('x'.repeat(80));
    expect(row(24)).toBe('x');
    expect(guest.call('column')).toBe(1);
  });

  test('writes stay on the screen', () => {
    const before = guest.memory.slice();
    type('y'.repeat(5000));
    const changed = guest.memory.findIndex((byte, at) => byte !== before[at] && at < SCREEN_ADDRESS);
    expect(changed).toBe(-1);
    expect(guest.memory.slice(SCREEN_ADDRESS + 4000, SCREEN_ADDRESS + 0x8000).every((byte) => byte === 0)).toBe(true);
  });

  test('VGA-8: printing touches no I/O port unless the serial mirror is on', () => {
    guest.call('hello');
    expect(guest.portWrites).toEqual([]);
  });
});

describe('print', () => {
  test('VGA-5: characters beyond ASCII print as their UTF-8 bytes', () => {
    guest.call('umlaut');
    const bytes = [0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd, 0x20];
    expect(bytes.map((_, column) => cell(23, column).code)).toEqual(bytes);
  });

  test('VGA-6, VGA-7: what an argument prints comes first, and nothing locks up', () => {
    guest.call('nested');
    expect([row(22), row(23)]).toEqual(['inner', 'before outer after']);
  });

  test('numbers print in decimal over the whole range', () => {
    for (const value of [0n, 9n, 10n, 1n << 32n, (1n << 64n) - 1n]) {
      guest.call('unsigned', value);
      expect(row(23)).toBe(`<${value}>`);
    }
    for (const value of [0n, -1n, 1n - (1n << 63n), -(1n << 63n), (1n << 63n) - 1n]) {
      guest.call('signed', value);
      expect(row(23)).toBe(`<${value}>`);
    }
  });

  test('a number behind 0x prints in hexadecimal, without leading zeros, in the width of its type', () => {
    for (const value of [0n, 0xfn, 0x10n, 0xb8000n, 0xffff_ffff_ffff_f000n]) {
      guest.call('hexadecimal', value);
      expect(row(23)).toBe(`0x${value.toString(16)}`);
    }
    guest.call('narrow', -1);
    expect(row(23)).toBe('0xffffffff 0xff 0xffff');
  });

  test('padding: spaces before a decimal number, zeros before a hexadecimal one', () => {
    for (const [value, width] of [
      [7, 3],
      [1234, 3],
      [0, 1],
      [12, 20],
    ] as const) {
      guest.call('decimalPadded', BigInt(value), width);
      type('|\n');
      expect(row(23)).toBe(`${String(value).padStart(width)}|`);
    }
    for (const [value, digits] of [
      [0xa, 4],
      [0xabcde, 4],
      [0, 20],
    ] as const) {
      guest.call('hexadecimalPadded', BigInt(value), digits);
      type('|\n');
      expect(row(23)).toBe(`${value.toString(16).padStart(digits, '0')}|`);
    }
  });

  test('booleans and texts in holes, an empty template, no argument', () => {
    guest.call('words');
    expect([row(21), row(22), row(23)]).toEqual(['', 'true false text', '']);
  });
});
