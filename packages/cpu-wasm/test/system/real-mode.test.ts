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

  /** Vector, and where the saved IP points relative to `faulting`. */
  const exceptions: readonly (readonly [name: string, vector: number, offset: number, ...lines: string[]])[] = [
    ['#DE', 0, 0, 'xor cx, cx', 'div cx'],
    ['INT1', 1, 1, 'int1'],
    ['#BP', 3, 1, 'int3'],
    ['INT n', 0x21, 2, 'int 0x21'],
    ['#OF', 4, 1, 'mov al, 127', 'inc al', 'into'],
    ['#BR', 5, 0, 'mov dword [0x600], 0', 'mov ax, 1', 'bound ax, [0x600]'],
    ['#UD by UD2', 6, 0, 'ud2'],
    ['#UD by LOCK', 6, 0, 'db 0xf0, 0x90'],
    ['#UD by SLDT, which only protected mode has', 6, 0, 'sldt ax'],
    ['#UD by ARPL', 6, 0, 'db 0x63, 0xc8'],
    ['#UD by VERR', 6, 0, 'verr ax'],
    ['#NM', 7, 0, 'mov eax, cr0', 'or al, 8', 'mov cr0, eax', 'fnop'],
    ['#GP at FFFFh', 13, 0, 'mov bx, 0xffff', 'mov ax, [bx]'],
    ['#GP above FFFFh', 13, 0, 'mov ebx, 0x10000', 'mov al, [ebx]'],
    ['#GP by 16 bytes', 13, 0, `db ${Array(15).fill('0x66').join(', ')}, 0x90`],
    ['#SS at FFFFh', 12, 0, 'mov bp, 0xffff', 'mov ax, [bp]'],
  ];
  test.each(exceptions)('%s', (_name, vector, offset, ...lines) => {
    const core = run(`
      mov bx, ${vector} * 4
      mov word [bx], handler
      mov word [bx + 2], 0
      ${lines.slice(0, -1).join('\n')}
    faulting:
      ${lines.at(-1)}
      hlt
    handler:
      pop ax
      sub ax, faulting
      pop cx
      pop dx
      mov si, sp
      mov di, 0x5a5a
      hlt
    `);
    const { registers } = core;
    expect(registers.get('rdi') & 0xffffn).toBe(0x5a5an);
    expect(registers.get('rax') & 0xffffn).toBe(BigInt(offset));
    expect(registers.get('rcx') & 0xffffn).toBe(0n);
    // Three words and no error code.
    expect(registers.get('rsi') & 0xffffn).toBe(BigInt(ORIGIN));
  });

  test('an instruction breakpoint and a single step', () => {
    const { registers } = run(`
      mov word [4], handler
      mov word [6], 0
      mov eax, broken
      mov dr0, eax
      mov eax, 1
      mov dr7, eax
      xor cx, cx
    broken:
      inc cx
      hlt
    handler:
      mov eax, dr6
      hlt
    `);
    expect(registers.get('rcx') & 0xffffn).toBe(0n);
    expect(registers.get('rax')).toBe(0xffff0ff1n);
  });
});
