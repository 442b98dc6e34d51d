/**
 * What translated 32-bit code has that 64-bit code has not: addresses and stacks that wrap at 4 GiB, operands of 16 bits, and the halves
 * of registers that nobody sees. Segments that are not flat are in segments.test.ts, random guests of such code in lockstep.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { DATA, lockstep, loop } from './legacy-guest.ts';

/** How often a guest in one region is entered. */
const FEW = 20;

describe('translated 32-bit code', () => {
  it('calls, returns and computed jumps stay in one region', () => {
    const { statistics } = lockstep(`
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
    expect(statistics.entries).toBeLessThan(FEW);
    expect(statistics.calledInstructions).toBe(0);
  });

  it('counted branches of both address sizes stay in one region', () => {
    const { statistics } = lockstep(
      loop(
        'mov ebx, ecx\nmov ecx, 0x70005\nfirst: add eax, ecx\ndb 0x67\nloop first\nadd edx, ecx',
        'mov ecx, 4\nsecond: cmp ecx, 2\nloopne second\nsetz al\nadd edx, ecx',
        'mov ecx, 6\nthird: dec esi\ntest ecx, 5\nloope third\nadd edx, ecx',
        // The count wraps, and ZF ends the loop.
        'mov ecx, 0\ncmp ecx, ecx\nfourth: loopne fourth\nadd edx, ecx',
        'mov ecx, 0xabc0000\njecxz over\njcxz on\nover: inc esi\non: and ecx, ebx',
        'and ecx, 1\njecxz even\nadd edi, 3\neven: mov ecx, ebx',
      ),
    );
    expect(statistics.entries).toBeLessThan(FEW);
    expect(statistics.calledInstructions).toBe(0);
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
    const { statistics } = lockstep(`${loop(...wraps)}\nleaf: mov esp, 0x6f000\njmp back`);
    expect(statistics.regions).toBeGreaterThan(0);
  });

  it('a stack that begins at the end of 4 GiB and ends at 0', () => {
    const turns = [
      'mov esp, 4\npush ecx\npush ecx\nmov eax, [esp]\nadd [esp + 4], eax\npop edi\npop ebx',
      'mov esp, 0\ncall leaf\nmov esp, 2\ncall leaf\nadd ebx, esp',
      'mov edx, leaf\nmov esp, 0\ncall edx\nadd ebx, esp',
      'mov esp, 0\npush dword 7\nlea esi, [esp + 0]\nmov ebp, esp\nleave\nadd ebx, esp',
      'mov esp, 0xfffffffc\nmov dword [esp], on\nret 0x10\non: add ebx, esp',
    ];
    const { statistics } = lockstep(`${loop(...turns)}\nleaf: add eax, [esp]\nret`, true);
    // What lies across the end is left to the interpreter: two accesses in a round.
    expect(statistics.entries).toBeLessThan(3 * 600);
  });

  it('a stack of words stays in one region, and wraps at 4 GiB', () => {
    const { statistics } = lockstep(
      loop(
        'mov [0x68000], ecx\npush cx\npush word [esp]\npush word 7\nmov ebp, esp\npop ax\npop dx\npop bx\npop si',
        'mov esp, 0x6f000\ndb 0x66\nleave\npopaw\nmov esp, 2\npush cx\npush dx\npop bx\npop di\nmov esp, 0x6f000\nmov ecx, [0x68000]',
      ),
      true,
    );
    expect(statistics.entries).toBeLessThan(FEW);
    expect(statistics.calledInstructions).toBe(0);
  });

  it('operands and addresses of 16 bits', () => {
    const { statistics } = lockstep(
      loop(
        'push cx\npush ax\npop dx\npop bx',
        'mov esi, 0x12345678\nmov ebx, 0x2000\nadd [bx + si], ecx\nmov eax, [bx + si]',
        'lea edx, [bx + si + 0x7fff]\nadd ax, dx\ninc si\nmovzx edi, ax\nimul bx, cx, 77',
      ),
    );
    expect(statistics.regions).toBeGreaterThan(0);
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
    expect(lockstep(`${source}\n${long}`, true).statistics.regions).toBeGreaterThan(0);
  });

  it('both modes have their own regions of the same bytes', () => {
    // INC EAX and a REX prefix: what is one instruction in 64-bit code are two here.
    const bytes = 'leaf: db 0x40, 0x01, 0xc8, 0x48, 0x01, 0xc3, 0xc3';
    const source = loop('call leaf', 'jmp 0x38:long', 'short: add ebx, eax');
    const long = `bits 64\nlong: call leaf\ncall leaf\njmp far [rel way]\nway: dd short, 8`;
    expect(lockstep(`${source}\n${bytes}\n${long}`, true).statistics.regions).toBeGreaterThan(1);
  });

  it('code that changes itself', () => {
    lockstep(loop('inc ebx', 'patch: add eax, 1', 'inc byte [patch + 2]', 'and byte [patch + 2], 0x3f'));
  });
});
