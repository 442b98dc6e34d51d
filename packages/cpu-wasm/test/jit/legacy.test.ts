/**
 * What translated 32-bit code has that 64-bit code has not: addresses and stacks that wrap at 4 GiB, segments that are not flat, and
 * the halves of registers that nobody sees. Each guest is a loop that runs on the interpreter and on the translator in slices of odd
 * lengths; random guests of such code are in lockstep.test.ts. Selectors: 8 code and 10h data, flat; 18h data below 70000h; 20h
 * data from 60000h on; 28h a stack of 16 bits; 30h code from 10000h on; 38h code of 64 bits.
 */
import { assemble } from '@longmode/x86';
import { describe, expect, it } from 'vitest';
import { CpuCore, type TranslatorStatistics } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';
import { memoryDifferences, stateDifferences } from './lockstep.ts';

const ORIGIN = 0x10000;
const DATA = 0x60000;
const MEMORY_BYTES = 2 ** 21;
const GDT = 0x4000;
const IDT = 0x6000;
const DESCRIPTORS = [
  0n,
  0x00cf9b000000ffffn,
  0x00cf93000000ffffn,
  0x00c093000000006fn,
  0x00cf93060000ffffn,
  0x008f93000000ffffn,
  0x00cf9b010000ffffn,
  0x00af9b000000ffffn,
];
const code = engines.find(({ engine }) => engine === 'jit')?.code ?? expect.unreachable('no translator');

/**
 * A processor in protected mode without paging, or in compatibility mode, where the last 2 MiB below 4 GiB are memory, too. Faults of
 * the first one go to the label `fault`.
 */
function guest(source: string, jit: false | 'force', isCompatible: boolean): CpuCore {
  const { bytes, symbols } = assemble(source, { origin: ORIGIN, bits: 32 });
  const core = CpuCore.create({ engine: 'interpreter', code, memoryBytes: MEMORY_BYTES, host: silentHost, jit });
  const { registers, ram } = core;
  if (isCompatible) enterLongMode(core);
  else registers.set('cr0', 0x31n);
  ram.set(bytes, ORIGIN);
  const view = new DataView(ram.buffer, ram.byteOffset);
  if (isCompatible) {
    view.setBigUint64(0x2000 + 3 * 8, 0x7003n, true);
    view.setBigUint64(0x7000 + 511 * 8, 0x83n, true);
  }
  DESCRIPTORS.forEach((descriptor, i) => void view.setBigUint64(GDT + i * 8, descriptor, true));
  const handler = symbols.get('fault') ?? 0n;
  const gate = (handler & 0xffffn) | 0x8e00_0008_0000n | ((handler >> 16n) << 48n);
  for (let vector = 0; vector < 32; vector++) view.setBigUint64(IDT + vector * 8, gate, true);
  registers.setDescriptorTable('gdtr', { base: BigInt(GDT), limit: DESCRIPTORS.length * 8 - 1 });
  registers.setDescriptorTable('idtr', { base: BigInt(IDT), limit: 32 * 8 - 1 });
  const flat = { base: 0n, limit: 0xffffffff };
  for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const)
    registers.setSegmentFields(name, { ...flat, selector: 0x10, rights: 0xc093 });
  registers.setSegment('cs', { ...flat, selector: 8, rights: 0xc09b });
  registers.set('rsp', 0x6f000n);
  registers.set('rip', BigInt(ORIGIN));
  return core;
}

/** Runs both to the first HLT, for each length of slices. Returns the translator's statistics of the longest ones. */
function lockstep(source: string, isCompatible = false): TranslatorStatistics {
  let statistics: TranslatorStatistics | undefined;
  for (const slice of [89, 997, 50_000]) {
    const plain = guest(source, false, isCompatible);
    const translated = guest(source, 'force', isCompatible);
    let exit = '';
    for (let i = 0; exit !== 'halt'; i++) {
      exit = plain.run(slice);
      expect([translated.run(slice), ...stateDifferences(plain, translated)], `slice ${i} of ${slice}`).toEqual([exit]);
      if (i > 1e4) expect.unreachable('the guest does not end');
    }
    expect(memoryDifferences(plain, translated)).toEqual([]);
    expect(plain.registers.get('rcx') & 0xffffffffn, 'rounds left').toBe(0n);
    statistics = translated.translator;
  }
  return statistics ?? expect.unreachable('nothing has run');
}

/** A loop of 600 rounds that count ECX down. */
const loop = (...lines: readonly string[]): string =>
  ['mov ecx, 600', 'again:', ...lines, 'sub ecx, 1', 'jnz again', 'hlt'].join('\n');

/** How often a guest in one region is entered. */
const FEW = 20;

/** The handler of faults with an error code at instructions of one byte: goes on behind. */
const SKIP_BYTE = 'fault: add dword [ss:esp + 4], 1\nadd esp, 4\niretd';

describe('translated 32-bit code', () => {
  it('calls, returns and computed jumps stay in one region', () => {
    const { entries, calledInstructions } = lockstep(`
      mov esi, there
      ${loop('call leaf', 'call esi', 'jmp [table]', 'back: push ecx', 'mov ebp, esp', 'add [ebp], ecx', 'leave', 'lea esp, [esp + 0]')}
leaf: inc ebx
      dec edx
      ret
there: push 7
      pop eax
      push dword [table]
      pop edi
      ret
table: dd back`);
    expect(entries).toBeLessThan(FEW);
    expect(calledInstructions).toBe(0);
  });

  it('the stack pointer and addresses wrap at 4 GiB', () => {
    // Without paging nothing faults. What lies above memory reads as all ones, and a write there is lost.
    const wraps = [
      'mov esp, 4\npush ecx\npush ecx\npop eax\npop ebx',
      'mov esp, 2\npush eax\ncall leaf\nback:',
      'mov esp, 0xfffffffc\npop edx\npush ebx',
      `mov esp, 0x6f000\nmov edi, ${DATA + 0x1000}`,
      'add [edi + 0xfffff004], ecx\nmov eax, [edi + 0xfffff004]',
      'xor eax, [edi*4 + 0xffedd004]\nadd ebx, eax\nlea edx, [ebx + ecx*8 + 0xffffff00]',
    ];
    const { regions } = lockstep(`${loop(...wraps)}\nleaf: mov esp, 0x6f000\njmp back`);
    expect(regions).toBeGreaterThan(0);
  });

  it('a stack that begins at the end of 4 GiB and ends at 0', () => {
    const turns = [
      'mov esp, 4\npush ecx\npush ecx\nmov eax, [esp]\nadd [esp + 4], eax\npop edi\npop ebx',
      'mov esp, 0\ncall leaf\nmov esp, 2\ncall leaf\nadd ebx, esp',
      'mov edx, leaf\nmov esp, 0\ncall edx\nadd ebx, esp',
      'mov esp, 0\npush dword 7\nlea esi, [esp + 0]\nmov ebp, esp\nleave\nadd ebx, esp',
      'mov esp, 0xfffffffc\nmov dword [esp], on\nret 0x10\non: add ebx, esp',
    ];
    const { entries } = lockstep(`${loop(...turns)}\nleaf: add eax, [esp]\nret`, true);
    // What lies across the end is left to the interpreter: two accesses in a round.
    expect(entries).toBeLessThan(3 * 600);
  });

  it('a stack with a limit is no flat one', () => {
    const pops = loop('mov esp, 0x6f000', 'push ecx', 'pop edx', 'mov esp, 0x70000', 'pop eax', 'inc ebx');
    lockstep(`mov eax, 0x18\nmov ss, ax\n${pops}\n${SKIP_BYTE}`);
  });

  it('a stack pointer of 16 bits leaves the rest of ESP alone', () => {
    lockstep(
      `mov eax, 0x28\nmov ss, ax\n${loop('mov esp, 0x6f002', 'push ecx', 'push ecx', 'pop eax', 'add ebx, esp')}`,
    );
  });

  it('segments change between flat and not flat in one loop', () => {
    const source = `mov esi, ${DATA + 0x100}\n${loop(
      'mov eax, 0x10\nmov ds, ax\nmov eax, [esi]\nadd [esi], ecx',
      'mov edx, 0x20\nmov ds, dx\nxor eax, [esi - 0x60000]\nadd [esi - 0x60000], eax',
      'mov edx, 0x18\nmov es, dx\nmov edi, 0x6ffff\nmov al, [es:edi]',
      // Beyond the limit: LODSB has one byte.
      'mov ds, dx\nmov esi, 0x70000\nlodsb',
      `mov edx, 0x10\nmov ds, dx\nmov esi, ${DATA + 0x100}\nadd ebx, eax`,
    )}\n${SKIP_BYTE}`;
    expect(lockstep(source).regions).toBeGreaterThan(0);
  });

  it('a code segment with a base', () => {
    const source = loop('call 0x30:based - 0x10000', 'add ebx, eax', 'call leaf');
    lockstep(`${source}\nbased: mov edx, 5\nturn: add eax, edx\nsub edx, 1\njnz turn\nretf\nleaf: inc eax\nret`);
  });

  it('operands and addresses of 16 bits', () => {
    const { regions } = lockstep(
      loop(
        'push cx\npush ax\npop dx\npop bx',
        'mov esi, 0x12345678\nmov ebx, 0x2000\nadd [bx + si], ecx\nmov eax, [bx + si]',
        'lea edx, [bx + si + 0x7fff]\nadd ax, dx\ninc si\nmovzx edi, ax\nimul bx, cx, 77',
      ),
    );
    expect(regions).toBeGreaterThan(0);
  });

  it('upper halves of registers in compatibility mode', () => {
    // 64-bit code fills them, and looks what has become of them. The far jumps take what is pushed, or lie behind a zero of 64 bits.
    const there = ['mov rax, 0x1111111100000007', 'mov rdx, 0x2222222200000009', 'mov rbx, 0x3333333300000001'];
    const source = loop(
      'jmp 0x38:long',
      'short: push eax',
      'add [esp], edx',
      'pop esi',
      'add bl, 3',
      'mov dh, bl',
      'push ebp',
      'leave',
      'xor edi, esi',
    );
    const long = `bits 64\nlong: ${there.join('\n')}\nmov rbp, rsp\nmov r8, 0x4444444400000000\nadd rsp, r8\nadd rbp, r8
      add r9, rsi\nadd r9, rdi\nmov r10d, ecx\njmp far [rel way]\nway: dd short, 8`;
    expect(lockstep(`${source}\n${long}`, true).regions).toBeGreaterThan(0);
  });

  it('both modes have their own regions of the same bytes', () => {
    // INC EAX and a REX prefix: what is one instruction in 64-bit code are two here.
    const bytes = 'leaf: db 0x40, 0x01, 0xc8, 0x48, 0x01, 0xc3, 0xc3';
    const source = loop('call leaf', 'jmp 0x38:long', 'short: add ebx, eax');
    const long = `bits 64\nlong: call leaf\ncall leaf\njmp far [rel way]\nway: dd short, 8`;
    expect(lockstep(`${source}\n${bytes}\n${long}`, true).regions).toBeGreaterThan(1);
  });

  it('code that changes itself', () => {
    lockstep(loop('inc ebx', 'patch: add eax, 1', 'inc byte [patch + 2]', 'and byte [patch + 2], 0x3f'));
  });
});
