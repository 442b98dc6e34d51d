// Chapter 3: the first TypeScript. `kmain` is called by `long_mode_start` and writes twelve cells into the screen's
// memory, white on blue, in the middle of the screen.
import { Color, colorCode, putCell } from '../../library/vga-buffer';

const ROW: u32 = 12;
const COLUMN: u32 = 34;

/** The kernel: says hello, then stays here for good. */
export function kmain(): void {
  const text = 'Hello World!';
  const color = colorCode(Color.White, Color.Blue);
  for (let i = 0; i < text.length; i++) putCell(ROW, COLUMN + i, text.charCodeAt(i), color);
  while (true) {}
}

/** Where failed checks end. This kernel can't print yet, so it says nothing: chapter 4 does better. */
export function abort(_message: string | null, _file: string | null, _line: u32, _column: u32): void {
  while (true) {}
}
