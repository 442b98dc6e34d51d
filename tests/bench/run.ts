/**
 * `npm run bench`: the speed of translated code, of both engines, and of others who run the same guests, in one interleaved run.
 * A run that computes a wrong checksum or another number of instructions than the reviewed table fails.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromiumPath, chromiumVersion } from './chromium.ts';
import { writeDocs } from './docs.ts';
import type { Pages } from './engine.ts';
import { updateExpected } from './expected.ts';
import { judge } from './goals.ts';
import { guests, type Runner } from './guests.ts';
import { measure, type Plan } from './measure.ts';
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
  i386: ['jit_i386', 'interpreter_i386'],
  cold: ['jit_cold', 'qemu_cold'],
  node24: ['node24'],
  chromium: ['chromium'],
} as const satisfies Record<string, readonly Runner[]>;

type Choice = keyof typeof CHOICES;
const ALL = Object.keys(CHOICES) as Choice[];

const USAGE = `usage: npm run bench -- [options]
  --runner RUNNER   this runner only; may be given several times: jit, interpreter, js, qemu, native, v86, i386
                    (translated code and the interpreter with the 32-bit image, which v86 gets), cold (translated
                    code and QEMU with little work, each in a fresh process), node24, or chromium (translated code
                    in Node 24, which npx fetches, and in headless Chromium)
                    (default: jit, interpreter, js, qemu)
  --engine ENGINE   short for --runner ENGINE --runner qemu
  --all             all runners
  --quick           short for --engine jit --rounds 1
  --no-qemu         leave QEMU out
  --only NAME       this guest only; may be given several times
  --rounds N        interleaved rounds, 1 to 100 (default 3)
  --pages SIZE      2m or 4k: the pages with which the guests map their memory (default 2m)
  --json FILE       write the result as JSON, too
  --write-docs      --all, and the same with small pages, into docs/performance.md
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

const progress = (line: string): void => console.error(line);

/** Those of the runners that are installed here. */
function available(runners: readonly Runner[], isWithoutQemu: boolean): readonly Runner[] {
  const qemu = isWithoutQemu
    ? '--no-qemu was given'
    : qemuVersion()
      ? undefined
      : 'qemu-system-x86_64 or bash is missing';
  const reasons: Partial<Record<Runner, string | undefined>> = {
    qemu,
    qemu_cold: qemu,
    native: nativeCompiler() ? undefined : 'this is no x86-64 computer, or gcc or bash is missing',
    chromium: chromiumPath ? undefined : 'there is no Chromium, or CHROMIUM does not name it',
  };
  return runners.filter((runner) => {
    if (reasons[runner] !== undefined) progress(`without ${runner}: ${reasons[runner]}`);
    return reasons[runner] === undefined;
  });
}

/** Whom the command line asks for, in the order in which they run and are listed. */
function chosenRunners(options: ReturnType<typeof readOptions>): readonly Runner[] {
  const named = [
    ...options.runner.map((runner) => choose('--runner', runner, ALL)),
    ...options.engine.map((engine) => choose('--engine', engine, ['jit', 'interpreter', 'js'] as const)),
    ...(options.quick && options.engine.length === 0 ? ['jit' as const] : []),
    ...(options.quick || options.engine.length > 0 ? ['qemu' as const] : []),
  ];
  const chosen: readonly Choice[] =
    options.all || options['write-docs'] ? ALL : named.length > 0 ? named : ['jit', 'interpreter', 'js', 'qemu'];
  const runners = ALL.filter((choice) => chosen.includes(choice)).flatMap(
    (choice): readonly Runner[] => CHOICES[choice],
  );
  return available(runners, options['no-qemu']);
}

async function bench(): Promise<void> {
  const options = readOptions();
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

  const chosen = guests.filter(({ name }) => only.includes(name));
  const report = await measured({ guests: chosen, runners: chosenRunners(options), rounds, pages });
  console.log(formatReport(report));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (!options['write-docs']) return;
  writeDocs(report);
  writeDocs(
    report,
    await measured({ guests: chosen, runners: available(['jit', 'qemu'], false), rounds, pages: '4k' }),
  );
}

/** Measures, with the conditions of the measurement. */
async function measured(plan: Plan): Promise<Report> {
  const has = (runner: Runner): boolean => plan.runners.includes(runner);
  const [qemu, gcc] = [has('qemu') ? qemuVersion() : undefined, has('native') ? nativeCompiler() : undefined];
  const loadBefore = load();
  const rows = await measure(plan, progress);
  return {
    conditions: {
      ...hostConditions(),
      ...(qemu !== undefined && { qemu }),
      ...(gcc !== undefined && { gcc }),
      ...(has('v86') && { v86: v86Version() }),
      ...(has('chromium') && { chromium: chromiumVersion() }),
      rounds: plan.rounds,
      pages: plan.pages,
      loadAverage: [loadBefore, load()],
    },
    rows,
    geometricMeans: means(rows),
    goals: judge(rows),
  };
}

try {
  await bench();
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof UsageError ? `bench: ${error.message}\n${USAGE}` : error);
}
