// The Mandelbrot set in text mode, in fixed-point numbers: a kernel has no floating point. Every point of the complex
// plane is one cell, coloured by how many steps it takes to escape.
//
//     longmode build mandelbrot/kernel.ts && longmode boot mandelbrot/kernel.elf
import { BUFFER_HEIGHT, BUFFER_WIDTH, Color, colorCode, putCell } from 'longmode/kernel';

/** Numbers are multiples of 2^-24. */
const FRACTION_BITS: i64 = 24;
const ONE: i64 = 1 << FRACTION_BITS;
const MOST_STEPS: u32 = 400;

/** Code page 437: from blank to full. */
const SHADES: StaticArray<u8> = [0x20, 0xb0, 0xb1, 0xb2, 0xdb];

export function main(): void {
  const width = <i64>BUFFER_WIDTH;
  const height = <i64>BUFFER_HEIGHT;
  for (let row: u32 = 0; row < BUFFER_HEIGHT; row++) {
    for (let column: u32 = 0; column < BUFFER_WIDTH; column++) {
      // -2.25 to 0.75 from left to right, 1.2 to -1.2 from top to bottom.
      const re = (-9 * ONE) / 4 + (3 * ONE * <i64>column) / width;
      const im = (6 * ONE) / 5 - (12 * ONE * <i64>row) / (5 * height);
      draw(row, column, stepsToEscape(re, im));
    }
  }
}

/** How often z = z^2 + c can be taken before |z| exceeds 2. */
function stepsToEscape(re: i64, im: i64): u32 {
  let x: i64 = 0;
  let y: i64 = 0;
  for (let step: u32 = 0; step < MOST_STEPS; step++) {
    const xx = (x * x) >> FRACTION_BITS;
    const yy = (y * y) >> FRACTION_BITS;
    if (xx + yy > 4 * ONE) return step;
    y = ((2 * x * y) >> FRACTION_BITS) + im;
    x = xx - yy + re;
  }
  return MOST_STEPS;
}

function draw(row: u32, column: u32, steps: u32): void {
  if (steps === MOST_STEPS) putCell(row, column, 0x20, colorCode(Color.Black, Color.Black));
  else putCell(row, column, SHADES[steps % 5], colorCode(<Color>(1 + ((steps / 5) % 14)), Color.Black));
}
