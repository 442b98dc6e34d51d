/** The bench's result as text and as data. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release } from 'node:os';
import type { Pages } from './engine.ts';
import type { Goal } from './goals.ts';
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
  /** Compiler of the native program, likewise. */
  readonly gcc?: string;
  /** Likewise. */
  readonly v86?: string;
  /** Likewise. */
  readonly chromium?: string;
  readonly rounds: number;
  readonly pages: Pages;
  /** One-minute load averages before and after. */
  readonly loadAverage: readonly number[];
}

/** All that a run produced. */
export interface Report {
  readonly conditions: Conditions;
  readonly rows: readonly Row[];
  readonly geometricMeans: readonly Means[];
  readonly goals: readonly Goal[];
}

/** Geometric means of a group's ratios. */
export interface Means {
  readonly group: GuestGroup;
  readonly ratios: Readonly<Partial<Record<RatioName, number>>>;
}

const RATIO_NAMES = Object.keys(RATIOS) as RatioName[];

/** How tables call the runners. */
const RUNNER_LABELS: Readonly<Record<Runner, string>> = {
  jit: 'jit',
  interpreter: 'Wasm',
  js: 'JS',
  qemu: 'QEMU',
  native: 'native',
  v86: 'v86',
  jit_i386: '32-bit jit',
  interpreter_i386: '32-bit Wasm',
  jit_cold: 'cold jit',
  qemu_cold: 'cold QEMU',
  node24: 'Node 24',
  chromium: 'Chromium',
};

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

/** A table in Markdown, its columns aligned: the first `leftColumns` to the left. */
function markdownTable(table: readonly (readonly string[])[], leftColumns: number): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const pad = (text: string, i: number): string =>
    i < leftColumns ? text.padEnd(widths[i]!) : text.padStart(widths[i]!);
  const lines = table.map((line) => `| ${line.map(pad).join(' | ')} |`);
  const rules = widths.map((width, i) => (i < leftColumns ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`));
  return [lines[0], `|${rules.join('|')}|`, ...lines.slice(1)].join('\n');
}

/** Rates and ratios of all guests, and the means. */
export function formatTable({ rows, geometricMeans }: Pick<Report, 'rows' | 'geometricMeans'>): string {
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
  return markdownTable(table, 2);
}

/** The goals as a table. */
export function formatGoals(goals: readonly Goal[]): string {
  const rows = goals.map(({ goal, atMost, measured, guest }) => [
    guest === undefined ? goal : `${goal} (${guest})`,
    measured <= atMost ? 'reached' : 'missed',
    cell(atMost, 2),
    cell(measured, 2),
  ]);
  return markdownTable([['goal', '', 'at most', 'measured'], ...rows], 2);
}

/** How busy the computer was. */
export const loadText = ({ loadAverage }: Conditions): string => `load average ${loadAverage.join(' before, ')} after`;

/** Under what conditions a run was made, in lines. */
export function formatConditions(conditions: Conditions): readonly string[] {
  const { cpu, cores, system, node, v8, qemu, gcc, v86, chromium, rounds, pages } = conditions;
  const peers = [
    ...(qemu === undefined ? [] : [`QEMU ${qemu} TCG`]),
    ...(gcc === undefined ? [] : [`gcc ${gcc}`]),
    ...(v86 === undefined ? [] : [`v86 ${v86}`]),
    ...(chromium === undefined ? [] : [`Chromium ${chromium}`]),
  ];
  return [
    `CPU ${cpu}, ${cores} cores; ${system}`,
    [`Node ${node} (V8 ${v8})`, ...peers].join('; '),
    `${rounds === 1 ? 'one round' : `${rounds} interleaved rounds, medians`}; guests in pages of ${pages === '4k' ? '4 KiB' : '2 MiB'}; ${loadText(conditions)}`,
  ];
}

/** The whole report as text. */
export function formatReport(report: Report): string {
  const ratios =
    'MIPS: millions of guest instructions per second of CPU time. Ratios: of times for the same instructions.';
  const goals = report.goals.length === 0 ? [] : ['', formatGoals(report.goals)];
  return [...formatConditions(report.conditions), ratios, '', formatTable(report), ...goals].join('\n');
}
