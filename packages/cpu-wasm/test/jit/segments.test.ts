/**
 * 32-bit code in segments that are not flat, beside code and data that are: a base, a limit, a stack that expands down, a stack of 16
 * bits. Only code whose code and stack segments are flat is translated, and of that only accesses through flat segments; the
 * guests here would show it if anything else were.
 */
import { describe, expect, it } from 'vitest';
import type { CpuCore } from '../../src/index.ts';
import { DATA, lockstep, loop, ORIGIN, SKIP_BYTE } from './legacy-guest.ts';

/** The handler of faults with an error code: counts them, adds their EIP to EBX, and goes on at EBP in the same code segment. */
const FAULTS = 0x68400;
const RESUME = `fault: add esp, 4\nadd ebx, [ss:esp]\ninc dword [ss:${FAULTS}]\nmov [ss:esp], ebp\niretd`;
const faults = ({ ram }: CpuCore): number => new DataView(ram.buffer, ram.byteOffset).getUint32(FAULTS, true);
let serial = 0;
/** Instructions of which the last may fault. */
function attempt(instructions: string): string {
  const n = serial++;
  return `mov ebp, behind_${n}\n${instructions}\nbehind_${n}:`;
}
/** Fills with NOP up to an address. */
const fillTo = (address: number): string => `times ${address} - $ nop`;

describe('code segments', () => {
  it('a code segment with a base', () => {
    const source = loop('call 0x30:based - 0x10000', 'add ebx, eax', 'call leaf');
    lockstep(`${source}\nbased: mov edx, 5\nturn: add eax, edx\nsub edx, 1\njnz turn\nretf\nleaf: inc eax\nret`);
  });

  it('a limit behind which code is known', () => {
    // The flat call and the fall beyond the edge make a block at 11000h; the branch to it faults all the same, at the branch.
    const turns = ['test ecx, ecx', attempt('jnz beyond'), attempt('call beyond'), attempt('jmp beyond')];
    const { core } = lockstep(`
      call beyond
      mov ebp, limited
      jmp 0x40:edge
limited: ${loop(...turns, 'inc esi')}
${RESUME}
${fillTo(ORIGIN + 0xfff)}
edge: nop
beyond: ret`);
    expect(faults(core)).toBe(1 + 3 * 600);
  });

  it('a base, while the second of two pages is mapped elsewhere and stays where it was without the base', () => {
    const { core } = lockstep(`
      mov dword [0x30000], 0x31003
      mov dword [0x30004], 0x32003
      xor ecx, ecx
fill: mov eax, ecx
      shl eax, 12
      or eax, 3
      mov [0x31000 + ecx*4], eax
      inc ecx
      cmp ecx, 1024
      jb fill
      mov dword [0x32000 + 0x60*4], ${ORIGIN + 3}
      mov dword [0x32000 + 0x61*4], ${ORIGIN + 0x1000 + 3}
      mov eax, 0x30000
      mov cr3, eax
      mov eax, 0x80000031
      mov cr0, eax
      call leaf
      xor ebx, ebx
      jmp 0x48:based
based: mov ecx, 600
again: cmp ecx, 300
      jne other
      mov dword [0x32000 + 0x61*4], ${ORIGIN + 0x2000 + 3}
      invlpg [0x461000]
      jmp other
back: sub ecx, 1
      jnz again
      hlt
${fillTo(ORIGIN + 0x1000)}
other: add ebx, 1
      jmp back
leaf: ret
${fillTo(ORIGIN + 0x2000)}
      add ebx, 2
      db 0xe9
      dd back - (other + 8)`);
    expect(core.registers.get('rbx')).toBe(300n + 2n * 300n);
  });
});

describe('stack segments', () => {
  it('a stack with a limit is no flat one', () => {
    const pops = loop('mov esp, 0x6f000', 'push ecx', 'pop edx', 'mov esp, 0x70000', 'pop eax', 'inc ebx');
    lockstep(`mov eax, 0x18\nmov ss, ax\n${pops}\n${SKIP_BYTE}`);
  });

  it('a base', () => {
    const turns = [
      'push ecx\ncall leaf\npop eax',
      'mov edx, [esp - 4]\nmov ebp, esp\nadd [ebp - 8], edx\nleave',
      'lea esp, [ebp - 4]\nmov esp, 0x6f000',
    ];
    const { core } = lockstep(`mov eax, 0x50
      mov ss, ax
      xor ebx, ebx
      ${loop(...turns)}
leaf: add ebx, [esp + 4]
      ret`);
    expect(core.registers.get('rbx')).toBe((600n * 601n) / 2n);
  });

  it('a limit above which it lies', () => {
    // LEAVE reads at EBP, where the stack does not reach.
    const reads = ['push ecx', 'mov ebp, 0x6effc', 'leave', 'mov ebp, 0x6f000', 'leave', 'mov esp, 0x6f800', 'pop eax'];
    lockstep(`mov esp, 0x6f800\nmov eax, 0x58\nmov ss, ax\n${loop(...reads)}\n${SKIP_BYTE}`);
  });

  it('a stack pointer of 16 bits leaves the rest of ESP alone', () => {
    lockstep(
      `mov eax, 0x28\nmov ss, ax\n${loop('mov esp, 0x6f002', 'push ecx', 'push ecx', 'pop eax', 'add ebx, esp')}`,
    );
  });
});

describe('data segments', () => {
  it('segments change between flat and not flat in one loop', () => {
    const source = `mov esi, ${DATA + 0x100}\n${loop(
      'mov eax, 0x10\nmov ds, ax\nmov eax, [esi]\nadd [esi], ecx',
      'mov edx, 0x20\nmov ds, dx\nxor eax, [esi - 0x60000]\nadd [esi - 0x60000], eax',
      'mov edx, 0x18\nmov es, dx\nmov edi, 0x6ffff\nmov al, [es:edi]',
      // Beyond the limit: LODSB has one byte.
      'mov ds, dx\nmov esi, 0x70000\nlodsb',
      `mov edx, 0x10\nmov ds, dx\nmov esi, ${DATA + 0x100}\nadd ebx, eax`,
    )}\n${SKIP_BYTE}`;
    expect(lockstep(source).statistics.regions).toBeGreaterThan(0);
  });

  // ESI is 6FFFDh: in 18h an access of 4 bytes there crosses the limit. SCASB and STOSD have ES, which is flat from
  // the second REP MOVSD on. The target of the jump is at 8100h with and without the base.
  const accesses = [
    'mov eax, [esi]',
    'mov [esi], ecx',
    'add [esi + 4], ecx',
    'mov al, [esi]',
    'push dword [esi]',
    'cmp cl, [esi + 3]',
    'movups xmm0, [esi]',
    'movups [esi], xmm0',
    'fld dword [esi]',
    'fstp dword [esi + 16]',
    'bts [esi], ecx',
    'lodsd',
    'mov edi, 0x68000\nmov ecx, 5\nrep movsd',
    'mov edi, 0x68000\nscasb',
    'mov edi, 0x6fffe\nstosd',
    'mov al, 2\nmov ebx, esi\nxlatb',
    'mov eax, 0x10\nmov es, ax\nmov esi, 0x6ffe0\nmov edi, 0x68000\nmov ecx, 8\nrep movsd',
    'lodsb\nlodsd',
    'mov edx, 0x8100\njmp [edx]',
  ];
  it.each([
    ['a base', 0x20, 0],
    ['a limit', 0x18, 14],
    ['no bytes at all', 0x60, 19],
    ['no right to write', 0x68, 7],
    ['no segment', 0, 19],
  ])('%s', (_, selector, expected) => {
    const body = accesses.map(
      (lines) => `mov esi, 0x6fffd\n${attempt(lines)}\nadd [ss:0x68300], eax\nmov esp, 0x6e000`,
    );
    const load = (to: number): string => `mov eax, ${to}\nmov ds, ax\nmov es, ax`;
    const { core, statistics } = lockstep(`fninit
      mov eax, 0x200
      mov cr4, eax
      mov dword [0x68200], 600
      mov dword [0x6ffe0], 7
      mov dword [0x8100], on
      mov dword [0x68100], on
again: ${load(selector)}
      mov dword [ss:0x68204], flat
      jmp round
flat: ${load(0x10)}
      mov dword [ss:0x68204], both
      jmp round
both: dec dword [ss:0x68200]
      jnz again
      xor ecx, ecx
      hlt
round: mov esp, 0x6e000
      ${body.join('\n')}
on:   jmp [ss:0x68204]
${RESUME}`);
    expect(faults(core) / 600).toBe(expected);
    expect(statistics.regions).toBeGreaterThan(0);
  });
});
