/** The font as bits, ready to be drawn: `bitmap.ts` has them, so that nobody who waits for a picture waits for `sheet.ts`. */

import { FONT_BASE64 } from './bitmap.ts';

export const GLYPH_WIDTH = 8;
export const GLYPH_HEIGHT = 16;

/** Scan lines of all characters: line `y` of character `c` at `c * GLYPH_HEIGHT + y`, bit 7 leftmost. */
export const fontBitmap: Uint8Array = Uint8Array.from(atob(FONT_BASE64), (byte) => byte.charCodeAt(0));
