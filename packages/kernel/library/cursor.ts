// The hardware cursor of the VGA text screen: CRT controller registers behind the index port 0x3d4 (IBM VGA manual,
// "CRT controller registers").
import { outb } from './x86';

const CRTC_INDEX: u32 = 0x3d4;
const CRTC_DATA: u32 = 0x3d5;
/** First line of the cursor inside the cell, and in bit 5 whether there is none. */
const CURSOR_START: u32 = 0x0a;
const CURSOR_DISABLE: u32 = 1 << 5;
/** Last line. */
const CURSOR_END: u32 = 0x0b;
/** Number of the cell, counted by rows. */
const CURSOR_LOCATION_HIGH: u32 = 0x0e;
const CURSOR_LOCATION_LOW: u32 = 0x0f;

const FIRST_LINE: u32 = 13;
const LAST_LINE: u32 = 14;
const COLUMNS: u32 = 80;

/** Turns the cursor off: what the loader left blinking means nothing any more. */
export function hideCursor(): void {
  write(CURSOR_START, CURSOR_DISABLE);
}

/** Turns the cursor on: an underline. */
export function showCursor(): void {
  write(CURSOR_START, FIRST_LINE);
  write(CURSOR_END, LAST_LINE);
}

/** Puts the cursor on a cell. */
export function moveCursor(row: u32, column: u32): void {
  const cell = row * COLUMNS + column;
  write(CURSOR_LOCATION_HIGH, cell >> 8);
  write(CURSOR_LOCATION_LOW, cell & 0xff);
}

function write(register: u32, value: u32): void {
  outb(CRTC_INDEX, register);
  outb(CRTC_DATA, value);
}
