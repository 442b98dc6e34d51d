/**
 * The themes that come with the element: style rules for `theme="..."` that set `--lm-palette-0` to `-15`. A page makes
 * its own with the same properties.
 */

import { STANDARD_PALETTE } from './screen/theme-palette.ts';

/** How much ink the darkest colour but black has. */
const DARKEST_INK = 0.4;

/** A screen of one colour: each colour by its brightness between background and ink. */
function monochrome(background: number, ink: number): string[] {
  return STANDARD_PALETTE.map((colour) => {
    const [red, green, blue] = channels(colour);
    // Brightness to the eye (ITU-R BT.601), raised so that dark colours can still be read.
    const brightness = (red * 0.299 + green * 0.587 + blue * 0.114) / 255;
    const strength = brightness === 0 ? 0 : DARKEST_INK + (1 - DARKEST_INK) * brightness;
    const mixed = channels(background).map((from, i) => from + ((channels(ink)[i] ?? 0) - from) * strength);
    return `rgb(${mixed.map(Math.round).join(' ')})`;
  });
}

function channels(colour: number): [red: number, green: number, blue: number] {
  return [(colour >> 16) & 0xff, (colour >> 8) & 0xff, colour & 0xff];
}

/** Dark on light: colours dark enough to be read on paper. */
// biome-ignore format: dark, then bright
const PAPER = [
  '#faf7ee', '#16389c', '#1b6b2a', '#10656b', '#a11818', '#83208a', '#7a4a08', '#3a3a3a',
  '#767264', '#2450c8', '#1d7f31', '#117780', '#c22222', '#a02aa8', '#8a5a00', '#000000',
];

const THEMES: Readonly<Record<string, readonly string[]>> = {
  paper: PAPER,
  amber: monochrome(0x140b00, 0xffb000),
  green: monochrome(0x001205, 0x41ff7a),
};

/** Names for the attribute `theme`. `vga` is the palette as it is. */
export const THEME_NAMES: readonly string[] = ['vga', ...Object.keys(THEMES)];

/** The rules, for the element's own style sheet. */
export const themeRules: string = Object.entries(THEMES)
  .map(([name, colours]) => {
    const declarations = colours.map((colour, i) => `--lm-palette-${i}:${colour}`).join(';');
    return `:host([theme='${name}']){${declarations}}`;
  })
  .join('\n');
