/**
 * The translator beside the interpreter: random programs and small guests in 64-bit mode, run in slices of odd lengths. After each
 * slice both processors must agree in every register, the flags, guest time and, at the end, in all of memory. Accesses that
 * the TLB does not settle are refused at random (the region is left in the middle of a block and entered again). Longer runs, over all
 * guests of the repository too: `npm run lockstep`.
 */
import { assemble } from '@longmode/x86';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpuCore, registerNames } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';
import { memoryDifferences, stateDifferences } from './lockstep.ts';
import { runRandomGuest } from './lockstep-random.ts';

const ORIGIN = 0x10000;
const MEMORY_BYTES = 2 ** 21;
const DATA = 0x60000;
const RUNS = Number(process.env.LONGMODE_LOCKSTEP_RUNS ?? 10);
const SEED = Number(process.env.LONGMODE_LOCKSTEP_SEED ?? 1);
const SECONDS = Number(process.env.LONGMODE_LOCKSTEP_SECONDS ?? 2);
const code = engines.find(({ engine }) => engine === 'jit')?.code ?? expect.unreachable('no translator');

function guest(source: string, jit: false | 'force', refusesAccess?: () => boolean): CpuCore {
  const { bytes } = assemble(source, { origin: ORIGIN, bits: 64 });
  const core = CpuCore.create({
    engine: 'interpreter',
    code,
    memoryBytes: MEMORY_BYTES,
    host: silentHost,
    jit,
    ...(refusesAccess && { translatorHooks: { refusesAccess } }),
  });
  core.ram.set(bytes, ORIGIN);
  enterLongMode(core);
  core.registers.set('rsp', 0x80000n);
  core.registers.set('rip', BigInt(ORIGIN));
  return core;
}

const stateOf = (core: CpuCore): Record<string, unknown> => ({
  ...Object.fromEntries(registerNames.map((name) => [name, core.registers.get(name)])),
  instructions: core.instructions,
});

/** Runs both to `total` instructions or the first HLT. Returns the translator's statistics. */
function lockstep(source: string, slices: readonly number[], total: number, refuseEvery = 0): CpuCore['translator'] {
  let accesses = 0;
  const plain = guest(source, false);
  const translated = guest(source, 'force', () => refuseEvery > 0 && ++accesses % refuseEvery === 0);
  for (let i = 0; plain.instructions < BigInt(total); i++) {
    const budget = slices[i % slices.length] ?? 1;
    const exits = [plain.run(budget), translated.run(budget)];
    expect(exits[1], `slice ${i}`).toBe(exits[0]);
    expect(stateOf(translated), `slice ${i}`).toEqual(stateOf(plain));
    if (exits[0] !== 'budget') break;
  }
  expect(Buffer.compare(plain.ram, translated.ram), 'memory').toBe(0);
  return translated.translator;
}

const registers = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'r8', 'r9'] as const;
const low = { rax: 'al', rbx: 'bl', rcx: 'cl', rdx: 'dl', rsi: 'sil', rdi: 'dil', r8: 'r8b', r9: 'r9b' } as const;
const register = fc.constantFrom(...registers);
const address = fc
  .tuple(register, fc.constantFrom(0, 3, 8, 0xffc))
  .map(([index, offset]) => ({ setup: `mov r15, ${index}\nand r15, 0xff8`, text: `[r14 + r15 + ${offset}]` }));

const instruction = fc.oneof(
  fc
    .tuple(fc.constantFrom('add', 'sub', 'adc', 'sbb', 'xor', 'and', 'or', 'cmp', 'test'), register, register)
    .map(([name, a, b]) => `${name} ${a}, ${b}`),
  fc
    .tuple(fc.constantFrom('add', 'sub', 'cmp', 'xor'), register, fc.integer({ min: -128, max: 127 }))
    .map(([name, a, value]) => `${name} ${low[a]}, ${value}`),
  fc.tuple(fc.constantFrom('inc', 'dec', 'neg', 'not', 'bswap'), register).map(([name, a]) => `${name} ${a}`),
  fc
    .tuple(fc.constantFrom('shl', 'shr', 'sar', 'rol', 'ror'), register, fc.integer({ min: 0, max: 63 }))
    .map(([name, a, count]) => `${name} ${a}, ${count}`),
  fc.tuple(register, register).map(([a, b]) => `imul ${a}, ${b}`),
  fc.tuple(address, register).map(([{ setup, text }, a]) => `${setup}\nmov ${text}, ${a}`),
  fc.tuple(address, register).map(([{ setup, text }, a]) => `${setup}\nmov ${a}, ${text}`),
  fc.tuple(address, register).map(([{ setup, text }, a]) => `${setup}\nadd ${text}, ${a}`),
  register.map((a) => `push ${a}\npop r13`),
  fc
    .tuple(fc.constantFrom('setc', 'setz', 'setl', 'setbe', 'seto', 'setp'), register)
    .map(([name, a]) => `${name} ${low[a]}`),
  fc.constant('pushfq\npop r12'),
);

const block = fc.record({
  body: fc.array(instruction, { minLength: 1, maxLength: 6 }),
  condition: fc.constantFrom('jc', 'jnz', 'jl', 'jbe', 'jo', 'jns', 'jp', 'jg', 'jmp', 'call'),
  target: fc.nat(),
});

/** Blocks that branch to one another at random; every block pays into a counter that ends the program. */
const program = fc
  .array(block, { minLength: 2, maxLength: 8 })
  .map((blocks) =>
    [
      `mov r14, ${DATA}`,
      ...registers.map((name, i) => `mov ${name}, ${0x1234567 * (i + 3)}`),
      'mov r11, 400',
      ...blocks.flatMap(({ body, condition, target }, i) => [
        `b${i}:`,
        'sub r11, 1',
        'jz done',
        ...body,
        condition === 'call' ? 'call leaf' : `${condition} b${target % blocks.length}`,
      ]),
      'jmp b0',
      'leaf: lea r10, [r10 + 5]',
      'xor rax, r10',
      'ret',
      'done: hlt',
    ].join('\n'),
  );

/** Set all flags; the operands of all but the last tell them (assembly/lazy-flags.ts). */
const SETTERS = [
  'cmp rcx, 150',
  'add edx, ecx',
  'test cl, 7',
  'imul rdx, rcx',
  'shr esi, 3',
  'sar rdi, 1',
  'neg rdi',
  'popfq',
];
/** Change some flags and keep others, or change them only sometimes: CL is 0 in every 64th turn. */
const PARTIAL = [
  'rol rbx, 1',
  'rol rbx, cl',
  'shl rbx, cl',
  'bt rbx, 3',
  'inc rbx',
  'dec bl',
  'stc',
  'cmc',
  'adc rbx, 0',
];
/** String instructions, with a count: comparisons set all flags, but none when there is nothing to compare. */
const STRINGS = [
  [9, 'rep movsb'],
  [9, 'rep stosd'],
  [9, 'repe cmpsb'],
  [9, 'repne scasb'],
  [0, 'repe cmpsw'],
  [0, 'rep movsq'],
  [1, 'lodsb'],
  [1, 'cmpsd'],
  [1, 'scasw'],
] as const;
/** The instruction on bytes of which one differs from turn to turn; it changes no flag but its own. */
const stringOn = (count: number, instruction: string): string =>
  [
    ...['push rcx', 'push rsi', 'push rdi', `mov esi, ${DATA}`, `mov edi, ${DATA + 64}`],
    ...['mov [rsi + 5], cl', 'mov al, cl', `mov ecx, ${count}`, instruction, 'pop rdi', 'pop rsi', 'pop rcx'],
  ].join('\n');
const CONDITIONS = ['o', 'c', 'z', 'be', 's', 'p', 'l', 'le'];

/** A loop in which every setter is followed by one partial change, in the same block or the next, and then by all conditions. */
const partialFlags = (partial: string, between: string): string =>
  [
    'mov rbx, 0x123456789abcdef0',
    'mov rsi, 0xfedcba9876543210',
    'mov rdi, 5',
    'mov rdx, 3',
    'mov r14, 0x8d5',
    'mov rcx, 256',
    'again:',
    ...SETTERS.flatMap((setter, i) => [
      setter === 'popfq' ? 'xor r14, rcx\nand r14, 0x8d5\npush r14\npopfq' : setter,
      between === '' ? '' : `${between} next${i}\nnext${i}:`,
      partial,
      ...CONDITIONS.map((condition, bit) => `set${condition} r${8 + (bit % 4)}b`),
      'pushfq',
      'pop r12',
      'xor r13, r12',
      'add r13, r8',
      'xor r13, r9',
      'add r13, r10',
      'xor r13, r11',
      'rol r13, 7',
    ]),
    'sub rcx, 1',
    'jnz again',
    'hlt',
  ].join('\n');

describe('the translator does what the interpreter does', () => {
  it.each(PARTIAL)('%s keeps the flags that it does not change', (partial) => {
    for (const between of ['', 'jmp', 'jz', 'jc']) {
      const statistics = lockstep(partialFlags(partial, between), [1000, 97, 5000], 1e6);
      expect(statistics?.entries).toBeGreaterThan(10);
    }
  });

  it.each(STRINGS)('%d times at most: %s', (count, instruction) => {
    for (const between of ['', 'jz']) {
      const statistics = lockstep(partialFlags(stringOn(count, instruction), between), [1000, 97, 5000], 1e6);
      expect(statistics?.entries).toBeGreaterThan(10);
    }
  });

  it('random programs, odd slices, refused accesses', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        program,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 3 }),
        (source, slices, refuseEvery) => {
          lockstep(source, slices, 20_000, refuseEvery);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('random guests with all that can be injected', { timeout: 120_000 }, () => {
    const end = Date.now() + SECONDS * 1000;
    let seed = SEED;
    do {
      const { differences } = runRandomGuest(code, seed++);
      if (differences.length > 0) expect.unreachable(differences.join('\n'));
    } while (Date.now() < end);
  });

  it('a difference in any register, flag or byte of memory is seen', () => {
    const [plain, other] = [guest('hlt', false), guest('hlt', false)] as const;
    const names = (): string[] => stateDifferences(plain, other).map((text) => text.replace(/:.*/, ''));
    expect(names()).toEqual([]);
    for (const name of ['rdi', 'ymm9High', 'x87Significand3', 'mxcsr', 'fsBase', 'cr2', 'dr6'] as const) {
      const value = other.registers.field(name);
      other.registers.setField(name, value ^ 1n);
      expect(names()).toEqual([name]);
      other.registers.setField(name, value);
    }
    other.registers.set('rflags', plain.registers.get('rflags') ^ 0x800n);
    expect(names()).toEqual(['rflags']);
    expect(memoryDifferences(plain, other)).toEqual([]);
    other.ram[MEMORY_BYTES - 1] = 1;
    expect(memoryDifferences(plain, other)).toHaveLength(1);
  });

  it('a loop with a call runs in one region', () => {
    const source = `
      mov rcx, 2000
again: call leaf
      sub rcx, 1
      jnz again
      hlt
leaf: add rax, rcx
      ret`;
    const statistics = lockstep(source, [100_000], 100_000);
    expect(statistics?.regions).toBeGreaterThan(0);
    // Without regions that contain the call and the return there would be two exits for each of the 2000 rounds.
    expect(statistics?.entries).toBeLessThan(50);
  });

  it('flags that the next block overwrites, where the budget ends between the two', () => {
    const source = `
      mov rcx, 600
      mov edx, 2
outer: add rax, rcx
      rol rbx, 1
      jmp inner
inner: sub rdx, 1
      jnz inner
      mov edx, 2
      xor rbx, rax
      sub rcx, 1
      jnz outer
      hlt`;
    // Eleven instructions to a round: the slices end behind every one of them.
    for (const slice of [100, 200, 301]) lockstep(source, [slice], 5_000);
  });

  it.each([
    ['ends within', 50],
    ['writes over code of the region', 1],
  ])('a region goes on behind a repeated instruction, unless it %s', (_, count) => {
    // Behind it a loop begins, which asks for the budget itself. A write retires all blocks in the same 64 bytes.
    const source = `
      mov rbx, 400
again: mov rdi, ${DATA}
      mov r8, ${count === 1 ? 'patch + 3' : DATA}
      mov eax, ebx
      and eax, 0x3f
      cmovz rdi, r8
      add eax, 2
      mov ecx, ${count}
      mov r9d, 2
      rep stosb
inner: sub r9, 1
      jnz inner
      jmp patch
      align 64
patch: add rdx, 1
      sub rbx, 1
      jnz again
      hlt`;
    for (const slice of [200, 301, 50_000]) {
      const statistics = lockstep(source, [slice], 50_000);
      expect(statistics?.calledInstructions).toBeGreaterThan(0);
      if (count > 1 && slice === 50_000) expect(statistics?.entries).toBeLessThan(100);
    }
  });

  it('code that changes itself in a translated loop', () => {
    const source = `
      mov rcx, 500
again: inc rbx
patch: add rax, 1
      inc byte [patch + 3]
      and byte [patch + 3], 0x3f
      sub rcx, 1
      jnz again
      hlt`;
    lockstep(source, [997], 100_000);
  });

  it('a fault in the middle of a translated block', () => {
    const source = `
      mov rcx, 300
      mov rsi, ${DATA}
again: mov rax, [rsi]
      add rbx, rax
      lea rsi, [rsi + 0x1ff8]
      mov [rsi], rbx
      sub rcx, 1
      jnz again
      hlt`;
    lockstep(source, [701], 5_000);
  });

  it('a computed jump to an address that no entry of the region has', () => {
    // The numbers that mark an empty place in a table are the ones to try.
    for (const target of ['0x8000000000000000', '0', '1', '0xffffffffffffffff', '0x60001']) {
      const source = `
      mov rcx, 300
      mov rdi, again
again: inc rbx
      mov rax, next
      mov rdx, ${target}
      cmp rcx, 1
      cmovz rax, rdx
      jmp rax
next: sub rcx, 1
      jnz again
      hlt`;
      lockstep(source, [997], 5_000);
    }
  });

  it.each(['jmp next', 'jnz next', 'call leaf', 'jmp r8'])(
    '%s after STI runs alone, from a copy of its block',
    (branch) => {
      const source = `
      mov rcx, 500
      mov r8, next
again: inc rbx
      cli
      add rdx, 1
      sti
      ${branch}
next: sub rcx, 1
      jnz again
      hlt
leaf: ret`;
      expect(lockstep(source, [997], 100_000)?.regions).toBeGreaterThan(0);
    },
  );

  it('an access by RSP to an address that may look like no page at all', () => {
    // Translated code remembers the stack's page, and has none to begin with. There is nothing at these addresses.
    for (const address of [0, 1, 2, 3, 4, 7, 8, 0x800, 0x801, 0x807, 0xfff]) {
      for (const access of [
        'mov rax, [rsp]',
        'mov eax, [rsp]',
        'mov ax, [rsp]',
        'movsd xmm0, [rsp]',
        'movups xmm0, [rsp]',
      ]) {
        const source = `
      mov rcx, 300
      mov rdx, rsp
      mov rdi, ${address}
again: inc rbx
      mov rsp, rdx
      cmp rcx, 1
      cmovz rsp, rdi
      ${access}
      sub rcx, 1
      jnz again
      hlt`;
        lockstep(source, [997], 5_000);
      }
    }
  });
});
