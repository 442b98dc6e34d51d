/**
 * Imports of module `x86`: instructions that AssemblyScript has no words for. A kernel declares the ones it uses:
 *
 *     // @ts-expect-error: decorator
 *     @external("x86", "outb") export declare function outb(port: u32, value: u32): void
 *
 * Each becomes its instruction in place, without a call. They are volatile and stay in program order, because asc's
 * optimizer knows nothing about an imported function; so memory-mapped devices are accessed by `load8` ... `store64`.
 * Addresses are linear addresses of the full 64 bits. SDM Vol. 2 describes the instructions.
 */
import { popInto } from './codegen/calls.ts';
import type { FunctionContext, IntrinsicEmitter } from './codegen/function-context.ts';
import { CompileError } from './errors.ts';
import type { FunctionSignature, ValueType } from './wasm/module.ts';
import type { OperandSize } from './x86/assembler.ts';
import { R10, R11, RAX, RBP, RBX, RCX, RDI, RDX, type Register, RSI, RSP } from './x86/registers.ts';

/** Segment registers by their numbers in ModRM.reg. */
const [ES, SS, DS, FS, GS] = [0, 2, 3, 4, 5] as const;

export interface Intrinsic {
  readonly signature: FunctionSignature;
  readonly emit: IntrinsicEmitter;
}

const intrinsics = new Map<string, Intrinsic>();

/** `signature`: `i` = 32 bits, `l` = 64 bits; parameters, colon, result. */
function define(name: string, signature: string, emit: IntrinsicEmitter): void {
  const [parameters, result] = signature.split(':');
  const type = (letter: string): ValueType => (letter === 'i' ? 'i32' : 'i64');
  const types = [...parameters!].map(type);
  intrinsics.set(name, { signature: { parameters: types, result: result === '' ? undefined : type(result!) }, emit });
}

/** Frees the temporaries of an instruction and pushes its result, which is in `result`. */
function finish(context: FunctionContext, used: readonly Register[], type?: ValueType, result?: Register): void {
  for (const register of used) context.stack.free(register);
  if (type !== undefined && result !== undefined) {
    context.stack.take(result);
    context.stack.pushRegister(type, result);
  }
}

/** Instructions without operands. */
const plain: Readonly<Record<string, readonly number[]>> = {
  hlt: [0xf4],
  cli: [0xfa],
  sti: [0xfb],
  int3: [0xcc],
  pause: [0xf3, 0x90],
  ud2: [0x0f, 0x0b],
  // One intrinsic, because `sti` holds interrupts back for just one more instruction: nothing may come between them.
  stiHlt: [0xfb, 0xf4],
};
for (const [name, bytes] of Object.entries(plain)) define(name, ':', ({ asm }) => asm.raw(...bytes));

// `int n`: the vector is part of the instruction. The handler sees all registers and may change them.
define('int', 'i:', (c) => {
  const vector = c.stack.pop();
  if (vector.kind !== 'constant' || vector.value < 0n || vector.value > 255n)
    throw new CompileError('unsupported', 'x86.int needs a constant vector from 0 to 255');
  c.asm.raw(0xcd, Number(vector.value));
});

// Ports: the opcode's low bit tells byte from wider, prefix 0x66 makes it 16 bits.
const ports = { b: [0xec, 0xee, 1], w: [0xed, 0xef, 2], d: [0xed, 0xef, 4] } as const;
for (const [letter, [inOpcode, outOpcode, size]] of Object.entries(ports)) {
  const prefix = size === 2 ? [0x66] : [];
  define(`in${letter}`, 'i:i', (c) => {
    popInto(c, [RDX]);
    c.stack.claim(RAX);
    c.asm.raw(...prefix, inOpcode);
    if (size < 4) c.asm.loadZero(size, RAX, RAX);
    finish(c, [RDX], 'i32', RAX);
  });
  define(`out${letter}`, 'ii:', (c) => {
    popInto(c, [RDX, RAX]);
    c.asm.raw(...prefix, outOpcode);
    finish(c, [RDX, RAX]);
  });
}

// Memory at 64-bit addresses.
for (const size of [1, 2, 4, 8] as const) {
  const type = size === 8 ? 'i64' : 'i32';
  const letter = size === 8 ? 'l' : 'i';
  define(`load${8 * size}`, `l:${letter}`, (c) => {
    const address = c.stack.toRegister(c.stack.pop());
    const to = c.destination(address, []);
    if (size === 8) c.asm.load(8, to, { base: address.register });
    else c.asm.loadZero(size, to, { base: address.register });
    c.stack.release(address);
    c.pushResult(type, to);
  });
  define(`store${8 * size}`, `l${letter}:`, (c) => {
    const value = c.stack.toRegister(c.stack.pop());
    const address = c.stack.toRegister(c.stack.pop());
    c.asm.store(size as OperandSize, { base: address.register }, value.register);
    c.stack.release(address, value);
  });
}

// Descriptor tables, task register, TLB: `0F 01 /n` with a pointer, `0F 00 /3` with a selector.
for (const [name, reg] of Object.entries({ sgdt: 0, sidt: 1, lgdt: 2, lidt: 3, invlpg: 7 }))
  define(name, name === 'invlpg' ? 'l:' : 'i:', (c) => {
    const pointer = c.stack.toRegister(c.stack.pop());
    c.asm.modrm(4, [0x0f, 0x01], reg, { base: pointer.register });
    c.stack.release(pointer);
  });
define('ltr', 'i:', (c) => {
  const selector = c.stack.toRegister(c.stack.pop());
  c.asm.modrm(4, [0x0f, 0x00], 3, selector.register);
  c.stack.release(selector);
});

// `lgdt` leaves the segment registers' hidden parts as they are: a far return reloads CS, moves reload the others.
define('loadSegments', 'ii:', (c) => {
  popInto(c, [RAX, RDX]);
  c.asm.push(RAX);
  c.asm.raw(0x4c, 0x8d, 0x1d, 4, 0, 0, 0); // lea r11, [rip + 4]: behind the far return
  c.asm.push(R11);
  c.asm.raw(0x48, 0xcb); // retfq
  for (const segment of [SS, DS, ES, FS, GS]) c.asm.modrm(4, [0x8e], segment, RDX);
  finish(c, [RAX, RDX]);
});

// Control registers: `0F 20 /n` reads, `0F 22 /n` writes; the number is in ModRM.reg.
for (const number of [0, 2, 3, 4]) {
  define(`readCr${number}`, ':l', (c) => {
    const to = c.destination(undefined, []);
    c.asm.modrm(4, [0x0f, 0x20], number, to);
    c.pushResult('i64', to);
  });
  define(`writeCr${number}`, 'l:', (c) => {
    const value = c.stack.toRegister(c.stack.pop());
    c.asm.modrm(4, [0x0f, 0x22], number, value.register);
    c.stack.release(value);
  });
}

// edx:eax pairs.
const joinHalves = (c: FunctionContext) => {
  c.asm.shiftImmediate(4, 8, RDX, 32);
  c.asm.alu(1, 8, RAX, RDX);
};
define('rdmsr', 'i:l', (c) => {
  popInto(c, [RCX]);
  c.stack.claim(RAX);
  c.stack.claim(RDX);
  c.asm.raw(0x0f, 0x32);
  joinHalves(c);
  finish(c, [RCX, RDX], 'i64', RAX);
});
define('wrmsr', 'il:', (c) => {
  popInto(c, [RCX, RAX]);
  c.stack.claim(RDX);
  c.asm.load(8, RDX, RAX);
  c.asm.shiftImmediate(5, 8, RDX, 32);
  c.asm.raw(0x0f, 0x30);
  finish(c, [RCX, RAX, RDX]);
});
define('rdtsc', ':l', (c) => {
  c.stack.claim(RAX);
  c.stack.claim(RDX);
  c.asm.raw(0x0f, 0x31);
  joinHalves(c);
  finish(c, [RDX], 'i64', RAX);
});

/**
 * systemCall(number, a, b, c) and fastSystemCall, for programs in user mode: number in rax, arguments in rdi, rsi, rdx,
 * result in rax. `int 0x80` leaves all other registers to the kernel's entry point, which restores them; `syscall`
 * overwrites rcx and r11, and the kernel has to keep r10. rdi may hold a local.
 */
for (const [name, bytes] of Object.entries({ systemCall: [0xcd, 0x80], fastSystemCall: [0x0f, 0x05] }))
  define(name, 'llll:l', (c) => {
    popInto(c, [RAX, RCX, RSI, RDX]);
    c.asm.load(8, R10, RDI);
    c.asm.load(8, RDI, RCX);
    c.asm.raw(...bytes);
    c.asm.load(8, RDI, R10);
    finish(c, [RAX, RCX, RSI, RDX], 'i64', RAX);
  });

/** cpuid(leaf, subleaf, pointer): stores eax, ebx, ecx, edx at the pointer. CPUID overwrites rbx, a local's register. */
define('cpuid', 'iii:', (c) => {
  popInto(c, [RAX, RCX, R10]);
  c.stack.claim(RDX);
  c.asm.load(8, R11, RBX);
  c.asm.raw(0x0f, 0xa2);
  for (const [i, register] of [RAX, RBX, RCX, RDX].entries())
    c.asm.store(4, { base: R10, displacement: 4 * i }, register);
  c.asm.load(8, RBX, R11);
  finish(c, [RAX, RCX, RDX, R10]);
});

// Registers of the running code.
for (const [name, register] of Object.entries({ readRsp: RSP, readRbp: RBP }))
  define(name, ':l', (c) => {
    const to = c.destination(undefined, []);
    c.asm.load(8, to, register);
    c.pushResult('i64', to);
  });
define('readRflags', ':l', (c) => {
  const to = c.destination(undefined, []);
  c.asm.raw(0x9c);
  c.asm.pop(to);
  c.pushResult('i64', to);
});
define('writeRflags', 'l:', (c) => {
  const value = c.stack.toRegister(c.stack.pop());
  c.asm.push(value.register);
  c.asm.raw(0x9d);
  c.stack.release(value);
});

/** All intrinsics by the name of the import. */
export const INTRINSICS: ReadonlyMap<string, Intrinsic> = intrinsics;
