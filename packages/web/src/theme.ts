/** The theme of an element: the custom properties `--lm-palette-0` to `-15`, read as colours of the screen. */

import type { ThemePalette } from './screen/theme-palette.ts';

/** Custom property of each colour. */
export const PALETTE_PROPERTIES: readonly string[] = Array.from({ length: 16 }, (_, i) => `--lm-palette-${i}`);

/** The theme of this moment. Names that are no colour count as not set. */
export function readPalette(element: Element): ThemePalette {
  const style = getComputedStyle(element);
  return PALETTE_PROPERTIES.map((name) => {
    const value = style.getPropertyValue(name).trim();
    return value === '' ? undefined : parseColour(value);
  });
}

let pixel: OffscreenCanvasRenderingContext2D | null | undefined;

/** Any CSS colour as 0xrrggbb: the browser itself paints it. */
function parseColour(value: string): number | undefined {
  if (!CSS.supports('color', value)) return undefined;
  pixel ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true, alpha: false });
  if (!pixel) return undefined;
  pixel.fillStyle = value;
  pixel.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = pixel.getImageData(0, 0, 1, 1).data;
  return (red << 16) | (green << 8) | blue;
}
