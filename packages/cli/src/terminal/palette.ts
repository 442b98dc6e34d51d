/**
 * The sixteen colours of VGA text mode as SGR escape parameters (ECMA-48, and xterm's 38;2 and 38;5 extensions), for
 * terminals with 2^24, 256, 16 and 2 colours. What the sixteen are is the guest's palette. The 256-colour form uses the
 * fixed 6x6x6 cube and never the first sixteen entries, which users' themes repaint; the 16-colour form leaves the
 * shades to the terminal.
 */

/** How many colours the terminal can show; `mono` still has bold and reverse video. */
export type ColorDepth = 'truecolor' | '256' | '16' | 'mono';

/** How a cell is drawn: colour numbers 0-15 and blinking. */
export interface Look {
  readonly foreground: number;
  readonly background: number;
  readonly blink: boolean;
}

/** Brightness steps of the colour cube, entries 16 to 231. */
const cubeLevels = [0, 95, 135, 175, 215, 255];

function nearestLevel(value: number): number {
  let best = 0;
  cubeLevels.forEach((level, index) => {
    if (Math.abs(level - value) < Math.abs(cubeLevels[best]! - value)) best = index;
  });
  return best;
}

/** VGA numbers red as bit 2 and blue as bit 0; ANSI the other way round. */
const ansiOrder = [0, 4, 2, 6, 1, 5, 3, 7];

function colorParameters(depth: '256' | '16' | 'truecolor', color: number, rgb: number, base: 30 | 40): string {
  if (depth === '16') return `${base + (color & 8 ? 60 : 0) + ansiOrder[color & 7]!}`;
  const [red, green, blue] = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255] as const;
  if (depth === 'truecolor') return `${base + 8};2;${red};${green};${blue}`;
  return `${base + 8};5;${16 + 36 * nearestLevel(red) + 6 * nearestLevel(green) + nearestLevel(blue)}`;
}

function luminance(rgb: number): number {
  return 0.299 * ((rgb >> 16) & 255) + 0.587 * ((rgb >> 8) & 255) + 0.114 * (rgb & 255);
}

/**
 * The escape sequence that selects exactly this look: it starts with a reset, so sequences do not build up.
 * @param palette the sixteen colours as 0xrrggbb
 */
export function selectGraphicRendition(depth: ColorDepth, look: Look, palette: readonly number[]): string {
  const { foreground, background, blink } = look;
  const [foregroundRgb, backgroundRgb] = [palette[foreground] ?? 0, palette[background] ?? 0];
  const parameters = ['0'];
  if (depth === 'mono') {
    if (foreground & 8) parameters.push('1');
    if (luminance(backgroundRgb) > luminance(foregroundRgb)) parameters.push('7');
  } else {
    parameters.push(
      colorParameters(depth, foreground, foregroundRgb, 30),
      colorParameters(depth, background, backgroundRgb, 40),
    );
  }
  if (blink) parameters.push('5');
  return `\x1b[${parameters.join(';')}m`;
}

/** Colour depth from the number of bits that Node's `WriteStream.getColorDepth()` reports (NO_COLOR, TERM, ...). */
export function colorDepthOfBits(bits: number): ColorDepth {
  if (bits >= 24) return 'truecolor';
  if (bits >= 8) return '256';
  return bits >= 4 ? '16' : 'mono';
}
