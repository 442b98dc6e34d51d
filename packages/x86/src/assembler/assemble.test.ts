import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AssembleOptions, assemble } from './assemble.ts';
import { AssemblerError } from './error.ts';

function bytesOf(source: string, bits: 16 | 32 | 64 = 32, options: Omit<AssembleOptions, 'bits'> = {}): string {
  return [...assemble(source, { bits, ...options }).bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function errorOf(source: string, bits: 16 | 32 | 64 = 32): string {
  try {
    assemble(source, { bits });
  } catch (error) {
    if (error instanceof AssemblerError) return error.message;
    throw error;
  }
  throw new Error(`no error for: ${source}`);
}

test('an address of a vector alone is a 32-bit one in 16-bit code', () => {
  expect(bytesOf('vpgatherqq xmm1, [xmm3], xmm2', 16)).toBe('67 c4 e2 e9 91 0c 1d 00 00 00 00');
});

describe('instructions', () => {
  // The bytes are read off the opcode maps of SDM Vol. 2D; iced.test.ts compares with a decoder.
  test.each([
    ['add [ebx], al', '00 03'],
    ['add eax, 5', '83 c0 05'],
    ['add eax, 0x12345', '05 45 23 01 00'],
    ['add eax, 0xFFFFFFFF', '83 c0 ff'],
    ['mov ax, 1', '66 b8 01 00'],
    ['mov dword [eax+ecx*4+8], 1', 'c7 44 88 08 01 00 00 00'],
    ['mov DWORD PTR es:[eax], 1', '26 c7 00 01 00 00 00'],
    ['mov eax, [bx+si+5]', '67 8b 40 05'],
    ['mov eax, [ebp]', '8b 45 00'],
    ['mov eax, [esp]', '8b 04 24'],
    ['mov eax, [eax+esp]', '8b 04 04'],
    ['mov eax, [eax*2]', '8b 04 45 00 00 00 00'],
    ['mov eax, [eax*5]', '8b 04 80'],
    ['mov eax, [byte eax+0]', '8b 40 00'],
    ['mov eax, [dword eax+1]', '8b 80 01 00 00 00'],
    ['mov eax, [0x1234]', 'a1 34 12 00 00'],
    ['mov ecx, [word 0x1234]', '67 8b 0e 34 12'],
    ['mov ds, eax', '8e d8'],
    ['mov cr0, eax', '0f 22 c0'],
    ['imul eax, 5', '6b c0 05'],
    ['test [eax], cl', '84 08'],
    ['test cl, [eax]', '84 08'],
    ['sal eax, 1', 'd1 e0'],
    ['jz $', '74 fe'],
    ['jmp near $', 'e9 fb ff ff ff'],
    ['call 8', 'e8 03 00 00 00'],
    ['jmp 8:0x100000', 'ea 00 00 10 00 08 00'],
    ['jmp far [eax]', 'ff 28'],
    ['jmp fword [eax]', 'ff 28'],
    ['jmp far word [eax]', '66 ff 28'],
    ['jmp [eax]', 'ff 20'],
    ['rep movsd', 'f3 a5'],
    ['repne scasb', 'f2 ae'],
    ['es lodsb', '26 ac'],
    ['a16 stosb', '67 aa'],
    ['lock cmpxchg8b [edi]', 'f0 0f c7 0f'],
    ['iret', 'cf'],
    ['iretw', '66 cf'],
    ['pushf', '9c'],
    ['push word 5', '66 6a 05'],
    ['push 0x12345', '68 45 23 01 00'],
    ['aam', 'd4 0a'],
    ['jecxz $', 'e3 fe'],
    ['jcxz $', '67 e3 fd'],
    ['loop $, cx', '67 e2 fd'],
    ['int 0x80', 'cd 80'],
    ['out dx, al', 'ee'],
    ['xchg eax, ebx', '93'],
    ['nop', '90'],
    ['pause', 'f3 90'],
  ])('32-bit: %s', (source, bytes) => {
    expect(bytesOf(source)).toBe(bytes);
  });

  test.each([
    ['mov rax, 5', '48 c7 c0 05 00 00 00'],
    ['mov rax, 0x80000000', '48 b8 00 00 00 80 00 00 00 00'],
    ['mov rax, -1', '48 c7 c0 ff ff ff ff'],
    ['mov sil, r9b', '44 88 ce'],
    ['mov eax, [rel 0x1000]', '8b 05 fa 0f 00 00'],
    ['mov eax, [rip+0x1000]', '8b 05 00 10 00 00'],
    ['mov eax, [0x1000]', '8b 04 25 00 10 00 00'],
    ['mov rax, [qword 0x1000]', '48 a1 00 10 00 00 00 00 00 00'],
    ['mov eax, [ebx]', '67 8b 03'],
    ['mov r12, [r12+r13*8]', '4f 8b 24 ec'],
    ['push rbx', '53'],
    ['push r8', '41 50'],
    ['push qword [rax]', 'ff 30'],
    ['push [rax]', 'ff 30'],
    ['call [rax]', 'ff 10'],
    ['jmp rax', 'ff e0'],
    ['xchg eax, eax', '87 c0'],
    ['iretq', '48 cf'],
    ['retfq', '48 cb'],
    ['o64 sysret', '48 0f 07'],
    ['movsxd rax, ecx', '48 63 c1'],
    ['andn rax, rbx, [rcx]', 'c4 e2 e0 f2 01'],
    ['rorx r8d, eax, 3', 'c4 63 7b f0 c0 03'],
    ['lgdt [rax]', '0f 01 10'],
    ['mov cr8, rax', '44 0f 22 c0'],
    ['wrfsbase rax', 'f3 48 0f ae d0'],
    ['crc32 eax, byte [rsi]', 'f2 0f 38 f0 06'],
    ['invlpg [rdi]', '0f 01 3f'],
  ])('64-bit: %s', (source, bytes) => {
    expect(bytesOf(source, 64)).toBe(bytes);
  });

  test.each([
    ['mov ax, [bp]', '8b 46 00'],
    ['mov eax, cr0', '0f 20 c0'],
    ['lgdt [cs:0x20]', '2e 0f 01 16 20 00'],
    ['o32 lgdt [0x20]', '66 0f 01 16 20 00'],
    ['jmp dword 8:0x12345', '66 ea 45 23 01 00 08 00'],
    ['mov eax, [dword 0x12345]', '67 66 a1 45 23 01 00'],
    ['mov al, [eax]', '67 8a 00'],
    ['jmp 0', 'eb fe'],
  ])('16-bit: %s', (source, bytes) => {
    expect(bytesOf(source, 16)).toBe(bytes);
  });
});

describe('layout', () => {
  test('jumps are short until the target is out of reach', () => {
    expect(bytesOf('jmp l\ntimes 127 nop\nl:').slice(0, 5)).toBe('eb 7f');
    expect(bytesOf('jmp l\ntimes 128 nop\nl:').slice(0, 14)).toBe('e9 80 00 00 00');
    expect(bytesOf('l: times 126 nop\njnz l').slice(-5)).toBe('75 80');
    expect(bytesOf('l: times 127 nop\njnz l').slice(-17)).toBe('0f 85 7b ff ff ff');
  });

  test('one growing jump pushes another out of reach', () => {
    const source = (gap: number) => ['jmp a', 'jmp b', 'times 125 nop', `a: times ${gap} nop`, 'b:'].join('\n');
    expect(bytesOf(source(2)).slice(0, 11)).toBe('eb 7f eb 7f');
    expect(bytesOf(source(3)).slice(0, 29)).toBe('e9 82 00 00 00 e9 80 00 00 00');
  });

  test('labels, local labels, equ and $', () => {
    const { symbols, bytes, lines } = assemble(
      [
        'start: nop',
        '.loop: jmp .loop',
        'next:',
        '.loop: dd $, $$, start.loop',
        'message db "hi", 10',
        'length equ $-message',
      ].join('\n'),
      { bits: 32, origin: 0x100000 },
    );
    expect(Object.fromEntries(symbols)).toEqual({
      start: 0x100000n,
      'start.loop': 0x100001n,
      next: 0x100003n,
      'next.loop': 0x100003n,
      message: 0x10000fn,
      length: 3n,
    });
    expect(bytes.length).toBe(18);
    expect(lines).toEqual([
      { address: 0x100000n, line: 1 },
      { address: 0x100001n, line: 2 },
      { address: 0x100003n, line: 4 },
      { address: 0x10000fn, line: 5 },
    ]);
  });

  test('equ may be defined after its use, and by other names', () => {
    expect(bytesOf('mov eax, a\na equ b*2\nb equ 3')).toBe('b8 06 00 00 00');
  });

  test('data, strings and escapes', () => {
    expect(bytesOf("db 1, -1, 'AB', 0x7F, `a\\n\\x80`, 'A'+1")).toBe('01 ff 41 42 7f 61 0a 80 42');
    expect(bytesOf("dw 0x1234, 'ABC'")).toBe('34 12 41 42 43 00');
    expect(bytesOf('dd 0xDEADBEEF')).toBe('ef be ad de');
    expect(bytesOf('dq -2')).toBe('fe ff ff ff ff ff ff ff');
    expect(bytesOf('db "ä"')).toBe('c3 a4');
  });

  test('align, times, resb, org', () => {
    expect(bytesOf('db 1\nalign 4\ndb 2')).toBe('01 90 90 90 02');
    expect(bytesOf('db 1\nalign 4, db 0\ndb 2')).toBe('01 00 00 00 02');
    expect(bytesOf('db 1\ntimes 4-($-$$) db 9\nresw 1')).toBe('01 09 09 09 00 00');
    expect(bytesOf('org 0x7C00\nx: dw x')).toBe('00 7c');
  });

  test('numbers, operators and precedence', () => {
    expect(bytesOf('db 0x1F, 1Fh, 0b101, 101b, 0o17, 1_0')).toBe('1f 1f 05 05 0f 0a');
    expect(bytesOf('db 1+2*3, (1+2)*3, 1<<4|1, 7&~2, 10%3, -7/2+10, 6^3')).toBe('07 09 11 05 01 07 05');
  });

  test('bits switches the mode in the middle', () => {
    expect(bytesOf('mov eax, 1\nbits 64\nmov rax, [rdi]\n[bits 16]\nmov ax, 1')).toBe(
      'b8 01 00 00 00 48 8b 07 b8 01 00',
    );
  });

  test('symbols from outside', () => {
    expect(bytesOf('mov eax, base+4', 32, { symbols: { base: 0x1000 } })).toBe('b8 04 10 00 00');
  });

  test('default rel', () => {
    expect(bytesOf('default rel\nmov eax, [l]\nl:', 64)).toBe('8b 05 00 00 00 00');
    expect(bytesOf('default rel\nmov eax, [abs l]\nl:', 64)).toBe('8b 04 25 07 00 00 00');
  });
});

describe('errors name place, problem and remedy', () => {
  test.each([
    ['nop\n  mvo eax, 1', 'line 2, column 3: "mvo" is no instruction or directive; did you mean "mov"?'],
    ['mov eax, ebx, ecx', 'line 1, column 5: "mov" does not take these operands; it takes r/m8, r8'],
    [
      'mov [eax], 1',
      'line 1, column 5: the size of the memory operand is not known; write byte, word, dword or qword before the bracket',
    ],
    ['mov al, 256', 'line 1, column 9: the immediate 256 does not fit in 8 bits'],
    ['mov rax, 1', 'line 1, column 5: register rax exists only in 64-bit mode'],
    ['jmp nowhere', 'line 1, column 5: "nowhere" is not defined'],
    ['a: nop\na: nop', 'line 2, column 1: "a" is defined twice'],
    ['a equ b\nb equ a', 'line 1, column 7: "b" is defined by itself'],
    ['jmp short l\ntimes 200 nop\nl:', 'line 1, column 5: the target is 200 bytes away, out of reach of a short jump'],
    ['lock mov [eax], eax', 'line 1, column 1: lock is not allowed on this "mov"'],
    ['rep mov eax, 1', 'line 1, column 1: rep has no meaning before "mov"'],
    ['mov eax, [eax+ebx+ecx]', 'line 1, column 10: an address has at most two registers'],
    ['mov eax, [eax*3+ebx]', 'line 1, column 10: no such scaled index'],
    ['mov eax, [ax]', 'line 1, column 10: [ax] is no 16-bit address'],
    ['mov eax, [eax+bx]', 'line 1, column 10: the registers of an address must be general registers of one width'],
    ['mov eax, 1/0', 'line 1, column 11: division by zero'],
    ['db 256', 'line 1, column 4: 256 does not fit in 1 byte'],
    ['db "abc', 'line 1, column 4: this string is not closed'],
    ['db 12abc', 'line 1, column 4: "12abc" is no number'],
    ['mov eax, {', 'line 1, column 10: "{" starts nothing here'],
    ['times -1 nop', 'line 1, column 1: times -1; the count is negative'],
    ['align 3', 'line 1, column 1: align 3; align to a power of two'],
    ['times l nop\nl:', 'line 1, column 7: this value depends on a label further down'],
    ['nop\norg 5', 'line 2, column 1: org after code'],
    ['section .text', 'line 1, column 1: "section" is not supported'],
    ['bits 8', 'line 1, column 1: bits takes 16, 32 or 64'],
    ['swapgs', 'line 1, column 1: "swapgs" exists only in 64-bit mode'],
    ['db 1 << 500', 'line 1, column 6: shift by 500'],
    ['times 1 << 40 db 0', 'line 1, column 1: times 1099511627776'],
    ['resb 1 << 40', 'line 1, column 1: the output exceeds 67108864 bytes'],
    ['%define X 1', 'line 1, column 1: there is no preprocessor'],
    ['eax: nop', 'line 1, column 1: "eax" is a register'],
  ])('%s', (source, message) => {
    expect(errorOf(source)).toContain(message);
  });

  test('pusha in 64-bit code', () => {
    expect(errorOf('pusha', 64)).toContain('"pusha" does not exist in 64-bit mode');
  });

  test('an origin that is no integer', () => {
    expect(() => assemble('nop', { bits: 32, origin: 1.5 })).toThrow('origin is 1.5; give an integer');
  });

  test('ah with a REX prefix', () => {
    expect(errorOf('mov ah, r8b', 64)).toContain('AH, BH, CH, DH cannot be used together with a REX prefix');
  });

  const word = fc.constantFrom(
    ...'mov add jmp lea push eax rax ax al ds cr0 [ ] + - * / , : ( ) << 5 0xFF label label: .l .l: equ times db dq dword byte far rel lock rep bits 16 32 64 align org $ $$ "s" \n'.split(
      ' ',
    ),
    '\n',
  );
  test('no text makes anything but an AssemblerError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
          fc.string(),
        ),
        (source) => {
          try {
            assemble(source, { bits: 32 });
          } catch (error) {
            if (!(error instanceof AssemblerError)) throw error;
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['nested parentheses', `db ${'('.repeat(100_000)}`],
    ['many signs', `db ${'-'.repeat(100_000)}1`],
    ['a long sum', `db ${'1+'.repeat(100_000)}1`],
    ['doubling names', Array.from({ length: 60 }, (_, i) => `a${i + 1} equ a${i}+a${i}`).join('\n')],
  ])('%s: an error, no crash', (_, source) => {
    expect(() => assemble(source, { bits: 32 })).toThrow(AssemblerError);
  });
});
