/** Real-address mode, as far as the system half needs it: interrupt vector table, IRET, segment loads, the way to protected mode. */
import { assemble } from '@longmode/x86';
import { describe, expect, test } from 'vitest';
import { CpuCore } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';

const ORIGIN = 0x7c00;

describe.each(engines)('real-address mode, $engine', ({ engine, code }) => {
  /** Runs 16-bit code at 0000:7C00 with the stack below it, until HLT. */
  const run = (source: string): CpuCore => {
    const core = CpuCore.create({ engine, code, memoryBytes: 2 ** 21, host: silentHost });
    core.ram.set(assemble(source, { bits: 16, origin: ORIGIN }).bytes, ORIGIN);
    const { registers } = core;
    registers.setSegment('cs', { selector: 0, base: 0n, limit: 0xffff, rights: 0x9b });
    registers.set('rip', BigInt(ORIGIN));
    registers.set('rsp', BigInt(ORIGIN));
    expect(core.run(10_000)).toBe('halt');
    return core;
  };

  test('INT pushes FLAGS, CS, IP and clears IF; IRET restores them', () => {
    const { registers } = run(`
      mov word [0x80 * 4], handler
      mov word [0x80 * 4 + 2], 0
      sti
      stc
      int 0x80
      pushf
      pop cx
      hlt
    handler:
      pushf
      pop bx
      mov si, sp
      mov ax, [si]
      mov dx, [si + 2]
      clc
      iret
    `);
    expect(registers.get('rbx') & 0x200n).toBe(0n);
    expect(registers.get('rcx') & 0x201n).toBe(0x201n);
    expect(registers.get('rdx')).toBe(0n);
    expect(registers.get('rsp')).toBe(BigInt(ORIGIN));
  });

  test('#DE is a fault without an error code', () => {
    const core = run(`
      mov word [0], handler
      mov word [2], 0
      xor cx, cx
    faulting:
      div cx
      hlt
    handler:
      pop ax
      sub ax, faulting
      mov bx, sp
      hlt
    `);
    expect(core.registers.get('rax') & 0xffffn).toBe(0n);
    expect(core.registers.get('rbx')).toBe(BigInt(ORIGIN - 4));
  });

  test('segment loads shift the selector; far JMP and CALL', () => {
    const { registers } = run(`
      mov ax, 0x1234
      mov es, ax
      mov word [es:8], 0xabcd
      call 0x07c0:far_code - 0x7c00
      hlt
    far_code:
      mov bx, cs
      retf
    `);
    expect(registers.segment('es')).toMatchObject({ selector: 0x1234, base: 0x12340n });
    expect(registers.get('rbx')).toBe(0x7c0n);
  });

  test('into protected mode and unreal mode', () => {
    const core = run(`
      lgdt [pointer]
      mov eax, cr0
      or al, 1
      mov cr0, eax
      mov bx, 8
      mov fs, bx
      and al, 0xfe
      mov cr0, eax
      jmp 0:real
    real:
      xor ax, ax
      mov fs, ax
      mov ebx, 0x100000
      mov dword [fs:ebx], 0x12345678
      hlt
    pointer:
      dw 15
      dd table
    table:
      dq 0, 0x00cf92000000ffff
    `);
    expect(new DataView(core.ram.buffer, core.ram.byteOffset).getUint32(0x100000, true)).toBe(0x12345678);
  });
});
