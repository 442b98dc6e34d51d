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
import { setFlagsFromString } from 'node:v8';
import { loadEngine } from '../bench/engine.ts';
import { startEndless, sumOver } from './endless.ts';
import { isFlat, keptTypesBytes, quartersOf } from './flatness.ts';
import { collectGarbage, mebibytes } from './process-memory.ts';

const NAMES = ['cold_code', 'generate', 'sort', 'text', 'pixels'];
/** Instructions of one turn. */
const TURN = 1e6;
/** All code is translated early, into few modules. */
const POLICY = { entries: 16, moduleCost: 0, instructionCost: 0, blocks: 32, modules: 40 };
/** What quarters may differ by: memory that is free in the allocator stays resident, in pieces that change. */
const TOLERANCE = 1.05;

setFlagsFromString('--no-wasm-lazy-compilation');
const minutes = Number(process.argv[2] ?? 10);
const code = await loadEngine('jit');
const endless = NAMES.map((name) => startEndless(name, code, POLICY));

/** What the process held after each turn, in bytes, without types. */
const held: number[] = [];
const end = Date.now() + minutes * 60_000;
while (Date.now() < end) {
  for (const { machine } of endless) await machine.run(undefined, { instructions: TURN });
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const regions = sumOver(endless, (core) => core.translator?.regions);
  const types = keptTypesBytes(process.versions.v8, regions);
  held.push(rss - types);
  const drops = sumOver(endless, (core) => core.translator?.dropsOfAll);
  console.log(
    `${String(regions).padStart(8)} regions, forgotten ${String(drops).padStart(6)} times: resident ${mebibytes(rss)}, of it types ${mebibytes(types)}, heap ${mebibytes(heapUsed)}, external ${mebibytes(external)}`,
  );
}
const { second, last } = quartersOf(held);
console.log(`resident without types: ${mebibytes(second)} in the second quarter, ${mebibytes(last)} in the last one`);
if (!isFlat({ second, last }, TOLERANCE)) process.exitCode = 1;
