/**
 * Whether the host's memory stays flat while mixed guests run for long, as `longmode` runs them: `npm run endurance -- [--minutes 60]`.
 * All guests of the bench run in turns in one process, each to its end on a machine of its own, which must produce what it always
 * does. Between them a few endless guests go on, on machines that live as long as the process.
 *
 * Four times a minute a line says what is resident: before a collection of garbage, which is what a user sees and depends on when V8
 * collects, and behind it, which is what the process holds. Exit code 1 if either has grown in the last quarter of the run, compared
 * with the second one. The first quarter is no part of that: V8 fills its timers (flatness.ts), endless guests touch their RAM, and the
 * allocator's arenas of V8's compiler threads grow to what the largest regions need. On a busy computer that takes ten minutes.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Machine } from '@longmode/machine';
import { loadEngine } from '../bench/engine.ts';
import { expectedOf, readExpected } from '../bench/expected.ts';
import { bootGuest, runToExit } from '../bench/guest-machine.ts';
import { IMAGE_PATHS } from '../bench/guests/build.ts';
import { guests } from '../bench/guests.ts';
import { startEndless, sumOver } from './endless.ts';
import { isFlat, keptTypesBytes, quartersOf, TIMER_MINUTES } from './flatness.ts';
import { collectGarbage, mebibytes } from './process-memory.ts';

/** Guests of the machines that stay: code that changes, code that hardly repeats, code that soon is all translated. */
const ENDLESS_NAMES = ['generate', 'cold_code', 'patch', 'sort', 'pixels', 'screen'];
/**
 * Like the product's, but with few modules. With 2000, guests that keep making regions forget all of them once in an hour, and until then
 * each is held, with 25 kB and its code: no leak, but it grows for as long. With 30 that is a small wave many times in each quarter.
 */
const ENDLESS_POLICY = { modules: 30 };
/** Instructions of each endless guest in one turn. */
const TURN = 2e7;
const SAMPLE_MILLISECONDS = 15_000;
/** What quarters may differ by. */
const HELD_TOLERANCE = 1.04;
const USED_TOLERANCE = 1.1;
/** So that no quarter that is compared begins before V8's timers have filled up. */
const MINUTES_AT_LEAST = 4 * TIMER_MINUTES;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const minutes = Number(values.minutes);
if (!(minutes >= MINUTES_AT_LEAST)) {
  console.error(
    `expected --minutes N, N at least ${MINUTES_AT_LEAST}: flat is what does not grow after the first quarter`,
  );
  process.exit(2);
}

const code = await loadEngine('jit');
const kernel = readFileSync(IMAGE_PATHS['x86-64']);
const expected = readExpected();
const start = (name: string, size: number): Promise<Machine> => bootGuest(kernel, code, 'jit', { name, size });
const endless = ENDLESS_NAMES.map((name) => startEndless(name, code, ENDLESS_POLICY));
/** Of the machines that are gone. */
let regions = 0;
let runs = 0;
let failed = 0;

/** Regions of all machines so far: modules that V8 has compiled. */
const allRegions = (): number => regions + sumOver(endless, (core) => core.translator?.regions);

async function runFresh(name: string, size: number): Promise<void> {
  await using machine = await start(name, size);
  const { checksum, instructions } = await runToExit(machine);
  const wanted = expectedOf(expected, name, 'cold');
  if (checksum !== wanted.checksum || instructions !== wanted.instructions) {
    throw new Error(
      `${name} printed ${checksum} after ${instructions} instructions, expected was ${JSON.stringify(wanted)}`,
    );
  }
  runs++;
  regions += machine.translator?.regions ?? 0;
  failed += machine.translator?.failedCompilations ?? 0;
}

/** What was resident, in bytes, before collections of garbage and behind them. */
const used: number[] = [];
const held: number[] = [];
const began = Date.now();
let sampled = began;

/**
 * The memory of the machine that has ended last may be unmapped only after the next one has come, and guests touch between 10 and 60 MiB of
 * it. This one touches little.
 */
async function leaveSmallMachine(): Promise<void> {
  await collectGarbage();
  await using machine = await start('empty', 0);
  await runToExit(machine);
}

async function sample(): Promise<void> {
  const before = process.memoryUsage.rss();
  await leaveSmallMachine();
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const kept = keptTypesBytes(process.versions.v8, allRegions());
  used.push(before - kept);
  held.push(rss - kept);
  const minute = ((Date.now() - began) / 60_000).toFixed(1).padStart(5);
  console.log(
    `${minute} min, ${String(runs).padStart(6)} guests, ${String(allRegions()).padStart(7)} regions: resident ${mebibytes(before)}, ` +
      `held ${mebibytes(rss)}, of it heap ${mebibytes(heapUsed)}, types ${mebibytes(kept)}; external ${mebibytes(external)}`,
  );
}

while (Date.now() < began + minutes * 60_000) {
  for (const { name, sizes } of guests) {
    await runFresh(name, sizes.cold);
    const next = endless[runs % endless.length];
    await next?.machine.run(undefined, { instructions: TURN });
    if (Date.now() < sampled + SAMPLE_MILLISECONDS) continue;
    await sample();
    sampled = Date.now();
  }
}

for (const [what, samples, tolerance] of [
  ['resident', used, USED_TOLERANCE],
  ['held', held, HELD_TOLERANCE],
] as const) {
  const quarters = quartersOf(samples);
  const verdict = isFlat(quarters, tolerance) ? 'flat' : `more than ${tolerance} times as much`;
  console.log(
    `${what} without types: ${mebibytes(quarters.second)} in the second quarter, ${mebibytes(quarters.last)} in the last one: ${verdict}`,
  );
  if (!isFlat(quarters, tolerance)) process.exitCode = 1;
}
failed += sumOver(endless, (core) => core.translator?.failedCompilations);
if (failed > 0) {
  console.log(`the host could not compile ${failed} modules`);
  process.exitCode = 1;
}
