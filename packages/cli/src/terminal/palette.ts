/**
 * The sixteen colours of VGA text mode as SGR escape parameters (ECMA-48, and xterm's 38;2 and 38;5 extensions), for
 * terminals with 2^24, 256, 16 and 2 colours. The RGB values are the VGA's default DAC palette. The 256-colour form
 * uses the fixed 6x6x6 cube and never the first sixteen entries, which users' themes repaint.
 */

import type { Look } from './cells.ts';

/** How many colours the terminal can show; `mono` still has bold and reverse video. */
export type ColorDepth = 'truecolor' | '256' | '16' | 'mono';

/** VGA attribute order (bit 0 blue, bit 1 green, bit 2 red, bit 3 intensity), as 0xRRGGBB. */
export const vgaPalette: readonly number[] = [
  0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa, 0x555555, 0x5555ff, 0x55ff55,
  0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
];

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

function colorParameters(depth: ColorDepth, color: number, ground: 'foreground' | 'background'): string {
  const rgb = vgaPalette[color & 15]!;
  const [red, green, blue] = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255] as const;
  const extended = ground === 'foreground' ? 38 : 48;
  switch (depth) {
    case 'truecolor':
      return `${extended};2;${red};${green};${blue}`;
    case '256':
      return `${extended};5;${16 + 36 * nearestLevel(red) + 6 * nearestLevel(green) + nearestLevel(blue)}`;
    case '16': {
      const base = (ground === 'foreground' ? 30 : 40) + (color & 8 ? 60 : 0);
      return `${base + ansiOrder[color & 7]!}`;
    }
    case 'mono':
      return '';
  }
}

function luminance(color: number): number {
  const rgb = vgaPalette[color & 15]!;
  return 0.299 * ((rgb >> 16) & 255) + 0.587 * ((rgb >> 8) & 255) + 0.114 * (rgb & 255);
}

/** The escape sequence that selects exactly this look: it starts with a reset, so sequences do not build up. */
export function selectGraphicRendition(depth: ColorDepth, { foreground, background, blink }: Look): string {
  const parameters = ['0'];
  if (depth === 'mono') {
    if (foreground & 8) parameters.push('1');
    if (luminance(background) > luminance(foreground)) parameters.push('7');
  } else {
    parameters.push(colorParameters(depth, foreground, 'foreground'), colorParameters(depth, background, 'background'));
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
