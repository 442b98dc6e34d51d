/** Painting and the font, without a browser. */

import { CODE_PAGE_437, type TextFrame } from '@longmode/machine';
import { describe, expect, test } from 'vitest';
import { CELL_HEIGHT, CELL_WIDTH } from './cell-size.ts';
import { fontBitmap, GLYPH_HEIGHT } from './font/font.ts';
import { parseFontSheet } from './font/parse-sheet.ts';
import { FONT_SHEET } from './font/sheet.ts';
import { STEADY, TextPainter } from './paint.ts';

const PALETTE = [0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa];
const BRIGHT = [0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff];
const HIDDEN_CURSOR = { column: 0, row: 0, visible: false, startScanLine: 13, endScanLine: 14 };

function frame(lines: readonly string[], attribute = 0x07, changes: Partial<TextFrame> = {}): TextFrame {
  const columns = lines[0]!.length;
  const cells = Uint16Array.from(lines.join(''), (character) => (attribute << 8) | CODE_PAGE_437.indexOf(character));
  const palette = [...PALETTE, ...BRIGHT];
  return { columns, rows: lines.length, cells, cursor: HIDDEN_CURSOR, blinkEnabled: false, palette, ...changes };
}

function painted(of: TextFrame, phase = STEADY): TextPainter {
  const painter = new TextPainter(of.columns, of.rows);
  painter.paint(of, phase);
  return painter;
}

/** A picture as lines of text: the colours' letters where given, `?` for any other colour. */
function picture(
  painter: TextPainter,
  letters: Readonly<Record<string, string>> = { '0,0,0': '.', '170,170,170': '#' },
) {
  return Array.from({ length: painter.height }, (_, y) =>
    Array.from({ length: painter.width }, (_, x) => {
      const [red, green, blue, alpha] = painter.pixels.subarray((y * painter.width + x) * 4);
      expect(alpha).toBe(255);
      return letters[`${red},${green},${blue}`] ?? '?';
    }).join(''),
  );
}

describe('cells to pixels', () => {
  test('a letter is its picture in the font, in a cell of 9 x 16', () => {
    const painter = painted(frame(['A']));
    expect([painter.width, painter.height]).toEqual([CELL_WIDTH, CELL_HEIGHT]);
    expect(picture(painter)).toEqual([
      '.........',
      '.........',
      '..####...',
      '.##..##..',
      '.##..##..',
      '.##..##..',
      '.######..',
      '.##..##..',
      '.##..##..',
      '.##..##..',
      '.##..##..',
      '.##..##..',
      '.........',
      '.........',
      '.........',
      '.........',
    ]);
  });

  test('line drawing characters fill the ninth column, others leave it to the background', () => {
    expect(new Set(picture(painted(frame(['─']))).map((line) => line.charAt(8)))).toEqual(new Set(['.', '#']));
    expect(new Set(picture(painted(frame(['▐']))).map((line) => line.charAt(8)))).toEqual(new Set(['#']));
    expect(new Set(picture(painted(frame(['░']))).map((line) => line.charAt(8)))).toEqual(new Set(['.']));
  });

  test('foreground and background are the palette’s colours, in R, G, B, A', () => {
    const { pixels } = painted(frame(['█'], 0x0c));
    expect([...pixels.subarray(0, 4)]).toEqual([0xff, 0x55, 0x55, 0xff]);
    expect([...painted(frame([' '], 0x6f)).pixels.subarray(0, 4)]).toEqual([0xaa, 0x55, 0x00, 0xff]);
  });

  test('bit 7 is a bright background or blinking text, as the mode says', () => {
    const background = (blinkEnabled: boolean) => painted(frame([' '], 0x90, { blinkEnabled })).pixels[0];
    expect(background(false)).toBe(0x55);
    expect(background(true)).toBe(0x00);
  });

  test('blinking text disappears in the dark half of its period, steady text does not', () => {
    const hidden = { cursorShown: true, textShown: false };
    expect(picture(painted(frame(['█'], 0x87, { blinkEnabled: true }), hidden)).join('')).not.toContain('#');
    expect(picture(painted(frame(['█'], 0x07, { blinkEnabled: true }), hidden)).join('')).not.toContain('.');
  });

  test('the cursor covers its scan lines in the foreground colour, when it is in the light half', () => {
    const cursor = { column: 1, row: 0, visible: true, startScanLine: 13, endScanLine: 14 };
    const lines = picture(painted(frame(['  '], 0x07, { cursor })));
    expect(lines[12]).toBe('.'.repeat(18));
    expect(lines.slice(13, 15)).toEqual(['.........#########', '.........#########']);
    expect(lines[15]).toBe('.'.repeat(18));
    const dark = picture(painted(frame(['  '], 0x07, { cursor }), { cursorShown: false, textShown: true }));
    expect(dark.join('')).not.toContain('#');
  });

  test('only what looks different is drawn: the rows come back, the pixels equal a picture from scratch', () => {
    const painter = new TextPainter(3, 3);
    const first = frame(['abc', 'def', 'ghi']);
    expect(painter.paint(first)).toEqual([0, 1, 2]);
    expect(painter.paint(first)).toEqual([]);
    const second = frame(['abc', 'dXf', 'ghi']);
    expect(painter.paint(second)).toEqual([1]);
    expect(painter.pixels).toEqual(painted(second).pixels);
    const cursor = { column: 2, row: 2, visible: true, startScanLine: 0, endScanLine: 15 };
    expect(painter.paint({ ...second, cursor })).toEqual([0, 1, 2]);
    const moved = { ...second, cursor: { ...cursor, row: 0 } };
    expect(painter.paint(moved)).toEqual([0, 2]);
    expect(painter.pixels).toEqual(painted(moved).pixels);
    const palette = first.palette.map((colour) => colour ^ 0x0f0f0f);
    expect(painter.paint({ ...moved, palette })).toEqual([0, 1, 2]);
    expect(painter.pixels).toEqual(painted({ ...moved, palette }).pixels);
  });

  test('a frame of another size is refused', () => {
    expect(() => new TextPainter(80, 25).paint(frame(['a']))).toThrow('a frame of 1x1 for a painter of 80x25 cells');
  });
});

describe('the font', () => {
  const glyph = (code: number) => fontBitmap.subarray(code * GLYPH_HEIGHT, (code + 1) * GLYPH_HEIGHT);

  test('every character has ink, except the three blanks, and no two are alike', () => {
    const pictures = Array.from({ length: 256 }, (_, code) => glyph(code).join());
    const blank = pictures.flatMap((picture, code) => (/^0(,0)*$/.test(picture) ? [code] : []));
    expect(blank).toEqual([0x00, 0x20, 0xff]);
    expect(new Set(pictures).size).toBe(256 - 2);
  });

  test.each(['┌─┐│└┘├┤┬┴┼', '╔═╗║╚╝╠╣╦╩╬', '╓─╖║╙╜╟╢╥╨╫', '╒═╕│╘╛╞╡╤╧╪'])('lines of %s join', (characters) => {
    const at = (index: number) => glyph(CODE_PAGE_437.indexOf(characters[index]!));
    const left = (g: Uint8Array) => [...g].map((line) => line >> 7);
    const right = (g: Uint8Array) => [...g].map((line) => line & 1);
    const [topLeft, horizontal, topRight, vertical, bottomLeft, bottomRight, toRight, toLeft, down, up, cross] =
      Array.from({ length: 11 }, (_, i) => at(i)) as [Uint8Array, ...Uint8Array[]] & Record<number, Uint8Array>;
    const line = right(horizontal!);
    for (const g of [topLeft, bottomLeft, toRight, down, up, cross]) expect(right(g!)).toEqual(line);
    for (const g of [topRight, bottomRight, toLeft, down, up, cross]) expect(left(g!)).toEqual(line);
    for (const g of [topLeft, topRight, toRight, toLeft, down, cross]) expect(g![15]).toBe(vertical![15]);
    for (const g of [bottomLeft, bottomRight, toRight, toLeft, up, cross]) expect(g![0]).toBe(vertical![0]);
  });

  test('its bits are those of its picture', () => {
    expect(fontBitmap, 'npm run gen makes them').toEqual(parseFontSheet(FONT_SHEET));
  });

  test('a faulty sheet is refused with its line', () => {
    expect(() => parseFontSheet(FONT_SHEET.replace('.##.....', '.##....'))).toThrow(
      /^font sheet, line \d+: expected 8/,
    );
    expect(() => parseFontSheet(FONT_SHEET.split('\n').slice(0, 60).join('\n'))).toThrow(/256 whole characters/);
  });
});
