/** Size of a character cell in pixels: the font's glyphs are 8 x 16, and a VGA adds a ninth column. */

export const CELL_WIDTH = 9;
export const CELL_HEIGHT = 16;
