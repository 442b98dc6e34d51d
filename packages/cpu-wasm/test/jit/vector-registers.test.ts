/**
 * Vector registers in translated code: they are locals there, and what is known of their lanes spares checks (assembly/jit/plain.ts).
 * Random programs of moves, arithmetic, conversions and shuffles work on numbers at the borders of the formats, across
 * branches and called handlers, beside the interpreter. LONGMODE_VECTORS_SEED and LONGMODE_VECTORS_PROGRAMS choose others and more.
 */
import { assemble } from '@longmode/x86';
import { describe, expect, it } from 'vitest';
import { CpuCore } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';
import { memoryDifferences, stateDifferences } from './lockstep.ts';
import { Random } from './random.ts';

const ORIGIN = 0x10000;
const DATA = 0x60000;
const DATA_BYTES = 0x1000;
/** Where programs store, and keep the MXCSR that each round begins with. */
const PLACE = DATA + DATA_BYTES + 64;
const ROUNDS = 400;
/** What the registers hold at the beginning of each round. */
const HARMLESS = DATA + 0x4000;
const HARMLESS_BYTES = 5 * 16;
const PROGRAMS = Number(process.env.LONGMODE_VECTORS_PROGRAMS ?? 60);
const SEED = Number(process.env.LONGMODE_VECTORS_SEED ?? 1);
const code = engines.find(({ engine }) => engine === 'jit')?.code ?? expect.unreachable('no translator');

/** All exceptions masked: to nearest with PE set, which regions are made for; without PE; flushing; toward zero. */
const MXCSRS = [0x1fa0, 0x1fa0, 0x1fa0, 0x1f80, 0x9fe0, 0x7fa0];

/** Bits of doubles: zeros, ones, denormals, both ends of the normal numbers, infinity, NaNs. */
const DOUBLES = [
  ...[0n, 1n << 63n, 0x3ff0000000000000n, 0xbff8000000000000n, 0x4008000000000000n],
  ...[1n, 0x800fffffffffffffn, 0x0010000000000000n, 0x0010000000000001n, 0x0020000000000000n, 0x7fefffffffffffffn],
  ...[0x7ff0000000000000n, 0x7ff8000000000000n, 0x7ff0000000000001n, 0x1ff0000000000000n, 0x5fe0000000000000n],
];
/** Denormal as a double; the second as two singles. */
const DENORMALS = [1n, 0x0000000100000001n, 0x800fffffffffffffn];
const SINGLES = [
  ...[0, 0x80000000, 0x3f800000, 0xbfc00000, 0x40400000],
  ...[1, 0x807fffff, 0x00800000, 0x00800001, 0x01000000, 0x7f7fffff],
  ...[0x7f800000, 0x7fc00000, 0x7f800001, 0x1f800000, 0x5f000000],
];

const ARITHMETIC = ['add', 'sub', 'mul', 'div'];
const FORMATS = ['sd', 'ss', 'pd', 'ps'] as const;
const BYTES = { sd: 8, ss: 4, pd: 16, ps: 16 } as const;

/** A program that repeats a few blocks; which of them run depends on the round. */
function program(random: Random, isDouble: boolean): string {
  const format = (): (typeof FORMATS)[number] =>
    random.of(random.oneIn(6) ? FORMATS : isDouble ? (['sd', 'sd', 'pd'] as const) : (['ss', 'ss', 'ps'] as const));
  const register = (): string => `xmm${random.below(5)}`;
  const memory = (bytes: number): string =>
    `[r14 + ${random.below(DATA_BYTES / 16 - 2) * 16 + random.below(16 / bytes) * bytes}]`;
  const indexed = (bytes: number): string => `[r14 + r15 + ${random.below(16 / bytes) * bytes}]`;
  const source = (bytes: number): string =>
    random.of([register, register, () => memory(bytes), () => indexed(bytes)])();
  const instruction = (): string =>
    random.of<() => string>([
      ...Array<() => string>(5).fill(() => {
        const chosen = format();
        return `${random.of(ARITHMETIC)}${chosen} ${register()}, ${source(BYTES[chosen])}`;
      }),
      () => {
        const chosen = format();
        return `v${random.of(ARITHMETIC)}${chosen} ${register()}, ${register()}, ${source(BYTES[chosen])}`;
      },
      () =>
        `v${random.of(ARITHMETIC)}${random.of(['pd', 'ps'])} ymm${random.below(5)}, ymm${random.below(5)}, ymm${random.below(5)}`,
      () => {
        const chosen = format();
        return `sqrt${chosen} ${register()}, ${source(BYTES[chosen])}`;
      },
      () => {
        const chosen = format();
        return `${random.of(['min', 'max'])}${chosen} ${register()}, ${source(BYTES[chosen])}`;
      },
      () => `${random.of(['movapd', 'movaps', 'movdqa', 'movups'])} ${register()}, ${source(16)}`,
      ...Array<() => string>(3).fill(() =>
        isDouble ? `movsd ${register()}, ${source(8)}` : `movss ${register()}, ${source(4)}`,
      ),
      () => `${random.of(['movupd', 'movdqu'])} [r13], ${register()}`,
      () => `movsd [r13 + 8], ${register()}`,
      () => `movss [r13 + 20], ${register()}`,
      () => `${random.of(['movlpd', 'movhpd'])} ${register()}, ${memory(8)}`,
      () =>
        `${random.of(['movhlps', 'movlhps', 'unpcklpd', 'unpckhpd', 'unpcklps', 'movddup'])} ${register()}, ${register()}`,
      () => `${random.of(['shufps', 'shufpd', 'pshufd'])} ${register()}, ${register()}, ${random.below(256)}`,
      () =>
        `${random.of(['xorps', 'andpd', 'orps', 'pxor', 'paddq', 'psubd', 'pmuludq'])} ${register()}, ${source(16)}`,
      () => `cvtsd2ss ${register()}, ${source(8)}`,
      () => `cvtss2sd ${register()}, ${source(4)}`,
      () => `cvtsi2sd ${register()}, r${8 + random.below(4)}`,
      () => `cvttsd2si r${8 + random.below(4)}, ${source(8)}`,
      () => `movq ${register()}, r${8 + random.below(4)}`,
      () => `movq r${8 + random.below(4)}, ${register()}`,
      () => `${random.of(['ucomisd', 'comisd'])} ${register()}, ${source(8)}\nsetb al\nsetz ah`,
      // Executed by called handlers: the registers go through the state, and nothing is known of them afterwards.
      () =>
        random.oneIn(4)
          ? random.of([`pinsrd ${register()}, r8d, 1`, `pextrw r9d, ${register()}, 5`, 'vzeroupper', 'emms'])
          : `movaps ${register()}, ${register()}`,
    ])();
  const blocks = 2 + random.below(4);
  const lines = Array.from({ length: blocks }, (_, i) => [
    `b${i}:`,
    ...Array.from({ length: 3 + random.below(12) }, instruction),
    `test cl, ${random.of([1, 2, 4, 8])}`,
    `jnz b${i + 1 < blocks ? i + 1 + random.below(blocks - i - 1) : blocks}`,
    ...Array.from({ length: random.below(4) }, instruction),
    ...(random.oneIn(2) ? [`jmp b${i + 1}`] : []),
  ]).flat();
  return [
    `mov r14, ${DATA}`,
    `mov r13, ${PLACE}`,
    `mov r12, ${HARMLESS}`,
    `mov ecx, ${ROUNDS}`,
    'again:',
    'mov r15, rcx',
    'shl r15, 4',
    `and r15, ${DATA_BYTES - 32}`,
    // The exceptions of every round count: once DE is set, a denormal operand changes nothing any more.
    'ldmxcsr [r13 + 32]',
    ...Array.from({ length: 5 }, (_, i) => `movups xmm${i}, [r12 + ${i * 16}]`),
    ...lines,
    `b${blocks}:`,
    'stmxcsr [r13 + 64 + rcx*4]',
    'sub ecx, 1',
    'jnz again',
    'hlt',
  ].join('\n');
}

const harmless = (random: Random): number => (random.below(2 ** 20) + 1) / (1 + random.below(1000));

function fill(ram: Uint8Array, random: Random, isDouble: boolean): void {
  const view = new DataView(ram.buffer, ram.byteOffset, ram.length);
  for (let at = 0; at < DATA_BYTES; at += 8) {
    // At an infinity or a NaN translated code is left, and what comes behind is interpreted: there are few of them.
    if (random.oneIn(5)) view.setBigUint64(DATA + at, random.of(random.oneIn(8) ? DOUBLES : DENORMALS), true);
    else if (isDouble) view.setFloat64(DATA + at, harmless(random), true);
    else {
      view.setUint32(DATA + at, random.of(SINGLES), true);
      view.setFloat32(DATA + at + (random.oneIn(6) ? 4 : 0), harmless(random), true);
      view.setFloat32(DATA + at + 4, harmless(random), true);
    }
  }
  for (let at = 0; at < HARMLESS_BYTES; at += 8) {
    if (isDouble) view.setFloat64(HARMLESS + at, harmless(random), true);
    else for (const lane of [0, 4]) view.setFloat32(HARMLESS + at + lane, harmless(random), true);
  }
}

function guest(bytes: Uint8Array, mxcsr: number, seed: number, isDouble: boolean, entries: number): CpuCore {
  const translation =
    entries > 0 ? ({ jit: 'force', translatorHooks: { policy: { entries } } } as const) : ({ jit: false } as const);
  const core = CpuCore.create({ engine: 'interpreter', code, memoryBytes: 2 ** 21, host: silentHost, ...translation });
  core.ram.set(bytes, ORIGIN);
  enterLongMode(core);
  fill(core.ram, new Random(seed), isDouble);
  new DataView(core.ram.buffer, core.ram.byteOffset).setUint32(PLACE + 32, mxcsr, true);
  core.registers.setField('mxcsr', BigInt(mxcsr));
  core.registers.set('rsp', 0x80000n);
  core.registers.set('rip', BigInt(ORIGIN));
  return core;
}

/**
 * Runs a program on both, in slices of `budget` instructions; returns how many regions were made. A block is translated when it has been
 * entered `entries` times: later ones are in larger regions.
 */
function compare(
  source: string,
  mxcsr: number,
  seed: number,
  isDouble: boolean,
  budget: number,
  entries: number,
): number {
  const { bytes } = assemble(source, { origin: ORIGIN, bits: 64 });
  const plain = guest(bytes, mxcsr, seed, isDouble, 0);
  const translated = guest(bytes, mxcsr, seed, isDouble, entries);
  const description = `seed ${seed}, MXCSR ${mxcsr.toString(16)}\n${source}`;
  let exit: string;
  do {
    exit = plain.run(budget);
    expect(translated.run(budget), description).toBe(exit);
    expect(stateDifferences(plain, translated), description).toEqual([]);
  } while (exit === 'budget');
  expect(exit, description).toBe('halt');
  expect(memoryDifferences(plain, translated), description).toEqual([]);
  return translated.translator?.regions ?? 0;
}

describe('vector registers in translated code', () => {
  it(`${PROGRAMS} random programs from seed ${SEED}`, { timeout: 600_000 }, () => {
    let regions = 0;
    for (let seed = SEED; seed < SEED + PROGRAMS; seed++) {
      const random = new Random(seed);
      const isDouble = random.oneIn(2);
      const source = program(random, isDouble);
      const mxcsr = random.of(MXCSRS);
      const budget = random.of([997, 5000, 100_000]);
      regions += compare(source, mxcsr, seed, isDouble, budget, random.of([1, 40]));
    }
    expect(regions).toBeGreaterThan(PROGRAMS / 2);
  });

  it('what is known on one of two ways only is not known behind them', () => {
    // A product is plain; what is loaded on every other way is denormal. A block that is run into is a part of the one before it:
    // only a branch makes two ways meet.
    for (const [product, move, sum, isDouble] of [
      ['mulsd', 'movsd', 'addsd', true],
      ['mulpd', 'movupd', 'addpd', true],
      ['mulss', 'movss', 'addss', false],
      ['mulps', 'movups', 'addps', false],
    ] as const) {
      for (const [known, loaded] of [
        ['jnz', 'jz'],
        ['jz', 'jnz'],
      ]) {
        const source = `
      mov r13, ${PLACE}
      mov r12, ${HARMLESS}
      mov qword [r13], 1
      mov qword [r13 + 8], 1
      mov ecx, ${ROUNDS}
again: ldmxcsr [r13 + 32]
      movups xmm0, [r12]
      movups xmm1, [r12]
      test cl, 1
      ${known} first
      ${product} xmm0, xmm0
      jmp first
first: test cl, 2
      ${loaded} second
      ${move} xmm0, [r13]
      jmp second
second: ${sum} xmm1, xmm0
      stmxcsr [r13 + 64 + rcx*4]
      sub ecx, 1
      jnz again
      hlt`;
        expect(compare(source, 0x1fa0, 1, isDouble, 100_000, 40)).toBeGreaterThan(0);
      }
    }
  });
});
