/**
 * Whether the translator itself leaks modules, tables or instances: `tsx tests/memory/forgetting.ts [minutes]`. Some guests of the bench, as
 * endless as their sizes allow, run in turns in one process, each on a processor with so few modules that all of its regions are
 * forgotten again and again: about 1000 modules a second, where the guests of the bench in turns, with the policy of the product,
 * make 30 (endurance.ts). After every turn and a collection of garbage the process tells what it holds. Exit code 1 if that is more in
 * the last quarter of the run than in the second one.
 *
 * At that rate what V8 keeps of each module (flatness.ts) looks like a leak of ours and would hide one. So modules are compiled at once
 * instead of lazily here, which spares V8's timers, and the types that V8 never gives back are subtracted.
 */

import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { CpuCore } from '@longmode/cpu-wasm';
import { loadImage } from '@longmode/loader';
import { PcMachine } from '../../packages/machine/src/machine.ts';
import { loadEngine } from '../bench/engine.ts';
import { commandLine } from '../bench/guest-machine.ts';
import { IMAGE_PATHS } from '../bench/guests/build.ts';
import { isFlat, keptTypesBytes, quartersOf } from './flatness.ts';
import { collectGarbage, mebibytes } from './process-memory.ts';

const NAMES = ['cold_code', 'generate', 'sort', 'text', 'pixels'];
const ENDLESS = 1e9;
const MEMORY_BYTES = 32 * 2 ** 20;
/** Instructions of one turn. */
const TURN = 1e6;
/** All code is translated early, into few modules. */
const POLICY = { entries: 16, moduleCost: 0, instructionCost: 0, blocks: 32, modules: 40 };
/** What quarters may differ by: memory that is free in the allocator stays resident, in pieces that change. */
const TOLERANCE = 1.05;

setFlagsFromString('--no-wasm-lazy-compilation');
const minutes = Number(process.argv[2] ?? 5);
const code = await loadEngine('jit');
const kernel = readFileSync(IMAGE_PATHS['x86-64']);

const cores: CpuCore[] = [];
const machines = NAMES.map((name) => {
  const plan = loadImage(kernel, { memoryBytes: MEMORY_BYTES, commandLine: commandLine({ name, size: ENDLESS }) });
  const createCore = (host: Parameters<typeof CpuCore.create>[0]['host']): CpuCore => {
    const core = CpuCore.create({
      engine: 'interpreter',
      code,
      memoryBytes: MEMORY_BYTES,
      host,
      jit: 'auto',
      translatorHooks: { policy: POLICY },
    });
    cores.push(core);
    return core;
  };
  return new PcMachine({ plan, createCore });
});

const sum = (of: (core: CpuCore) => number | undefined): number =>
  cores.reduce((total, core) => total + (of(core) ?? 0), 0);

/** What the process held after each turn, in bytes, without types. */
const held: number[] = [];
const end = Date.now() + minutes * 60_000;
while (Date.now() < end) {
  for (const machine of machines) await machine.run(undefined, { instructions: TURN });
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const regions = sum((core) => core.translator?.regions);
  const types = keptTypesBytes(process.versions.v8, regions);
  held.push(rss - types);
  const drops = sum((core) => core.translator?.dropsOfAll);
  console.log(
    `${String(regions).padStart(8)} regions, forgotten ${String(drops).padStart(6)} times: resident ${mebibytes(rss)}, of it types ${mebibytes(types)}, heap ${mebibytes(heapUsed)}, external ${mebibytes(external)}`,
  );
}
const { second, last } = quartersOf(held);
console.log(`resident without types: ${mebibytes(second)} in the second quarter, ${mebibytes(last)} in the last one`);
if (!isFlat({ second, last }, TOLERANCE)) process.exitCode = 1;
