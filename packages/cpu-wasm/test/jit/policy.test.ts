/**
 * When code is translated and when it is not: what has not run enough to pay for its module, code that changes, regions that are
 * hardly entered before they are left, and a host that cannot compile. Each guest must leave the same registers as interpreted.
 */
import { assemble } from '@longmode/x86';
import { describe, expect, it } from 'vitest';
import {
  CpuCore,
  registerNames,
  type Translation,
  type TranslatorHooks,
  type TranslatorStatistics,
} from '../../src/index.ts';
import { coreWasm } from '../engines.ts';
import { ORIGIN, silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';

const code = new WebAssembly.Module(coreWasm);
const MEMORY_BYTES = 2 ** 21;
const SLICE = 10_000_000;
/** Whatever has been entered 320 times is translated. */
const CHEAP = { moduleCost: 1, instructionCost: 0 };

/** Runs a guest to its HLT. */
function run(source: string, jit: Translation, translatorHooks: TranslatorHooks = {}): CpuCore {
  const { bytes } = assemble(source, { origin: ORIGIN, bits: 64 });
  const core = CpuCore.create({
    engine: 'interpreter',
    code,
    memoryBytes: MEMORY_BYTES,
    host: silentHost,
    jit,
    translatorHooks,
  });
  core.ram.set(bytes, ORIGIN);
  enterLongMode(core);
  core.registers.set('rsp', 0x80000n);
  core.registers.set('rip', BigInt(ORIGIN));
  expect(core.run(SLICE)).toBe('halt');
  return core;
}

/** Runs it with and without a translator, and tells what the translator did. */
function translated(source: string, jit: Translation, hooks: TranslatorHooks = {}): TranslatorStatistics {
  const [plain, core] = [run(source, false), run(source, jit, hooks)];
  for (const name of registerNames) expect(core.registers.get(name), name).toBe(plain.registers.get(name));
  expect(core.instructions).toBe(plain.instructions);
  return core.translator ?? expect.unreachable('the translator is off');
}

const loop = (name: string, turns: number): string => `
      mov ecx, ${turns}
${name}: add rax, rcx
      sub ecx, 1
      jnz ${name}`;

/** Many loops, one behind the other. */
const loops = (count: number, turns: number): string =>
  `${Array.from({ length: count }, (_, i) => loop(`loop${i}`, turns)).join('')}\nhlt`;

describe('code is translated when that pays', () => {
  it('what has run less than its translation costs is interpreted', () => {
    expect(translated(loops(50, 2000), 'auto').regions).toBe(0);
  });

  it('what has run more than that is translated', () => {
    expect(translated(loops(2, 100_000), 'auto').regions).toBe(2);
  });

  it('modules that do not pay make the next one dearer, but not what is really hot', () => {
    // Each loop ends when it has earned back nine tenths of what its module has cost: the first has paid for none.
    const cold = loops(50, 25_000).replace(/hlt$/, '');
    expect(translated(`${cold}hlt`, 'auto').regions).toBe(1);
    expect(translated(`${cold}${loop('hot', 1_000_000)}\nhlt`, 'auto').regions).toBe(2);
  });

  it('a block of a loop that hardly ever runs stays outside', () => {
    // Once in 1024 turns.
    const source = `
      mov ecx, 100000
again: add rax, rcx
      test ecx, 1023
      jnz next
      xor rax, rcx
next: sub ecx, 1
      jnz again
      hlt`;
    const { regions, blocks, branchExits } = translated(source, 'auto');
    expect({ regions, blocks }).toEqual({ regions: 1, blocks: 2 });
    expect(branchExits).toBeGreaterThan(50);
  });
});

describe('loads of CR3', () => {
  it('a region over two pages goes on behind each', () => {
    const source = `
      mov ebx, 1000
again: mov rax, cr3
      mov cr3, rax
      mov ecx, 300
      jmp next
      align 4096
      times 4094 nop
next: add rdx, rcx
      sub ecx, 1
      jnz next
      sub ebx, 1
      jnz again
      hlt`;
    const { entries, refusedEntries } = translated(source, 'auto', { policy: CHEAP });
    // It is made when the loop has been entered 320 times; from then on only the budget can end it.
    expect(entries).toBeLessThan(500);
    expect(refusedEntries).toBeLessThan(10);
  });
});

/** Calls `function` `turns` times; each `period` turns it overwrites the constant in its first instruction. */
const rewriting = (turns: number, period: number): string => `
      mov ecx, ${turns}
      mov ebx, ${period}
again: sub ebx, 1
      jnz call
      mov ebx, ${period}
      mov [rel function + 1], ecx
call: call function
      sub ecx, 1
      jnz again
      hlt
      align 4096
function: add eax, 0x12345678
      xor eax, ecx
      ror eax, 3
      ret`;

describe('code that changes', () => {
  it('a region that is left right after its entry is given up', () => {
    const { entries, abandonedRegions } = translated(rewriting(100_000, 1), 'auto', { policy: CHEAP });
    expect(abandonedRegions).toBeGreaterThan(0);
    expect(entries).toBeLessThan(50_000);
  });

  it('code is not translated again and again when it is overwritten before that pays', () => {
    // Each of the 1000 versions of the function is called just often enough to be translated.
    const policy = { moduleCost: 5000, instructionCost: 0 };
    const { droppedRegions } = translated(rewriting(700_000, 700), 'auto', { policy });
    expect(droppedRegions).toBeGreaterThan(0);
    expect(droppedRegions).toBeLessThan(20);
  });

  it('nor is code that is new each time, but lies where translations have been in vain', () => {
    const source = `
      mov ebx, 1000
again: mov [rel function + 1], ebx
      call function
      sub ebx, 1
      jnz again
      hlt
      align 4096
function: add eax, 0x12345678
      mov ecx, 700
inner: add eax, ecx
      sub ecx, 1
      jnz inner
      ret`;
    const policy = { moduleCost: 4000, instructionCost: 0 };
    const { droppedRegions } = translated(source, 'auto', { policy });
    expect(droppedRegions).toBeGreaterThan(0);
    expect(droppedRegions).toBeLessThan(20);
  });

  it('code that pays before it is overwritten is translated each time', () => {
    const policy = { moduleCost: 5000, instructionCost: 0 };
    const { droppedRegions } = translated(rewriting(500_000, 50_000), 'auto', { policy });
    expect(droppedRegions).toBeGreaterThanOrEqual(8);
  });
});

describe('a host that cannot compile a module', () => {
  const failing = (error: Error, times: number): TranslatorHooks => {
    let left = times;
    return {
      onModule: () => {
        if (left-- > 0) throw error;
      },
    };
  };

  it.each([
    ['has no memory left', new RangeError('out of memory')],
    ['meets a limit of its own', new WebAssembly.CompileError('too large')],
  ])('%s: the guest is interpreted', (_, error) => {
    const { regions, entries, failedCompilations } = translated(loops(100, 1000), 'force', failing(error, Infinity));
    expect({ regions, entries }).toEqual({ regions: 0, entries: 0 });
    expect(failedCompilations).toBeGreaterThan(1);
    // It is asked ever more rarely.
    expect(failedCompilations).toBeLessThan(10);
  });

  it('can do so later: regions are made again', () => {
    const { regions, entries, failedCompilations } = translated(
      loops(100, 1000),
      'force',
      failing(new RangeError('out of memory'), 1),
    );
    expect(failedCompilations).toBe(1);
    expect(regions).toBeGreaterThan(50);
    expect(entries).toBeGreaterThan(50);
  });

  it('fails after many regions: they are forgotten, and the guest goes on', () => {
    let modules = 0;
    const onModule = () => {
      if (++modules === 40) throw new RangeError('out of memory');
    };
    const { regions, failedCompilations } = translated(loops(100, 1000), 'force', { onModule });
    expect(failedCompilations).toBe(1);
    expect(regions).toBeGreaterThan(50);
  });

  it('any other error is not swallowed', () => {
    expect(() => run(loops(2, 1000), 'force', failing(new TypeError('a bug'), 1))).toThrow('a bug');
  });
});
