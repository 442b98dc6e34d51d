import * as fc from 'fast-check';
import iced from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../test/disassemble.ts';
import { Alu, Assembler, type Memory, Shift, Unary } from './assembler.ts';
import { Condition, R8, R9, R11, R12, R13, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP } from './registers.ts';

/** What iced-x86 reads in the bytes that `write` emits. */
function encoded(write: (asm: Assembler) => void): string[] {
  const asm = new Assembler();
  write(asm);
  return disassemble(asm.finish().bytes, 0x1000);
}

describe('memory operands', () => {
  const cases: [Memory, string][] = [
    [{ base: RAX }, '[rax]'],
    [{ base: RBP }, '[rbp]'],
    [{ base: R13 }, '[r13]'],
    [{ base: RSP, displacement: 8 }, '[rsp+8]'],
    [{ base: R12 }, '[r12]'],
    [{ base: RBX, displacement: -128 }, '[rbx-80h]'],
    [{ base: RBX, displacement: 128 }, '[rbx+80h]'],
    [{ base: RAX, index: RCX, scale: 8, displacement: -1 }, '[rax+rcx*8-1]'],
    [{ base: R13, index: R12 }, '[r13+r12]'],
    [{ index: R9, scale: 4, displacement: 0x1234 }, '[r9*4+1234h]'],
    [{ displacement: 0xb8000 }, '[0B8000h]'],
    [{ displacement: 0xfee00000 | 0, wraps: true }, '[0FEE00000h]'],
    [{ base: RSI, index: RDI, scale: 2, displacement: -4, wraps: true }, '[esi+edi*2-4]'],
  ];
  it.each(cases)('%j is %s', (memory, text) => {
    expect(encoded((asm) => asm.load(8, RDX, memory))).toEqual([`mov rdx,${text}`]);
  });
});

it('any memory operand, register and size comes back from iced-x86', () => {
  const register = fc.integer({ min: 0, max: 15 });
  const operand = fc.record({
    size: fc.constantFrom(4 as const, 8 as const),
    to: register,
    base: fc.option(register, { nil: undefined }),
    index: fc.option(
      register.filter((r) => r !== RSP),
      { nil: undefined },
    ),
    scale: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
    displacement: fc.oneof(fc.integer({ min: -130, max: 130 }), fc.integer()),
    wraps: fc.boolean(),
  });
  const names = 'ax cx dx bx sp bp si di'.split(' ');
  const nameOf = (number: number, size: 4 | 8) =>
    number < 8 ? `${size === 8 ? 'r' : 'e'}${names[number]}` : `r${number}${size === 8 ? '' : 'd'}`;
  fc.assert(
    fc.property(operand, ({ size, to, base, index, scale, displacement, wraps }) => {
      const asm = new Assembler();
      asm.load(size, to, { base, index, scale, displacement, wraps });
      const decoder = new iced.Decoder(64, asm.finish().bytes, iced.DecoderOptions.None);
      const instruction = decoder.decode();
      const register32or64 = (value: iced.Register) => iced.Register[value].toLowerCase();
      const addressSize = wraps ? 4 : 8;
      const expected = {
        to: nameOf(to, size),
        base: base === undefined ? 'none' : nameOf(base, addressSize),
        index: index === undefined ? 'none' : nameOf(index, addressSize),
        scale: index === undefined ? 1 : scale,
        displacement: BigInt.asIntN(32, BigInt(displacement)),
      };
      const found = {
        to: register32or64(instruction.op0Register),
        base: register32or64(instruction.memoryBase),
        index: register32or64(instruction.memoryIndex),
        scale: instruction.memoryIndexScale,
        displacement: BigInt.asIntN(32, instruction.memoryDisplacement),
      };
      instruction.free();
      decoder.free();
      expect(found).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

describe('instructions', () => {
  const cases: [string, (asm: Assembler) => void][] = [
    ['mov r9d,ebx', (asm) => asm.load(4, R9, RBX)],
    ['mov [rdi],sil', (asm) => asm.store(1, { base: RDI }, RSI)],
    ['mov [rdi],r8w', (asm) => asm.store(2, { base: RDI }, R8)],
    ['mov byte ptr [rdi],0FFh', (asm) => asm.storeImmediate(1, { base: RDI }, -1)],
    ['mov word ptr [rdi],0FFFEh', (asm) => asm.storeImmediate(2, { base: RDI }, -2)],
    ['mov qword ptr [rdi],0FFFFFFFFFFFFFFFEh', (asm) => asm.storeImmediate(8, { base: RDI }, -2)],
    ['movzx eax,dil', (asm) => asm.loadZero(1, RAX, RDI)],
    ['movzx r8d,word ptr [rax]', (asm) => asm.loadZero(2, R8, { base: RAX })],
    ['movsx rax,byte ptr [rcx]', (asm) => asm.loadSigned(8, 1, RAX, { base: RCX })],
    ['movsx eax,si', (asm) => asm.loadSigned(4, 2, RAX, RSI)],
    ['movsxd rax,ecx', (asm) => asm.loadSigned(8, 4, RAX, RCX)],
    ['mov eax,0FFFFFFFFh', (asm) => asm.moveConstant(RAX, 0xffff_ffffn)],
    ['mov r9d,0', (asm) => asm.moveConstant(R9, 0n)],
    ['mov r9,0FFFFFFFF80000000h', (asm) => asm.moveConstant(R9, 0xffff_ffff_8000_0000n)],
    ['mov r11,123456789ABCDEFh', (asm) => asm.moveConstant(R11, 0x0123_4567_89ab_cdefn)],
    ['lea eax,[rcx+rdx*4+10h]', (asm) => asm.lea(4, RAX, { base: RCX, index: RDX, scale: 4, displacement: 16 })],
    ['cmp r12,rax', (asm) => asm.alu(Alu.cmp, 8, R12, RAX)],
    ['sub eax,[rbp-8]', (asm) => asm.alu(Alu.sub, 4, RAX, { base: RBP, displacement: -8 })],
    ['and rsp,0FFFFFFFFFFFFFFF0h', (asm) => asm.aluImmediate(Alu.and, 8, RSP, -16)],
    ['cmp dword ptr [rax],12345h', (asm) => asm.aluImmediate(Alu.cmp, 4, { base: RAX }, 0x12345)],
    ['test sil,7Fh', (asm) => asm.testImmediate(4, RSI, 0x7f)],
    ['test ecx,80h', (asm) => asm.testImmediate(4, RCX, 0x80)],
    ['imul rax,rbx,3E8h', (asm) => asm.multiplyImmediate(8, RAX, RBX, 1000)],
    ['imul r8d,[rax]', (asm) => asm.multiply(4, R8, { base: RAX })],
    ['idiv qword ptr [rbp-10h]', (asm) => asm.unary(Unary.idiv, 8, { base: RBP, displacement: -16 })],
    ['cqo', (asm) => asm.extendAccumulator(8)],
    ['ror rdx,1', (asm) => asm.shiftImmediate(Shift.ror, 8, RDX, 1)],
    ['sar r9d,1Fh', (asm) => asm.shiftImmediate(Shift.sar, 4, R9, 31)],
    ['shl rdi,cl', (asm) => asm.shift(Shift.shl, 8, RDI)],
    ['bsr rax,r9', (asm) => asm.bitScan('reverse', 8, RAX, R9)],
    ['setg dil', (asm) => asm.setCondition(Condition.greater, RDI)],
    ['cmovb r8d,[rbp-8]', (asm) => asm.moveIf(Condition.below, 4, R8, { base: RBP, displacement: -8 })],
    ['push r12', (asm) => asm.push(R12)],
    ['pop rbp', (asm) => asm.pop(RBP)],
    ['jmp qword ptr [rcx*8]', (asm) => asm.jumpIndirect({ index: RCX, scale: 8 })],
    ['call r11', (asm) => asm.callIndirect(R11)],
  ];
  it.each(cases)('%s', (text, write) => {
    expect(encoded(write)).toEqual([text]);
  });
});

describe('jumps', () => {
  /** A forward jump over `distance` bytes. */
  const over = (distance: number) =>
    encoded((asm) => {
      const label = asm.newLabel();
      asm.jump(label, Condition.equal);
      for (let i = 0; i < distance; i++) asm.raw(0x90);
      asm.bind(label);
      asm.ret();
    })[0];

  it('are short as long as 127 bytes suffice', () => {
    expect(over(127)).toBe('je short 0000000000001081h');
    expect(over(128)).toBe('je 0000000000001086h');
  });

  it('grow when a jump between them grows', () => {
    const bytes = (() => {
      const asm = new Assembler();
      const [a, b] = [asm.newLabel(), asm.newLabel()];
      asm.jump(a); // 125 bytes and the inner jump: reaches only if that is short
      asm.jump(b);
      for (let i = 0; i < 125; i++) asm.raw(0x90);
      asm.bind(a);
      for (let i = 0; i < 10; i++) asm.raw(0x90);
      asm.bind(b);
      asm.ret();
      return asm.finish();
    })();
    expect(bytes.bytes.length).toBe(5 + 5 + 125 + 10 + 1);
    expect(disassemble(bytes.bytes, 0).slice(0, 2)).toEqual(['jmp 0000000000000087h', 'jmp 0000000000000091h']);
  });

  it('backwards count their own length', () => {
    const asm = new Assembler();
    const label = asm.newLabel();
    asm.bind(label);
    for (let i = 0; i < 126; i++) asm.raw(0x90);
    asm.jump(label);
    expect(asm.finish().bytes.length).toBe(128);
  });
});
