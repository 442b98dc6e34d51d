/**
 * One interleaved run: in each round every guest is executed by every runner, one right after the other, so that a busy host
 * slows them alike. Ratios are taken inside a round; their median over the rounds is what is reported.
 */
import type { CoreCode, Engine } from '@longmode/machine';
import { loadEngine, runOnEngine } from './engine.ts';
import { expectedOf, readExpected } from './expected.ts';
import type { Guest, GuestGroup, Runner, SizeName } from './guests.ts';
import { runOnQemu } from './qemu.ts';
import { median } from './statistics.ts';

/** What to measure. */
export interface Plan {
  readonly guests: readonly Guest[];
  readonly runners: readonly Runner[];
  readonly rounds: number;
}

/** What came out for one guest. */
export interface Row {
  readonly name: string;
  readonly group: GuestGroup;
  /** Guest instructions per second of CPU time, median over the rounds; absent for a runner that did not run. */
  readonly instructionsPerSecond: Readonly<Partial<Record<Runner, number>>>;
  /** Time of the JS engine over time of the Wasm interpreter for the same instructions. */
  readonly jsOverInterpreter?: number;
  /** Time over QEMU's time for the same instructions. */
  readonly interpreterOverQemu?: number;
  readonly jsOverQemu?: number;
}

/** QEMU's start-up is measured this often before anything else. */
const EMPTY_RUNS = 5;

/** Measures. @throws if a checksum or an instruction count is not the expected one */
export async function measure(plan: Plan, log: (line: string) => void): Promise<readonly Row[]> {
  const table = readExpected();
  const codes = new Map<Engine, CoreCode>();
  for (const runner of plan.runners) if (runner !== 'qemu') codes.set(runner, await loadEngine(runner));

  function check(what: string, found: unknown, expected: unknown): void {
    if (found !== expected) throw new Error(`wrong result: ${what}: expected ${expected}, found ${found}`);
  }

  async function runEngine(engine: Engine, name: string, sizeName: SizeName): Promise<number> {
    const expected = expectedOf(table, name, sizeName);
    const run = await runOnEngine(engine, codes.get(engine)!, name, expected.size);
    check(`checksum of ${name} on ${engine}`, run.checksum, expected.checksum);
    check(`instructions of ${name} on ${engine}`, run.instructions, expected.instructions);
    return run.cpuSeconds;
  }

  // Every guest once at its tiny size: wrong results show at once, and V8 has compiled the core before the clock runs.
  for (const engine of codes.keys()) for (const { name } of plan.guests) await runEngine(engine, name, 'test');
  const startUps = plan.runners.includes('qemu')
    ? Array.from({ length: EMPTY_RUNS }, () => runOnQemu('empty', 0).cpuSeconds)
    : [0];
  const qemuStartSeconds = median(startUps);

  async function cpuSeconds(runner: Runner, name: string): Promise<number> {
    if (runner !== 'qemu') return runEngine(runner, name, runner);
    const expected = expectedOf(table, name, 'qemu');
    const run = runOnQemu(name, expected.size);
    check(`checksum of ${name} on QEMU`, run.checksum, expected.checksum);
    return Math.max(run.cpuSeconds - qemuStartSeconds, 1e-3);
  }

  const rates = new Map<string, Partial<Record<Runner, number>>[]>();
  for (let round = 1; round <= plan.rounds; round++) {
    for (const { name } of plan.guests) {
      const rate: Partial<Record<Runner, number>> = {};
      for (const runner of plan.runners) {
        rate[runner] = expectedOf(table, name, runner).instructions / (await cpuSeconds(runner, name));
      }
      rates.set(name, [...(rates.get(name) ?? []), rate]);
      const shown = plan.runners.map((runner) => `${runner} ${Math.round((rate[runner] ?? 0) / 1e6)}`);
      log(`round ${round}/${plan.rounds} ${name}: ${shown.join(', ')} million instructions per second`);
    }
  }
  return plan.guests.map(({ name, group }) => summarize(name, group, plan.runners, rates.get(name) ?? []));
}

/** Medians of one guest. */
function summarize(
  name: string,
  group: GuestGroup,
  runners: readonly Runner[],
  rounds: readonly Partial<Record<Runner, number>>[],
): Row {
  const timeRatio = (runner: Runner, reference: Runner): number | undefined =>
    runners.includes(runner) && runners.includes(reference)
      ? median(rounds.map((rate) => rate[reference]! / rate[runner]!))
      : undefined;
  const jsOverInterpreter = timeRatio('js', 'interpreter');
  const interpreterOverQemu = timeRatio('interpreter', 'qemu');
  const jsOverQemu = timeRatio('js', 'qemu');
  return {
    name,
    group,
    instructionsPerSecond: Object.fromEntries(
      runners.map((runner) => [runner, median(rounds.map((rate) => rate[runner]!))]),
    ),
    ...(jsOverInterpreter !== undefined && { jsOverInterpreter }),
    ...(interpreterOverQemu !== undefined && { interpreterOverQemu }),
    ...(jsOverQemu !== undefined && { jsOverQemu }),
  };
}
