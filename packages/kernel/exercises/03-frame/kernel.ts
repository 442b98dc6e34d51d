// Exercise 3: draw a frame of double lines around the whole screen, yellow on black. Code page 437 has its corners and
// lines at 0xc9 (upper left), 0xbb (upper right), 0xc8 (lower left), 0xbc (lower right), 0xcd (across) and 0xba (down).
import { BUFFER_HEIGHT, BUFFER_WIDTH, Color, colorCode, putCell } from '../../library/vga-buffer';

export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(): void {
  const color = colorCode(Color.Yellow, Color.Black);
  putCell(0, 0, 0xc9, color);
  putCell(BUFFER_HEIGHT - 1, BUFFER_WIDTH - 1, 0xbc, color);
  while (true) {}
}
