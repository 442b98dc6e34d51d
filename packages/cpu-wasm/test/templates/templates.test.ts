/**
 * Templates against the interpreter: every operation that has one, or is an x87 handler that is called with registers in locals,
 * is translated alone, for many operands, and must leave the same registers, flags and memory as the interpreter; where it leaves instead, nothing may have changed. TEMPLATES_SEED and
 * TEMPLATES_STATES (executions of each encoding, 2 by default) choose other and longer runs. Translations have no loops, so a
 * wrong branch cannot hang them. Planted mistakes in the translation must be found.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findBodies } from '../../gen/bodies.ts';
import { buildOperations, SPECIAL_OPERATIONS } from '../../gen/operations.ts';
import {
  type Encoding,
  encodings,
  randomMxcsr,
  randomNumbers,
  randomRegisters,
  randomVector,
  randomX87,
  vectorEncodings,
} from './encodings.ts';
import { LoneCore, type Outcome, type Start } from './lone-core.ts';

const seed = Number(process.env.TEMPLATES_SEED ?? 20261126);
const states = Number(process.env.TEMPLATES_STATES ?? 2);
/** Encodings of each operation that are tried. */
const VARIANTS = 4;
/** How many of them have a memory operand. */
const MEMORY_VARIANTS = 2;
/** Translations in one module. */
const BATCH = 256;
/** CF PF AF ZF SF OF, and the bit that is always 1. */
const FLAGS = 0x8d7;

/** Horizontal sums and half precision have no shortcut in the core (assembly/float/lane.ts). */
const ALWAYS_LEAVE = /^(haddp|hsubp|vcvtph2ps)/;

/** Names of the operations, for messages. */
const names = [
  ...SPECIAL_OPERATIONS,
  ...buildOperations(findBodies(fileURLToPath(new URL('../../assembly', import.meta.url)))).operations.map(
    ({ name }) => name,
  ),
];

interface Case extends Encoding {
  readonly operation: number;
  readonly code: readonly number[];
  readonly flagsDead: boolean;
  /** It is translated for the usual mode of MXCSR. */
  readonly isUsual: boolean;
  readonly condition: number | undefined;
}

/** The code that is tried, and how many operations with a template are met at least: 32-bit code has half the registers and widths. */
const CODES = [
  { bits: 64, operationsAtLeast: 700 },
  { bits: 32, operationsAtLeast: 500 },
] as const;

const contents = randomNumbers(seed);
const fill = (ram: Uint8Array): void => {
  for (let at = 0x20000; at < ram.length; at++) ram[at] = contents(3) === 0 ? contents(4) : contents(256);
  // Numbers of double precision among it.
  const view = new DataView(ram.buffer, ram.byteOffset, ram.length);
  for (let at = 0x20000; at < ram.length; at += 8)
    if (contents(3) === 0) view.setFloat64(at, contents(2 ** 32) / (contents(1000) + 1) - 1000, true);
};

/** Cases for every operation with a template. */
function collect(lone: LoneCore, random: (below: number) => number): Case[] {
  const found = new Map<number, Case[]>();
  const all = [...encodings(random), ...vectorEncodings(random)];
  for (const encoding of all) {
    const flagsDead = random(4) === 0;
    const condition = flagsDead || random(2) === 0 ? undefined : random(16);
    const isUsual = random(2) === 0;
    const { operation, lengthBytes, code } = lone.translate(encoding.bytes, flagsDead, isUsual, condition);
    if (code.length === 0) continue;
    const cases = found.get(operation) ?? [];
    const isMemory = encoding.base !== undefined;
    if (
      cases.length >= VARIANTS ||
      (isMemory && cases.filter(({ base }) => base !== undefined).length >= MEMORY_VARIANTS)
    )
      continue;
    cases.push({
      ...encoding,
      bytes: encoding.bytes.slice(0, lengthBytes),
      operation,
      code,
      flagsDead,
      isUsual,
      condition,
    });
    found.set(operation, cases);
  }
  return [...found.values()].flat();
}

const vectorsOf = ({ vectors }: Start): string => Buffer.concat(vectors).toString('hex');

const hex = (values: readonly bigint[]): string => values.map((value) => value.toString(16)).join(' ');

/** Condition code of an RFLAGS image (SDM Vol. 2D B.1.4.7). */
function conditionOf(flags: number, code: number): number {
  const flag = (bit: number): boolean => ((flags >> bit) & 1) !== 0;
  const isLess = flag(7) !== flag(11);
  const value = [flag(11), flag(0), flag(6), flag(0) || flag(6), flag(7), flag(2), isLess, flag(6) || isLess][
    code >> 1
  ];
  return value !== ((code & 1) !== 0) ? 1 : 0;
}

/** What is different after a translation; undefined: nothing. */
function difference(
  test: Case,
  start: Start,
  expected: Outcome,
  actual: Outcome & { readonly x87Before: string },
): string | undefined {
  if (actual.isLeft) {
    if (hex(actual.registers) !== hex(start.registers)) return 'it left with changed registers';
    if (actual.vectors !== vectorsOf(start) || actual.mxcsr !== Number(start.mxcsr))
      return 'it left with changed vectors';
    if (actual.x87 !== actual.x87Before) return 'it left with changed x87 state';
    return actual.flags === start.flags ? undefined : 'it left with changed flags';
  }
  if (expected.fault !== undefined) return `the interpreter raised vector ${expected.fault}, the translation went on`;
  if (hex(actual.registers) !== hex(expected.registers))
    return `registers\n  ${hex(actual.registers)} instead of\n  ${hex(expected.registers)}`;
  if (!test.flagsDead && hex(actual.flagWords) !== hex(expected.flagWords))
    return `flags ${actual.flags.toString(16)} (${hex(actual.flagWords)}) instead of ${expected.flags.toString(16)} (${hex(expected.flagWords)})`;
  if (actual.mxcsr !== expected.mxcsr)
    return `MXCSR ${actual.mxcsr.toString(16)} instead of ${expected.mxcsr.toString(16)}`;
  if (actual.vectors !== expected.vectors) return `vectors\n  ${actual.vectors} instead of\n  ${expected.vectors}`;
  if (actual.x87 !== expected.x87) return `x87 state\n  ${actual.x87} instead of\n  ${expected.x87}`;
  if (!actual.ram.equals(expected.ram)) return 'memory';
  if (test.condition !== undefined && actual.condition !== conditionOf(expected.flags, test.condition))
    return `condition ${test.condition} is ${actual.condition}, flags ${expected.flags.toString(16)}`;
  return undefined;
}

interface Failure {
  readonly operation: number;
  readonly text: string;
}

/** Runs all cases; `mutate` changes the translations. Stops after `limit` failures. */
function check(
  lone: LoneCore,
  cases: readonly Case[],
  random: (below: number) => number,
  mutate: (code: readonly number[]) => readonly number[] = (code) => code,
  limit = 5,
): { failures: Failure[]; completed: Set<number>; leftWithoutFault: number; executions: number } {
  const failures: Failure[] = [];
  const completed = new Set<number>();
  let leftWithoutFault = 0;
  let executions = 0;
  for (let first = 0; first < cases.length && failures.length < limit; first += BATCH) {
    const batch = cases.slice(first, first + BATCH);
    const functions = lone.compile(batch.map(({ code }) => mutate(code)));
    for (const [i, test] of batch.entries()) {
      lone.place(test.bytes);
      if (i % 8 === 0) lone.flush();
      const translated = functions[i] as (entry: number) => number;
      /** A mistake may reach for memory that there is not. */
      const run = (start: Start): ReturnType<LoneCore['run']> | string => {
        try {
          return lone.run(translated, start);
        } catch (error) {
          return `it threw ${error}`;
        }
      };
      const attempt = (start: Start): string | undefined => {
        const isFirst = executions % 2 === 0;
        const early = isFirst ? run(start) : undefined;
        const expected = lone.interpret(start);
        const actual = early ?? run(start);
        executions++;
        if (typeof actual === 'string') return actual;
        if (!actual.isLeft) completed.add(test.operation);
        else if (expected.fault === undefined) leftWithoutFault++;
        return difference(test, start, expected, actual);
      };
      // Divisions mostly fault: their operations get more tries to come to their end.
      for (let state = 0; state < states || (state < 256 && !completed.has(test.operation)); state++) {
        const start: Start = {
          registers: randomRegisters(random, test),
          flags: (random(0x1000) & FLAGS) | 2,
          mxcsr: test.isUsual ? (randomMxcsr(random) & ~0x7000n) | 0x1020n : randomMxcsr(random),
          vectors: Array.from({ length: 16 }, () => randomVector(random)),
          x87: randomX87(random),
        };
        const what = attempt(start);
        if (what === undefined) continue;
        // Shrinks the state: registers that do not matter become 0.
        let smallest = { ...start, text: what };
        for (let register = 0; register < 16; register++) {
          const registers = smallest.registers.map((value, n) => (n === register ? 0n : value));
          const still = attempt({ ...start, registers });
          if (still !== undefined) smallest = { ...smallest, registers, text: still };
        }
        const bytes = test.bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
        failures.push({
          operation: test.operation,
          text: `seed ${seed}: ${bytes} (${names[test.operation]}${test.flagsDead ? ', flags dead' : ''})\n  registers ${hex(smallest.registers)} flags ${smallest.flags.toString(16)}\n  ${smallest.text}`,
        });
        break;
      }
      if (failures.length >= limit) break;
    }
  }
  return { failures, completed, leftWithoutFault, executions };
}

describe.each(CODES)('templates in $bits-bit code', ({ bits, operationsAtLeast }) => {
  const lone = new LoneCore(bits);
  lone.fillRam(fill);
  const random = randomNumbers(seed);
  const cases = collect(lone, random);

  it('do what the interpreter does', () => {
    const { failures, completed, leftWithoutFault, executions } = check(lone, cases, random);
    expect(failures.map(({ text }) => text)).toEqual([]);
    // Nearly all operations of the mode that have a template are met, and each has run to its end.
    const operations = new Set(cases.map(({ operation }) => operation));
    const never = [...operations].filter((operation) => !completed.has(operation)).map((operation) => names[operation]);
    expect(never.filter((name) => name !== undefined && !ALWAYS_LEAVE.test(name))).toEqual([]);
    expect(operations.size).toBeGreaterThan(operationsAtLeast);
    // Writes across a page, beside code, accesses beyond RAM, and numbers without a shortcut.
    expect(leftWithoutFault / executions).toBeLessThan(0.2);
  }, 120_000);

  it.each([
    { mistake: 'i64.add is i64.sub', from: [0x7c, 0x22], to: [0x7d, 0x22] },
    { mistake: 'the mask of 8 bits is 7 bits', from: [0x41, 0xff, 0x01, 0x71], to: [0x41, 0xff, 0x00, 0x71] },
    { mistake: 'writes of 32 bits extend the sign', from: [0xad, 0x21], to: [0xac, 0x21] },
    { mistake: 'the page check lets an access cross', from: [0x42, 0xf8, 0x1f, 0x58], to: [0x42, 0xff, 0x1f, 0x58] },
    { mistake: 'a store of 32 bits stores 16', from: [0x36, 0x00, 0x00], to: [0x3b, 0x00, 0x00] },
    { mistake: 'the auxiliary carry is bit 5', from: [0x42, 0x10, 0x83], to: [0x42, 0x20, 0x83] },
  ])(
    'differ when $mistake',
    ({ from, to }) => {
      const mutate = (code: readonly number[]): readonly number[] => {
        const result = [...code];
        for (let at = 0; at + from.length <= result.length; at++)
          if (from.every((byte, i) => result[at + i] === byte)) result.splice(at, to.length, ...to);
        return result;
      };
      const changed = cases.filter(({ code }) => mutate(code).join() !== code.join());
      expect(changed.length).toBeGreaterThan(0);
      // A mistake may need luck with the addresses, so it gets several chances.
      const isFound = [0, 1, 2, 3].some((n) => check(lone, changed, randomNumbers(seed + n), mutate, 1).failures.length > 0);
      expect(isFound).toBe(true);
    },
    120_000,
  );
});
