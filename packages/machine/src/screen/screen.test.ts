import { expect, test } from 'vitest';
import { Vga } from '../devices/vga.ts';
import { CODE_PAGE_437 } from './code-page-437.ts';
import { captureFrame, TEXT_MEMORY_ADDRESS } from './frame.ts';
import { ScreenView } from './screen-view.ts';

function setUp() {
  const ram = new Uint8Array(0x100000);
  const vga = new Vga();
  for (let i = 0; i < 0x4000; i++) ram.set([0x20, 0x07], TEXT_MEMORY_ADDRESS + 2 * i);
  const screen = new ScreenView(
    () => captureFrame(ram, vga.textMode),
    () => Promise.reject(new Error('no machine here')),
  );
  const put = (column: number, row: number, text: string, attribute = 0x07) => {
    for (const [i, code] of [...text].entries()) {
      ram.set([CODE_PAGE_437.indexOf(code), attribute], TEXT_MEMORY_ADDRESS + 2 * (row * 80 + column + i));
    }
  };
  const crtc = (index: number, value: number) => {
    vga.portWrite(0x3d4, 1, index);
    vga.portWrite(0x3d5, 1, value);
  };
  return { screen, put, crtc };
}

test('code page 437 gives every code its own character, except that 0 looks like a space', () => {
  expect(CODE_PAGE_437.every((character) => character.length === 1)).toBe(true);
  expect(new Set(CODE_PAGE_437.slice(1)).size).toBe(255);
  expect([0x00, 0x01, 0x20, 0x41, 0x7f, 0x80, 0x84, 0xb0, 0xc4, 0xdb, 0xe1, 0xfe].map((c) => CODE_PAGE_437[c])).toEqual([
    ' ', '☺', ' ', 'A', '⌂', 'Ç', 'ä', '░', '─', '█', 'ß', '■',
  ]); // biome-ignore format: as long as the list of codes
});

test('reads lines, cells and regions', () => {
  const { screen, put } = setUp();
  put(34, 12, 'Hello World!', 0x1f);
  put(0, 24, '└─ grün', 0x8a);
  expect([screen.columns, screen.rows]).toEqual([80, 25]);
  expect(screen.lines().length).toBe(25);
  expect(screen.line(12)).toBe('Hello World!'.padStart(46).padEnd(80));
  expect(screen.text()).toBe(`${'\n'.repeat(12)}${' '.repeat(34)}Hello World!${'\n'.repeat(12)}└─ grün`);
  expect(screen.cell(34, 12)).toEqual({ character: 'H', code: 0x48, foreground: 15, background: 1, blink: false });
  expect(screen.cell(0, 24)).toMatchObject({ character: '└', foreground: 10, background: 0, blink: true });
  expect(screen.region(34, 12, 5, 2).lines()).toEqual(['Hello', '     ']);
  expect(screen.region(34, 12, 12, 1).region(6, 0, 6, 1).text()).toBe('World!');
});

test('refuses places that are not on the screen', () => {
  const { screen } = setUp();
  expect(() => screen.cell(80, 0)).toThrow('does not fit a screen of 80x25');
  expect(() => screen.line(-1)).toThrow(RangeError);
  expect(() => screen.line(0.5)).toThrow(RangeError);
  expect(() => screen.region(0, 24, 80, 2)).toThrow(RangeError);
});

test('follows cursor, start address and character height', () => {
  const { screen, put, crtc } = setUp();
  put(3, 2, 'scrolled');
  crtc(0x0e, (2 * 80 + 5) >> 8);
  crtc(0x0f, (2 * 80 + 5) & 0xff);
  expect(screen.cursor).toEqual({ column: 5, row: 2, visible: true, startScanLine: 13, endScanLine: 14 });
  expect(screen.region(4, 2, 4, 1).cursor).toMatchObject({ column: 1, row: 0, visible: true });
  expect(screen.region(6, 2, 4, 1).cursor.visible).toBe(false);
  crtc(0x0d, 160);
  expect(screen.line(0).trim()).toBe('scrolled');
  expect(screen.cursor.row).toBe(0);
  crtc(0x09, 0x07);
  expect([screen.rows, screen.lines().length]).toEqual([50, 50]);
  crtc(0x0d, 240); // the cursor is now above the first row
  expect(screen.cursor.visible).toBe(false);
});

test('text memory goes on at its beginning, in the middle of a row too', () => {
  const { screen, put, crtc } = setUp();
  const lastCells = 40;
  const start = 0x4000 - lastCells;
  crtc(0x0c, start >> 8);
  crtc(0x0d, start & 0xff);
  put(start % 80, Math.floor(start / 80), 'the end');
  put(0, 0, 'the beginning');
  expect(screen.line(0)).toBe(`${'the end'.padEnd(lastCells)}${'the beginning'.padEnd(80 - lastCells)}`);
});

test('a frame is a copy that later writes do not change', () => {
  const { screen, put } = setUp();
  const before = screen.frame();
  put(0, 0, 'X');
  expect(before.cells[0]).toBe(0x0720);
  expect(screen.frame().cells[0]).toBe(0x0758);
});

test('draws itself in ANSI colours, changing them only where they change', () => {
  const { screen, put } = setUp();
  put(0, 0, 'OK', 0x2f);
  expect(screen.region(0, 0, 3, 1).toAnsi()).toBe(
    '\x1b[0m\x1b[38;2;255;255;255m\x1b[48;2;0;170;0mOK\x1b[0m\x1b[38;2;170;170;170m\x1b[48;2;0;0;0m \x1b[0m',
  );
});
