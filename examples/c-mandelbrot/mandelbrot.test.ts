/** The picture is the one that the same doubles give in JavaScript, pixel for pixel; the image is what gcc makes of the sources. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'longmode/vitest';

const kernel = 'c-mandelbrot/mandelbrot.elf';
/** Other compilers make other code. */
const COMPILER = 'gcc (Debian 12.2.0-14+deb12u1) 12.2.0';
const version = spawnSync('gcc', ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0];
if (version !== COMPILER) console.log(`The C kernel is not built again: there is no ${COMPILER}`);

const MOST_STEPS = 256;

function stepsInside(real: number, imaginary: number): number {
  let [x, y, steps] = [0, 0, 0];
  for (; steps < MOST_STEPS && x * x + y * y <= 4; steps++) [x, y] = [x * x - y * y + real, 2 * x * y + imaginary];
  return steps;
}

function colorOf(steps: number): number {
  if (steps === MOST_STEPS) return 0;
  const t = Math.min(steps / 64, 1);
  const red = Math.trunc(255 * t);
  const green = Math.trunc(1020 * t * (1 - t));
  const blue = Math.trunc((255 * (1 - t) * (1 - t)) / 2 + 32);
  return (red << 16) | (green << 8) | blue;
}

describe('the Mandelbrot set in C', () => {
  test('is drawn to the pixel', async ({ boot }) => {
    const machine = await boot({ kernel, graphics: true });
    await expect(machine).toHalt({ interrupts: false, instructions: 1_000_000_000 });
    const { width, height, pixels } = machine.framebuffer!;
    expect([width, height]).toEqual([640, 480]);
    const scale = 2.5 / height;
    const wanted = new Uint32Array(width * height).map((_, i) => {
      const [left, top] = [i % width, Math.floor(i / width)];
      return colorOf(stepsInside((left - width * 0.7) * scale, (top - height * 0.5) * scale));
    });
    const drawn = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
    expect(drawn.findIndex((color, i) => color !== wanted[i])).toBe(-1);
  });

  test('says so where there are no pixels', async ({ boot }) => {
    const machine = await boot(kernel);
    await expect(machine).toShow(/^This kernel draws pixels/);
    await expect(machine).toHalt({ interrupts: false });
  });

  test.skipIf(version !== COMPILER)('is what gcc makes of its sources', () => {
    const folder = mkdtempSync(join(tmpdir(), 'longmode-c-'));
    try {
      execFileSync('sh', ['c-mandelbrot/build.sh', join(folder, 'again.elf')]);
      expect(readFileSync(join(folder, 'again.elf')).equals(readFileSync(kernel))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
