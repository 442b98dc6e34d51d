/**
 * Random programs end in the same state on every engine and, where this is an x86-64 Linux machine, on its processor: registers,
 * flags, x87, SSE and AVX state, memory, or the same exception at the same place. Each runs instruction by instruction, in one go,
 * and translated. PROGRAMS_SECONDS lengthens the test, PROGRAMS_SEED chooses other programs; a failure is shrunk and printed as assembly text.
 */
import { describe, expect, it } from 'vitest';
import { hidesPointers } from '../../../../tests/vectors/recorder/host.ts';
import { type NativeAnswer, nativeRunner } from '../../../../tests/vectors/recorder/native.ts';
import { Random } from '../../../../tests/vectors/recorder/random.ts';
import { engines } from '../engines.ts';
import { VectorMachine } from '../vectors/machine.ts';
import type { Vector } from '../vectors/reader.ts';
import { asVector, listing, type Program, place, randomProgram } from './program.ts';

const SEED = Number(process.env.PROGRAMS_SEED ?? 20261126);
const SECONDS = Number(process.env.PROGRAMS_SECONDS ?? 2);
/** Programs of one round; each round starts the native runner once. */
const ROUND = 60;
/** Far more instructions than a program has, iterations of its string instructions included. */
const LIMIT = 100_000;

const native = nativeRunner();
if ('reason' in native) console.log(`programs are not compared with this processor: ${native.reason}`);

const machines = engines.map(({ engine, code }) => ({ engine, machine: new VectorMachine(engine, code) }));

/** Natively, or on the first engine where there is no such processor. */
function expectedOutcomes(programs: readonly Program[]): (NativeAnswer | undefined)[] {
  const placed = programs.map(place);
  if ('run' in native)
    return native.run(
      programs.map(({ state, memory }, i) => {
        const { code, stop } = placed[i] as (typeof placed)[0];
        return { state, memory: [{ address: state.rip, bytes: code }, ...memory], stop };
      }),
    );
  const { machine } = machines[0] as (typeof machines)[0];
  return programs.map((program, i) => {
    const { stop } = placed[i] as (typeof placed)[0];
    const { state, fault } = machine.runProgram(asVector(program, place(program)), stop, { budget: 1, limit: LIMIT });
    return { state, fault: fault && { ...fault, name: `${fault.vector}` }, memory: machine.memory };
  });
}

/** What differs on an engine. */
function differences(program: Program, expected: NativeAnswer): string[] {
  const placed = place(program);
  const vector: Vector = { ...asVector(program, placed, expected), hidesPointers: 'run' in native && hidesPointers };
  return machines.flatMap(({ engine, machine }) => {
    const single = machine.runProgram(vector, placed.stop, { budget: 1, limit: LIMIT });
    const found = machine.compare(vector, single).map((text) => `${engine}, step by step: ${text}`);
    // In one go: the instructions that retire, and the one that faults.
    const budget = single.instructions + (single.fault ? 1 : 0);
    const whole = machine.runProgram(vector, placed.stop, { budget, limit: LIMIT });
    found.push(...machine.compare(vector, whole).map((text) => `${engine}, in one go: ${text}`));
    const translated = engine === 'jit' && machine.runTranslatedProgram(vector, placed.stop, budget);
    if (translated) found.push(...machine.compare(vector, translated).map((text) => `translated: ${text}`));
    return found;
  });
}

const fails = (program: Program): boolean => {
  const [expected] = expectedOutcomes([program]);
  return expected !== undefined && differences(program, expected).length > 0;
};

/** The program without every instruction that the failure does not need. */
function shrunk(program: Program): Program {
  let smallest = program;
  for (let length = program.steps.length >> 1; length >= 1; length >>= 1)
    for (let at = 0; at < smallest.steps.length; ) {
      const steps = [...smallest.steps.slice(0, at), ...smallest.steps.slice(at + length)];
      if (steps.length > 0 && fails({ ...smallest, steps })) smallest = { ...smallest, steps };
      else at += length;
    }
  return smallest;
}

function report(seed: number, program: Program): string {
  const small = shrunk(program);
  const [expected] = expectedOutcomes([small]);
  const { stop } = place(small);
  const { memory: _, state, ...rest } = { ...small, ...(expected && { fault: expected.fault?.name }) };
  const before = Object.entries(state).map(([name, value]) => `${name}=${value.toString(16)}`);
  return [
    `PROGRAMS_SEED=${seed}${rest.fault ? `, which raises #${rest.fault}` : ''}:`,
    listing(small),
    `ends at ${stop.toString(16)}; ${before.join(' ')}`,
    ...(expected ? differences(small, expected) : []),
  ].join('\n');
}

describe('random programs', () => {
  it(`end alike on ${engines.map(({ engine }) => engine).join(', ')} and this processor`, {
    timeout: (SECONDS + 120) * 1000,
  }, () => {
    const end = Date.now() + SECONDS * 1000;
    let completed = 0;
    let count = 0;
    for (let seed = SEED; count === 0 || Date.now() < end; seed++) {
      const random = new Random(seed);
      const programs = Array.from({ length: ROUND }, () => randomProgram(random));
      const expected = expectedOutcomes(programs);
      for (const [i, program] of programs.entries()) {
        const outcome = expected[i];
        if (outcome === undefined) throw new Error(`the processor does not come back from\n${listing(program)}`);
        count++;
        if (outcome.fault === undefined) completed++;
        if (differences(program, outcome).length > 0) expect.unreachable(report(seed, program));
      }
    }
    // Most programs run to their end; else the test would see little.
    expect(completed).toBeGreaterThan(count / 2);
    console.log(`${count} programs, ${completed} of which ran to their end`);
  });
});
