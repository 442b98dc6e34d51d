/**
 * Pictures as goldens: PNG files in `golden/`, compared pixel by pixel in the browser, which knows PNG. `UPDATE_GOLDENS=1` writes
 * them anew; look at them before you commit them. A golden that is missing is a failure.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** How much may differ. */
export interface Tolerance {
  /** Difference of a colour's channel, of 255, that does not count. */
  readonly channel: number;
  /** Share of the pixels that may differ by more. */
  readonly pixels: number;
}

/** For what is drawn by our own code. */
export const EXACT: Tolerance = { channel: 0, pixels: 0 };

/** For pages, whose letters a browser draws: a few edges may be of other greys. Another letter is too much. */
export const LETTERS: Tolerance = { channel: 12, pixels: 0.00002 };

const goldenUrl = (name: string) => new URL(`./golden/${name}.png`, import.meta.url);

/** Compares a picture with its golden; what does not pass is left in the temporary folder to be looked at. */
export async function expectGolden(page: Page, name: string, png: Uint8Array, tolerance = EXACT): Promise<void> {
  const file = goldenUrl(name);
  if (process.env.UPDATE_GOLDENS) {
    mkdirSync(new URL('./', file), { recursive: true });
    writeFileSync(file, png);
  }
  expect(existsSync(file), `there is no golden/${name}.png: UPDATE_GOLDENS=1 writes it`).toBe(true);
  const difference = await page.evaluate(comparePictures, [
    [...png],
    [...readFileSync(file)],
    tolerance.channel,
  ] as const);
  const isSame = typeof difference === 'number' && difference <= tolerance.pixels;
  if (!isSame) writeFileSync(join(tmpdir(), `${name}.png`), png);
  expect(
    isSame,
    `${name}: ${typeof difference === 'number' ? `${(100 * difference).toFixed(3)} % of the pixels differ` : difference}; ` +
      `the picture is in ${join(tmpdir(), `${name}.png`)}`,
  ).toBe(true);
}

/** Runs in the page. @returns the share of pixels that differ by more than `channel`, or how the sizes differ */
async function comparePictures(
  pictures: readonly [readonly number[], readonly number[], number],
): Promise<number | string> {
  const [shown, expected, channel] = pictures;
  const decode = async (bytes: readonly number[]) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  };
  const [a, b] = [await decode(shown), await decode(expected)];
  if (a.width !== b.width || a.height !== b.height) {
    return `it has ${a.width}x${a.height} pixels, the golden ${b.width}x${b.height}`;
  }
  let different = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    const isDifferent = [0, 1, 2, 3].some((k) => Math.abs(a.data[i + k]! - b.data[i + k]!) > channel);
    if (isDifferent) different++;
  }
  return different / (a.width * a.height);
}
