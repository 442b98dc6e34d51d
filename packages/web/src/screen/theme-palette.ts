/**
 * Colours of a theme in the place of the sixteen that a VGA has after reset. A guest that loads a palette of its own keeps
 * it: only colours that are still the standard ones are replaced.
 */

/** 0xrrggbb by colour number, undefined for those that the theme leaves alone. */
export type ThemePalette = readonly (number | undefined)[];

/** The colours after reset as 0xrrggbb (IBM VGA Technical Reference, "Default color palette"). */
// biome-ignore format: dark, then bright
export const STANDARD_PALETTE: readonly number[] = [
  0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
  0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
];

/** The colours to show for those of the guest. */
export function applyTheme(palette: readonly number[], theme: ThemePalette): readonly number[] {
  return palette.map((colour, i) => (colour === STANDARD_PALETTE[i] ? (theme[i] ?? colour) : colour));
}
