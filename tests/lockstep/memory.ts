/**
 * Whether the host's memory stays flat while guests make the translator compile and forget regions:
 * `tsx tests/lockstep/memory.ts [minutes]`. Some guests of the bench, as endless as their sizes allow, run in turns in one process,
 * each on a processor with so few modules that all of its regions are forgotten again and again. After every turn and a collection
 * of garbage the process tells what it holds. Exit code 1 if that is more in the last quarter of the run than in the second one.
 */

import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CpuCore } from '@longmode/cpu-wasm';
import { loadImage } from '@longmode/loader';
import { PcMachine } from '../../packages/machine/src/machine.ts';
import { loadEngine } from '../bench/engine.ts';
import { commandLine } from '../bench/guest-machine.ts';
import { IMAGE_PATHS } from '../bench/guests/build.ts';
import { median } from '../bench/statistics.ts';

const NAMES = ['cold_code', 'generate', 'sort', 'text', 'pixels'];
const ENDLESS = 1e9;
const MEMORY_BYTES = 32 * 2 ** 20;
/** Instructions of one turn. */
const TURN = 1e6;
/** All code is translated early, into few modules. */
const POLICY = { entries: 16, moduleCost: 0, instructionCost: 0, blocks: 32, modules: 40 };
/** What quarters may differ by: V8 frees the code of dead modules when it likes. */
const TOLERANCE = 1.05;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const minutes = Number(process.argv[2] ?? 3);
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
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1).padStart(7)} MiB`;

/** What the process held after each turn. */
const held: number[] = [];
const end = Date.now() + minutes * 60_000;
while (Date.now() < end) {
  for (const machine of machines) await machine.run(undefined, { instructions: TURN });
  // What one turn of the event loop has finished with can go in the next one.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  held.push(rss);
  const regions = sum((core) => core.translator?.regions);
  const drops = sum((core) => core.translator?.dropsOfAll);
  console.log(
    `${String(regions).padStart(8)} regions, forgotten ${String(drops).padStart(6)} times: resident ${mebibytes(rss)}, heap ${mebibytes(heapUsed)}, external ${mebibytes(external)}`,
  );
}
const quarter = held.length >> 2;
const [second, last] = [median(held.slice(quarter, 2 * quarter)), median(held.slice(-quarter))];
console.log(`resident in the second quarter ${mebibytes(second)}, in the last one ${mebibytes(last)}`);
if (last > second * TOLERANCE) process.exitCode = 1;
