/** What counts as flat, and what V8 keeps for itself. */
import { readFileSync } from 'node:fs';
import { CpuCore } from '@longmode/cpu-wasm';
import { loadImage } from '@longmode/loader';
import { expect, it } from 'vitest';
import { PcMachine } from '../../packages/machine/src/machine.ts';
import { loadEngine } from '../bench/engine.ts';
import { commandLine } from '../bench/guest-machine.ts';
import { IMAGE_PATHS } from '../bench/guests/build.ts';
import { isFlat, keptTypesBytes, quartersOf } from './flatness.ts';

/** Half an hour in steps of a minute. */
const samples = (at: (minute: number) => number): number[] => Array.from({ length: 30 }, (_, minute) => at(minute));

it.each([
  ['the same all the time', () => 300, true],
  ['growing while it warms up', (minute: number) => (minute < 7 ? 200 + 15 * minute : 300), true],
  ['garbage that is collected now and then', (minute: number) => 300 + 6 * (minute % 5), true],
  ['growing by a quarter percent a minute', (minute: number) => 300 + 0.75 * minute, false],
  ['growing late', (minute: number) => (minute < 23 ? 300 : 320), false],
  ['shrinking', (minute: number) => 300 - minute, true],
])('%s', (_, at, expected) => {
  expect(isFlat(quartersOf(samples(at)), 1.03)).toBe(expected);
});

it('too few samples are not judged', () => {
  expect(() => quartersOf([1, 2, 3])).toThrow('3 samples have no quarters');
});

const LAST_OF_NODE_23 = '12.9.202.28-node.14';

it('V8 keeps types until 12.9', () => {
  const bytes = keptTypesBytes('11.3.244.8-node.38', 1);
  expect(bytes).toBeGreaterThan(0);
  expect(keptTypesBytes(LAST_OF_NODE_23, 1000)).toBe(1000 * bytes);
  expect(keptTypesBytes('13.6.233.17-node.53', 1000)).toBe(0);
});

/** The first section of a module, after its 8 bytes of magic and version. @throws if that is not the one of types */
function typeSection(module: Uint8Array): Uint8Array {
  if (module[8] !== 1) throw new Error(`the first section is ${module[8]}, expected 1: types`);
  let at = 9;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = module[at++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return module.subarray(at, at + length);
  }
}

it('modules have the types that are counted', async () => {
  const modules: Uint8Array[] = [];
  const code = await loadEngine('jit');
  const memoryBytes = 32 * 2 ** 20;
  const image = readFileSync(IMAGE_PATHS['x86-64']);
  await using machine = new PcMachine({
    plan: loadImage(image, { memoryBytes, commandLine: commandLine({ name: 'sort', size: 1 }) }),
    createCore: (host) =>
      CpuCore.create({
        engine: 'jit',
        code,
        memoryBytes,
        host,
        translatorHooks: { onModule: (bytes) => modules.push(bytes) },
      }),
  });
  await machine.run();
  expect(modules.length).toBeGreaterThan(0);
  for (const module of modules) {
    const [count = 0, ...types] = typeSection(module);
    let [at, bytes] = [0, 0];
    for (let type = 0; type < count; type++) {
      expect(types[at++], 'a function').toBe(0x60);
      const parameters = types[at] ?? 0;
      const results = types[at + 1 + parameters] ?? 0;
      at += 2 + parameters + results;
      bytes += Math.ceil((24 + 4 * (parameters + results)) / 8) * 8;
    }
    expect(bytes).toBe(keptTypesBytes(LAST_OF_NODE_23, 1));
  }
});
