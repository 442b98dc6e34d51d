import { beforeEach, describe, expect, test } from 'vitest';
import { PortBus } from '../bus/port-bus.ts';
import { VGA_COLOUR_PORTS, VGA_MONOCHROME_PORTS, VGA_PORTS, Vga } from './vga.ts';

let vga: Vga;
let bus: PortBus;

beforeEach(() => {
  vga = new Vga();
  bus = new PortBus();
  for (const ports of [VGA_PORTS, VGA_COLOUR_PORTS, VGA_MONOCHROME_PORTS]) {
    bus.claim({ owner: 'VGA', ...ports, device: vga });
  }
});

function crtc(index: number, value?: number): number {
  bus.write(0x3d4, 1, index);
  if (value !== undefined) bus.write(0x3d5, 1, value);
  return bus.read(0x3d5, 1);
}

test('starts in 80x25 colour text with an underline cursor in the corner', () => {
  expect(vga.textMode).toMatchObject({
    columns: 80,
    rows: 25,
    pitch: 80,
    startAddress: 0,
    cursorAddress: 0,
    cursorEnabled: true,
    cursorStartScanLine: 13,
    cursorEndScanLine: 14,
    blinkEnabled: true,
  });
});

test('the sixteen colours are those of a colour display, brown included', () => {
  expect(vga.textMode.palette.map((rgb) => rgb.toString(16).padStart(6, '0'))).toEqual([
    '000000', '0000aa', '00aa00', '00aaaa', 'aa0000', 'aa00aa', 'aa5500', 'aaaaaa',
    '555555', '5555ff', '55ff55', '55ffff', 'ff5555', 'ff55ff', 'ffff55', 'ffffff',
  ]); // biome-ignore format: eight by two, as the palette is known
});

test('a word written to 3d4 sets index and data at once', () => {
  bus.write(0x3d4, 2, 0x070e);
  bus.write(0x3d4, 2, 0x800f);
  expect(vga.textMode.cursorAddress).toBe(0x0780);
  expect(bus.read(0x3d4, 1)).toBe(0x0f);
});

test('the cursor can be switched off, shaped and hidden by an impossible shape', () => {
  crtc(0x0a, 0x20);
  expect(vga.textMode.cursorEnabled).toBe(false);
  crtc(0x0a, 0x00);
  crtc(0x0b, 0x0f);
  expect(vga.textMode).toMatchObject({ cursorEnabled: true, cursorStartScanLine: 0, cursorEndScanLine: 15 });
  crtc(0x0a, 0x0f);
  crtc(0x0b, 0x0e);
  expect(vga.textMode.cursorEnabled).toBe(false);
});

test('characters of eight scan lines give fifty rows', () => {
  crtc(0x09, 0x47);
  expect(vga.textMode.rows).toBe(50);
});

test('registers 0 to 7 are write protected but for the line compare bit', () => {
  expect(crtc(0x01, 0x27)).toBe(0x4f);
  expect(crtc(0x07, 0x00)).toBe(0x0f);
  crtc(0x11, 0x0e);
  expect(crtc(0x01, 0x27)).toBe(0x27);
  expect(vga.textMode.columns).toBe(40);
});

test('no register value makes an impossible screen', () => {
  crtc(0x11, 0);
  for (const value of [0x00, 0xff]) {
    for (let index = 0; index < 0x19; index++) crtc(index, value);
    const { columns, rows } = vga.textMode;
    expect(columns).toBeGreaterThan(0);
    expect(rows).toBeGreaterThan(0);
    expect(columns * rows).toBeLessThanOrEqual(256 * 1024);
  }
});

describe('what drivers read back', () => {
  test('index and data of sequencer and graphics controller', () => {
    for (const [port, count] of [
      [0x3c4, 5],
      [0x3ce, 9],
    ] as const) {
      for (let index = 0; index < count; index++) {
        bus.write(port, 1, index);
        bus.write(port + 1, 1, 0xa0 + index);
      }
      for (let index = 0; index < count; index++) {
        bus.write(port, 1, index);
        expect([bus.read(port, 1), bus.read(port + 1, 1)]).toEqual([index, 0xa0 + index]);
      }
      bus.write(port, 1, 0x40);
      bus.write(port + 1, 1, 0x77);
      expect(bus.read(port + 1, 1)).toBe(0);
    }
  });

  test('the attribute controller takes index and data in turns until the status is read', () => {
    bus.read(0x3da, 1);
    bus.write(0x3c0, 1, 0x30);
    bus.write(0x3c0, 1, 0x04);
    expect(vga.textMode.blinkEnabled).toBe(false);
    bus.write(0x3c0, 1, 0x31);
    bus.read(0x3da, 1);
    bus.write(0x3c0, 1, 0x30); // an index again, not data
    expect(bus.read(0x3c1, 1)).toBe(0x04);
  });

  test('the DAC in threes, six bits each, which changes the palette', () => {
    bus.write(0x3c8, 1, 7);
    for (const six of [0xff, 0x00, 0x15]) bus.write(0x3c9, 1, six);
    bus.write(0x3c7, 1, 7);
    expect([bus.read(0x3c9, 1), bus.read(0x3c9, 1), bus.read(0x3c9, 1)]).toEqual([0x3f, 0, 0x15]);
    expect(vga.textMode.palette[7]).toBe(0xff0055);
  });

  test('both edges of the retrace, whatever the guest waits for', () => {
    const seen = [bus.read(0x3da, 1), bus.read(0x3da, 1), bus.read(0x3da, 1)];
    expect(seen).toEqual([0x09, 0x00, 0x09]);
  });

  test('the CRT controller moves to 3b4 with the miscellaneous output register', () => {
    expect(bus.read(0x3b5, 1)).toBe(0xff);
    bus.write(0x3c2, 1, 0x66);
    expect(bus.read(0x3cc, 1)).toBe(0x66);
    bus.write(0x3b4, 1, 0x0f);
    bus.write(0x3b5, 1, 0x21);
    expect(vga.textMode.cursorAddress).toBe(0x21);
    expect(bus.read(0x3d5, 1)).toBe(0xff);
  });
});
