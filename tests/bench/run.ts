/**
 * `npm run bench`: the speed of translated code, of both engines, and of others who run the same guests, in one interleaved run.
 * A run that computes a wrong checksum or another number of instructions than the reviewed table fails.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeDocs } from './docs.ts';
import type { Pages } from './engine.ts';
import { updateExpected } from './expected.ts';
import { judge } from './goals.ts';
import { guests, type Runner } from './guests.ts';
import { measure } from './measure.ts';
import { nativeCompiler } from './native.ts';
import { qemuVersion } from './qemu.ts';
import { formatReport, hostConditions, load, means, type Report } from './report.ts';
import { v86Version } from './v86.ts';

/** What `--runner` takes, and whom it stands for. */
const CHOICES = {
  jit: ['jit'],
  interpreter: ['interpreter'],
  js: ['js'],
  qemu: ['qemu'],
  native: ['native'],
  v86: ['v86'],
  cold: ['jit_cold', 'qemu_cold'],
  node24: ['node24'],
  chromium: ['chromium'],
} as const satisfies Record<string, readonly Runner[]>;

type Choice = keyof typeof CHOICES;
const ALL = Object.keys(CHOICES) as Choice[];

const USAGE = `usage: npm run bench -- [options]
  --runner RUNNER   this runner only; may be given several times: jit, interpreter, js, qemu, native, v86, cold
                    (translated code and QEMU with little work, each in a fresh process), node24, or chromium
                    (translated code in Node 24, which npx fetches, and in headless Chromium)
                    (default: jit, interpreter, js, qemu)
  --engine ENGINE   short for --runner ENGINE --runner qemu
  --all             all runners
  --quick           short for --engine jit --rounds 1
  --no-qemu         leave QEMU out
  --only NAME       this guest only; may be given several times
  --rounds N        interleaved rounds, 1 to 100 (default 3)
  --pages SIZE      2m or 4k: the pages with which the guests map their memory (default 2m)
  --json FILE       write the result as JSON, too
  --write-docs      write the result to docs/performance.md, too
  --list            list the guests
  --update          rebuild the images (needs gcc) and the table of expected results, or with --only some of its rows`;

/** A wrong command line: printed without a stack. */
class UsageError extends Error {}

/** Finds `value` among `choices`. @throws UsageError if it is not there */
function choose<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new UsageError(`${option} ${value}: expected one of ${choices.join(', ')}`);
  return found;
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        runner: { type: 'string', multiple: true, default: [] },
        engine: { type: 'string', multiple: true, default: [] },
        all: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        'no-qemu': { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        pages: { type: 'string', default: '2m' },
        json: { type: 'string' },
        'write-docs': { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        update: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Whom the command line asks for, in the order in which they run and are listed. */
function chosenRunners(options: ReturnType<typeof readOptions>): Set<Runner> {
  const named = [
    ...options.runner.map((runner) => choose('--runner', runner, ALL)),
    ...options.engine.map((engine) => choose('--engine', engine, ['jit', 'interpreter', 'js'] as const)),
    ...(options.quick && options.engine.length === 0 ? ['jit' as const] : []),
    ...(options.quick || options.engine.length > 0 ? ['qemu' as const] : []),
  ];
  const chosen: readonly Choice[] = options.all ? ALL : named.length > 0 ? named : ['jit', 'interpreter', 'js', 'qemu'];
  return new Set(ALL.filter((choice) => chosen.includes(choice)).flatMap((choice) => CHOICES[choice]));
}

async function bench(): Promise<void> {
  const options = readOptions();
  const progress = (line: string): void => console.error(line);
  if (options.help) return console.log(USAGE);
  if (options.list) return console.log(guests.map(({ name, group }) => `${name} (${group})`).join('\n'));

  const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new UsageError(`--rounds ${options.rounds}: expected a whole number from 1 to 100`);
  }
  const pages: Pages = choose('--pages', options.pages, ['2m', '4k']);
  const names = guests.map(({ name }) => name);
  const only = options.only?.map((name) => choose('--only', name, names)) ?? names;
  if (options.update) return updateExpected(only, progress);

  const runners = chosenRunners(options);
  const qemu = options['no-qemu'] ? undefined : qemuVersion();
  if (qemu === undefined) {
    for (const runner of ['qemu', 'qemu_cold'] as const) {
      if (runners.delete(runner)) {
        progress(`without ${runner}: qemu-system-x86_64 or bash is not installed, or --no-qemu was given`);
      }
    }
  }
  const compiler = runners.has('native') ? nativeCompiler() : undefined;
  if (compiler === undefined && runners.delete('native')) {
    progress('without native: this is no x86-64 machine, or gcc or bash is not installed');
  }

  const loadBefore = load();
  const rows = await measure(
    { guests: guests.filter(({ name }) => only.includes(name)), runners: [...runners], rounds, pages },
    progress,
  );
  const report: Report = {
    conditions: {
      ...hostConditions(),
      ...(runners.has('qemu') && qemu !== undefined && { qemu }),
      ...(compiler !== undefined && { gcc: compiler }),
      ...(runners.has('v86') && { v86: v86Version() }),
      rounds,
      pages,
      loadAverage: [loadBefore, load()],
    },
    rows,
    geometricMeans: means(rows),
    goals: judge(rows),
  };
  console.log(formatReport(report));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options['write-docs']) writeDocs(report);
}

try {
  await bench();
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof UsageError ? `bench: ${error.message}\n${USAGE}` : error);
}
