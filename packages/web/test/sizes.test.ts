/**
 * How large the parts are that a page loads, compressed as files are once, when they are published (Brotli 11); README.md has the table.
 * Hosts that compress on the fly at a lower quality send a little more.
 */

import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { built } from './fixture.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Kilobytes of 1000 bytes. */
function brotliKilobytes(name: string, quality = 11): number {
  const bytes = built(name);
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  return brotliCompressSync(bytes, { params }).length / 1000;
}

/** What the table of the README says of a file. */
function tableKilobytes(name: string): number {
  const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``));
  return Number(/\| (\d+) kB \|/.exec(row ?? '')?.[1] ?? Number.NaN);
}

test('element, worker, machine, loader and core are at most 200 kB', () => {
  expect(brotliKilobytes('element.js') + brotliKilobytes('core.wasm')).toBeLessThan(200);
  expect(brotliKilobytes('element.js', 9) + brotliKilobytes('core.wasm', 9)).toBeLessThan(206);
});

test.each(['element.js', 'core.wasm', 'worker.js', 'serial-panel.js', 'debugger.js', 'longmode.global.js'])(
  'the table of the README is right about %s, within a tenth',
  (name) => {
    const actual = brotliKilobytes(name);
    expect(Math.abs(tableKilobytes(name) - actual), `${name} has ${actual.toFixed(1)} kB`).toBeLessThanOrEqual(
      Math.max(1, actual / 10),
    );
  },
);
