/** The bench's result as text and as data. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release } from 'node:os';
import type { GuestGroup, Runner } from './guests.ts';
import { RATIOS, type Ratio, type RatioName, type Row } from './measure.ts';
import { geometricMean } from './statistics.ts';

/** Under what conditions a run was made. */
export interface Conditions {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Absent where QEMU is not installed or was not asked for. */
  readonly qemu?: string;
  readonly rounds: number;
  /** One-minute load averages before and after. */
  readonly loadAverage: readonly number[];
}

/** All that a run produced. */
export interface Report {
  readonly conditions: Conditions;
  readonly rows: readonly Row[];
  readonly geometricMeans: readonly Means[];
}

/** Geometric means of a group's ratios. */
export interface Means {
  readonly group: GuestGroup;
  readonly ratios: Readonly<Partial<Record<RatioName, number>>>;
}

const RATIO_NAMES = Object.keys(RATIOS) as RatioName[];

/** How tables call the runners. */
const RUNNER_LABELS: Readonly<Record<Runner, string>> = { jit: 'jit', interpreter: 'Wasm', js: 'JS', qemu: 'QEMU' };

/** The host's part of the conditions. */
export function hostConditions(): Pick<Conditions, 'cpu' | 'cores' | 'system' | 'node' | 'v8'> {
  // Virtual machines often hide the model's name from Node; the kernel's own text has at least family and model.
  const model = cpus()[0]?.model ?? 'unknown';
  const text = platform() === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const number = (field: string): string => text.match(new RegExp(`^${field}\\s*: (.*)$`, 'm'))?.[1] ?? '?';
  const identification = text === '' ? '' : ` (family ${number('cpu family')} model ${number('model')})`;
  return {
    cpu: `${model.trim()}${identification}`,
    cores: cpus().length,
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/** The one-minute load average now. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

/** Geometric means of each group that has rows. */
export function means(rows: readonly Row[]): readonly Means[] {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups.map((group) => {
    const members = rows.filter((row) => row.group === group);
    const ratios = RATIO_NAMES.flatMap((ratio) => {
      const values = members.flatMap((row) => row.ratios[ratio] ?? []);
      return values.length === 0 ? [] : [[ratio, geometricMean(values)] as const];
    });
    return { group, ratios: Object.fromEntries(ratios) };
  });
}

const cell = (value: number | undefined, digits: number): string => (value === undefined ? '-' : value.toFixed(digits));
const millions = (value: number | undefined): string => cell(value === undefined ? undefined : value / 1e6, 1);

/** The report as a table in Markdown. */
export function formatReport({ conditions, rows, geometricMeans }: Report): string {
  const { cpu, cores, system, node, v8, qemu, rounds, loadAverage } = conditions;
  const runners = (Object.keys(RUNNER_LABELS) as Runner[]).filter((runner) =>
    rows.some((row) => row.instructionsPerSecond[runner] !== undefined),
  );
  const shown = RATIO_NAMES.filter((ratio) => rows.some((row) => row.ratios[ratio] !== undefined));
  const ratios = (row: Row | Means): string[] => shown.map((ratio) => cell(row.ratios[ratio], 2));
  const table = [
    [
      'guest',
      'group',
      ...runners.map((runner) => `${RUNNER_LABELS[runner]} MIPS`),
      ...shown.map((ratio) => (RATIOS[ratio] as Ratio).label),
    ],
    ...rows.map((row) => [
      row.name,
      row.group,
      ...runners.map((runner) => millions(row.instructionsPerSecond[runner])),
      ...ratios(row),
    ]),
    ...geometricMeans.map((group) => ['geometric mean', group.group, ...runners.map(() => ''), ...ratios(group)]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const lines = table.map(
    (line) => `| ${line.map((text, i) => (i < 2 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(' | ')} |`,
  );
  const rule = `|${widths.map((width, i) => (i < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [
    `CPU ${cpu}, ${cores} cores; ${system}; Node ${node} (V8 ${v8}); ${qemu === undefined ? 'no QEMU' : `QEMU ${qemu} TCG`}`,
    `${rounds} interleaved rounds; load average ${loadAverage.join(' before, ')} after; CPU time, medians over the rounds`,
    'MIPS: millions of guest instructions per second. Ratios: of times for the same instructions (lower is better for the first named).',
    '',
    lines[0],
    rule,
    ...lines.slice(1),
  ].join('\n');
}
