/**
 * `npm run bench`: the speed of translated code and of both engines, and of QEMU TCG where it is installed, in one interleaved run. A run that
 * computes a wrong checksum or another number of instructions than the reviewed table fails.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { OwnRunner } from './engine.ts';
import { updateExpected } from './expected.ts';
import { guests, type Runner } from './guests.ts';
import { measure } from './measure.ts';
import { qemuVersion } from './qemu.ts';
import { formatReport, hostConditions, load, means, type Report } from './report.ts';

const USAGE = `usage: npm run bench -- [options]
  --rounds N        interleaved rounds, 1 to 100 (default 3)
  --only NAME       this guest only; may be given several times
  --engine ENGINE   jit, interpreter or js; may be given several times; QEMU still runs
  --quick           short for --engine jit --rounds 1
  --no-qemu         leave QEMU out
  --json FILE       write the result as JSON, too
  --list            list the guests
  --update          rebuild the image (needs gcc) and the table of expected results`;

/** Our own runners, in the order in which they run and are listed. */
const OWN_RUNNERS: readonly OwnRunner[] = ['jit', 'interpreter', 'js'];

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
        rounds: { type: 'string' },
        only: { type: 'string', multiple: true },
        engine: { type: 'string', multiple: true },
        quick: { type: 'boolean', default: false },
        'no-qemu': { type: 'boolean', default: false },
        json: { type: 'string' },
        list: { type: 'boolean', default: false },
        update: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function bench(): Promise<void> {
  const options = readOptions();
  const progress = (line: string): void => console.error(line);
  if (options.help) return console.log(USAGE);
  if (options.list) return console.log(guests.map(({ name, group }) => `${name} (${group})`).join('\n'));
  if (options.update) return updateExpected(progress);

  const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new UsageError(`--rounds ${options.rounds}: expected a whole number from 1 to 100`);
  }
  const names = guests.map(({ name }) => name);
  const only = options.only?.map((name) => choose('--only', name, names)) ?? names;
  const chosen = options.engine ?? (options.quick ? ['jit'] : OWN_RUNNERS);
  const engines = OWN_RUNNERS.filter((runner) =>
    chosen.some((engine) => choose('--engine', engine, OWN_RUNNERS) === runner),
  );
  const qemu = options['no-qemu'] ? undefined : qemuVersion();
  if (qemu === undefined) progress('without QEMU: qemu-system-x86_64 or bash is not installed, or --no-qemu was given');

  const runners: readonly Runner[] = [...engines, ...(qemu === undefined ? [] : ['qemu' as const])];
  const loadBefore = load();
  const rows = await measure({ guests: guests.filter(({ name }) => only.includes(name)), runners, rounds }, progress);
  const report: Report = {
    conditions: { ...hostConditions(), ...(qemu !== undefined && { qemu }), rounds, loadAverage: [loadBefore, load()] },
    rows,
    geometricMeans: means(rows),
  };
  console.log(formatReport(report));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

try {
  await bench();
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof UsageError ? `bench: ${error.message}\n${USAGE}` : error);
}
