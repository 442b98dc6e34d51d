/** Code that no TypeScript function stands for: bulk memory helpers and the 256 interrupt entry points. */
import { exceptions } from '@longmode/x86';
import { Alu, Assembler, Shift } from '../x86/assembler.ts';
import type { FinishedCode } from '../x86/code-buffer.ts';
import {
  Condition,
  R8,
  R9,
  R10,
  R11,
  R12,
  R13,
  R14,
  R15,
  RAX,
  RBP,
  RBX,
  RCX,
  RDI,
  RDX,
  RSI,
  RSP,
} from '../x86/registers.ts';

const REP = 0xf3;
const MOVSB = 0xa4;
const MOVSQ = [0x48, 0xa5] as const;
const STOSB = 0xaa;
const STOSQ = [0x48, 0xab] as const;

/** `void memmove(rdi, rsi, rdx)`: forwards by quadwords, backwards by bytes where the areas demand it. */
export function memmoveCode(): FinishedCode {
  const asm = new Assembler();
  const backwards = asm.newLabel();
  asm.load(8, RAX, RDI);
  asm.alu(Alu.sub, 8, RAX, RSI);
  asm.alu(Alu.cmp, 8, RAX, RDX);
  asm.jump(backwards, Condition.below); // the target begins inside the source
  asm.load(8, RCX, RDX);
  asm.shiftImmediate(Shift.shr, 8, RCX, 3);
  asm.raw(REP, ...MOVSQ);
  asm.load(4, RCX, RDX);
  asm.aluImmediate(Alu.and, 4, RCX, 7);
  asm.raw(REP, MOVSB);
  asm.ret();
  asm.bind(backwards);
  asm.load(8, RCX, RDX);
  asm.lea(8, RSI, { base: RSI, index: RCX, displacement: -1 });
  asm.lea(8, RDI, { base: RDI, index: RCX, displacement: -1 });
  asm.raw(0xfd); // std
  asm.raw(REP, MOVSB);
  asm.raw(0xfc); // cld
  asm.ret();
  return asm.finish();
}

/** `void memset(rdi, rsi, rdx)`. */
export function memsetCode(): FinishedCode {
  const asm = new Assembler();
  asm.loadZero(1, RAX, RSI);
  asm.moveConstant(RCX, 0x0101_0101_0101_0101n);
  asm.multiply(8, RAX, RCX);
  asm.load(8, RCX, RDX);
  asm.shiftImmediate(Shift.shr, 8, RCX, 3);
  asm.raw(REP, ...STOSQ);
  asm.load(4, RCX, RDX);
  asm.aluImmediate(Alu.and, 4, RCX, 7);
  asm.raw(REP, STOSB);
  asm.ret();
  return asm.finish();
}

/** Vectors for which the processor pushes an error code itself. */
const VECTORS_WITH_ERROR_CODE: ReadonlySet<number> = new Set(
  exceptions.filter(({ errorCode }) => errorCode).map(({ vector }) => vector),
);

/** Distance of the interrupt entry points. */
const ISR_STUB_BYTES = 16;

const SAVED = [RAX, RCX, RDX, RBX, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15];

/**
 * What `interrupt(frame: usize)` gets a pointer to: 22 quadwords, which it may also change. An
 * `@unmanaged class` with these `u64` fields in this order reads them.
 */
export const INTERRUPT_FRAME_FIELDS: readonly string[] = [
  ...['r15', 'r14', 'r13', 'r12', 'r11', 'r10', 'r9', 'r8', 'rdi', 'rsi', 'rbp', 'rbx', 'rdx', 'rcx', 'rax'],
  ...['vector', 'errorCode', 'rip', 'cs', 'rflags', 'rsp', 'ss'],
];

/**
 * The entry points, then the code they share. Calls `handler` with the frame's address, which is 16 bytes above the rbp
 * that the handler keeps: `returnOffset` is where the call returns to, by which a backtrace recognises the place.
 */
export function isrStubsCode(handler: string): { code: FinishedCode; returnOffset: number } {
  const asm = new Assembler();
  const common = asm.newLabel();
  for (let vector = 0; vector < 256; vector++) {
    const entry = asm.newLabel();
    asm.bind(entry);
    const before = asm.position;
    if (!VECTORS_WITH_ERROR_CODE.has(vector)) asm.raw(0x6a, 0); // push 0: the missing error code
    asm.raw(0x68);
    asm.word(vector, 4); // push imm32
    // `jmp common`, always in the long form: every stub has to have the same size.
    asm.raw(0xe9);
    const stubsLeft = (255 - vector) * ISR_STUB_BYTES;
    const behindJump = asm.position + 4 - before;
    asm.word(stubsLeft + ISR_STUB_BYTES - behindJump, 4);
    while (asm.position - before < ISR_STUB_BYTES) asm.raw(0xcc);
  }
  asm.bind(common);
  for (const register of SAVED) asm.push(register);
  asm.raw(0xfc); // cld: the ABI wants DF = 0
  asm.load(8, RDI, RSP);
  asm.load(8, RBX, RSP);
  asm.aluImmediate(Alu.and, 8, RSP, -16);
  asm.call(handler);
  const behindCall = asm.newLabel();
  asm.bind(behindCall);
  asm.load(8, RSP, RBX);
  for (const register of SAVED.toReversed()) asm.pop(register);
  asm.aluImmediate(Alu.add, 8, RSP, 16); // vector and error code
  asm.raw(0x48, 0xcf); // iretq
  const code = asm.finish();
  return { code, returnOffset: code.labelOffset(behindCall) };
}
