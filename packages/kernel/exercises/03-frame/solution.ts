// Exercise 3, solved.
import { BUFFER_HEIGHT, BUFFER_WIDTH, Color, colorCode, putCell } from '../../library/vga-buffer';

export { abort } from '../../library/panic';

const LAST_ROW = BUFFER_HEIGHT - 1;
const LAST_COLUMN = BUFFER_WIDTH - 1;

/** The kernel. */
export function kmain(): void {
  const color = colorCode(Color.Yellow, Color.Black);
  for (let column: u32 = 1; column < LAST_COLUMN; column++) {
    putCell(0, column, 0xcd, color);
    putCell(LAST_ROW, column, 0xcd, color);
  }
  for (let row: u32 = 1; row < LAST_ROW; row++) {
    putCell(row, 0, 0xba, color);
    putCell(row, LAST_COLUMN, 0xba, color);
  }
  putCell(0, 0, 0xc9, color);
  putCell(0, LAST_COLUMN, 0xbb, color);
  putCell(LAST_ROW, 0, 0xc8, color);
  putCell(LAST_ROW, LAST_COLUMN, 0xbc, color);
  while (true) {}
}
