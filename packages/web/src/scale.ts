/** Whether a picture of whole pixels stays crisp at the size at which the page shows it. */

/** From this many device pixels for one of the guest on, unequal ones are not seen any more. */
const FINE_SCALE = 3;
const TOLERANCE = 0.01;

/** @param scale device pixels for one pixel of the guest */
export function isCrispScale(scale: number): boolean {
  return scale >= FINE_SCALE || Math.abs(scale - Math.round(scale)) < TOLERANCE * scale;
}
