/**
 * Runs one random guest on the interpreter and on the translator, side by side, under a random policy and with what can go wrong
 * injected: accesses that are refused, runs of odd lengths, flushes of the TLB, interrupts, few modules.
 */
import type { CoreCode, TranslatorStatistics } from '../../src/index.ts';
import { assembleGuest, type GuestMode, placeGuest } from './bare-guest.ts';
import { memoryDifferences, stateDifferences } from './lockstep.ts';
import { Random } from './random.ts';
import { randomGuest } from './random-guest.ts';
import { LEGACY_MODES, randomGuest32 } from './random-guest-32.ts';

/** More than a guest ever needs: it counts its own end. */
const MOST_INSTRUCTIONS = 3_000_000n;

export interface RandomRun {
  readonly instructions: number;
  readonly statistics: TranslatorStatistics;
  /** What differed, and where; empty = nothing. */
  readonly differences: readonly string[];
}

/** The guest and all chances of a run follow from the seed. */
export function runRandomGuest(code: CoreCode, seed: number): RandomRun {
  const random = new Random(seed);
  const mode = random.of<GuestMode>(['64-bit', '64-bit', ...LEGACY_MODES]);
  const source = mode === '64-bit' ? randomGuest(random) : randomGuest32(random, mode);
  const program = assembleGuest(source, mode);
  const refuseOneIn = random.of([0, 0, 2, 7, 100]);
  const refusals = new Random(seed + 1);
  // Few modules and few entries together mean that everything is always compiled anew.
  const modules = random.of([2, 20, 2000]);
  const policy = {
    entries: random.of(modules < 2000 ? [10, 40, 300] : [1, 2, 5, 40, 300]),
    blocks: random.of([1, 2, 5, 16, 250]),
    modules,
    moduleCost: random.of([0, 0, 1000, 50_000]),
    instructionCost: random.of([0, 60]),
  };
  const plain = placeGuest(code, program, { jit: false });
  const translated = placeGuest(code, program, {
    jit: random.of(['force', 'auto']),
    translatorHooks: { policy, refusesAccess: () => refuseOneIn > 0 && refusals.oneIn(refuseOneIn) },
  });
  const longest = random.of([3, 50, 1000, 20_000, 1_000_000]);
  let differences: string[] = [];
  const end = (): RandomRun => ({
    instructions: Number(plain.instructions),
    statistics: translated.translator as TranslatorStatistics,
    differences,
  });
  for (let slice = 0; plain.instructions < MOST_INSTRUCTIONS; slice++) {
    const budget = 1 + random.below(longest);
    const exits = [plain.run(budget), translated.run(budget)];
    if (exits[0] !== exits[1]) differences.push(`exit: interpreter ${exits[0]}, translated ${exits[1]}`);
    differences.push(...stateDifferences(plain, translated));
    const isLast = exits[0] !== 'budget';
    if (isLast || slice % 64 === 0) differences.push(...memoryDifferences(plain, translated));
    if (differences.length > 0) {
      const where = `seed ${seed}, ${mode}, slice ${slice} of ${budget}, ${JSON.stringify({ policy, refuseOneIn })}`;
      differences = [where, ...differences.slice(0, 8)];
      return end();
    }
    if (isLast) {
      const failed = translated.translator?.failedCompilations ?? 0;
      if (failed > 0) differences.push(`seed ${seed}: the host could not compile ${failed} modules`);
      return end();
    }
    if (random.oneIn(10)) for (const core of [plain, translated]) core.setInterruptLine(true);
    // Any write of a register flushes the TLB.
    if (random.oneIn(40)) for (const core of [plain, translated]) core.registers.set('cr2', 0n);
  }
  return end();
}
