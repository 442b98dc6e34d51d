/** The goals that translated code has, and what a run says about them. */
import type { GuestGroup, Runner } from './guests.ts';
import type { RatioName, Row } from './measure.ts';
import { geometricMean } from './statistics.ts';

/** A goal and what was measured; lower is better. */
export interface Goal {
  readonly goal: string;
  readonly atMost: number;
  readonly measured: number;
  /** The guest that decides, where it is the worst one. */
  readonly guest?: string;
}

type Measured = Pick<Goal, 'measured' | 'guest'> | undefined;

function mean(rows: readonly Row[], ratio: RatioName, groups: readonly GuestGroup[]): Measured {
  const values = rows.flatMap((row) => (groups.includes(row.group) ? (row.ratios[ratio] ?? []) : []));
  return values.length === 0 ? undefined : { measured: geometricMean(values) };
}

function worst(rows: readonly Row[], ratio: RatioName): Measured {
  const candidates = rows.flatMap(({ name, ratios }) =>
    ratios[ratio] === undefined ? [] : [{ guest: name, measured: ratios[ratio] }],
  );
  return candidates.sort((a, b) => b.measured - a.measured)[0];
}

function onlyOf(rows: readonly Row[], name: string, ratio: RatioName): Measured {
  const measured = rows.find((row) => row.name === name)?.ratios[ratio];
  return measured === undefined ? undefined : { measured };
}

/** Time of one guest over that of another for the same number of instructions. */
function pair(rows: readonly Row[], name: string, reference: string, runner: Runner): Measured {
  const rate = (guest: string) => rows.find((row) => row.name === guest)?.instructionsPerSecond[runner];
  const [slow, fast] = [rate(name), rate(reference)];
  return slow === undefined || fast === undefined ? undefined : { measured: fast / slow };
}

/** All goals about which `rows` say something. */
export function judge(rows: readonly Row[]): readonly Goal[] {
  const goals: readonly (readonly [string, number, Measured])[] = [
    ['mean over compute, time over QEMU', 0.7, mean(rows, 'jitOverQemu', ['compute'])],
    ['mean over float, time over QEMU', 0.3, mean(rows, 'jitOverQemu', ['float'])],
    ['mean over system, time over QEMU', 0.5, mean(rows, 'jitOverQemu', ['system'])],
    ['slowest guest, time over QEMU', 1.5, worst(rows, 'jitOverQemu')],
    ['cold: mean over compute and float, time over QEMU', 1.2, mean(rows, 'coldOverQemu', ['compute', 'float'])],
    [
      'page boundary between instructions of a loop, time over the loop without',
      1.3,
      pair(rows, 'page_across', 'page_inside', 'jit'),
    ],
    [
      'page boundary inside an instruction of a loop, time over the loop without',
      1.3,
      pair(rows, 'page_split', 'page_inside', 'jit'),
    ],
    ['much cold code, time over the interpreter alone', 1, onlyOf(rows, 'cold_code', 'jitOverInterpreter')],
    ['mean over compute, time over native', 2.2, mean(rows, 'jitOverNative', ['compute'])],
    ['mean over compute, time over v86', 0.4, mean(rows, 'jitOverV86', ['compute'])],
    ['slowest guest, time over v86', 1, worst(rows, 'jitOverV86')],
  ];
  return goals.flatMap(([goal, atMost, measured]) => (measured ? [{ goal, atMost, ...measured }] : []));
}
