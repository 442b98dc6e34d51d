/** From the picture of the font to its bits: for the script that makes `bitmap.ts` of them, and its test. */

import { GLYPH_HEIGHT } from './font.ts';

/**
 * Reads a sheet: blocks of a line of codes and a line of pixels for each scan line.
 * @throws Error naming line and fault if a picture is not as it should be
 */
export function parseFontSheet(sheet: string): Uint8Array {
  const bitmap = new Uint8Array(256 * GLYPH_HEIGHT);
  const drawn = new Set<number>();
  const lines = sheet.trim().split('\n');
  let codes: number[] = [];
  lines.forEach((line, number) => {
    const y = (number % (GLYPH_HEIGHT + 1)) - 1;
    const words = line.trim().split(/ +/);
    if (y < 0) {
      codes = words.map((word) => Number.parseInt(word, 16));
      for (const code of codes) drawn.add(code);
      return;
    }
    if (words.length !== codes.length || words.some((word) => !/^[.#]{8}$/.test(word))) {
      throw new Error(`font sheet, line ${number + 1}: expected ${codes.length} times 8 pixels of "." or "#"`);
    }
    words.forEach((word, i) => {
      bitmap[codes[i]! * GLYPH_HEIGHT + y] = Number.parseInt(word.replaceAll('.', '0').replaceAll('#', '1'), 2);
    });
  });
  if (drawn.size !== 256 || lines.length % (GLYPH_HEIGHT + 1) !== 0) {
    throw new Error(`font sheet: expected 256 whole characters, found ${drawn.size} in ${lines.length} lines`);
  }
  return bitmap;
}
