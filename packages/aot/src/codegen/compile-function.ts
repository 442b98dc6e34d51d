/**
 * One function: WebAssembly instructions in, machine code out, in one pass over the instructions.
 *
 *     rbp + 16 + 8*i   stack arguments
 *     rbp + 8          return address
 *     rbp              caller's rbp: always there, so that backtraces need no tables
 *     below            saved registers, homes of locals, slots of operands; rsp is a multiple of 16
 */
import type { FunctionSignature, Instruction, ValueType, WasmFunction } from '../wasm/module.ts';
import { OPCODES, Op } from '../wasm/opcodes.ts';
import { Alu, type OperandSize, Shift } from '../x86/assembler.ts';
import type { FinishedCode } from '../x86/code-buffer.ts';
import { ARGUMENT_REGISTERS, R11, RBP, type Register, RSP } from '../x86/registers.ts';
import * as arithmetic from './arithmetic.ts';
import { emitBulkMemory, emitCall, emitCallIndirect, type Placement, placeInRegisters } from './calls.ts';
import { COMPARE_CONDITIONS, emitCompare, emitEqualsZero, emitSelect } from './comparison.ts';
import { ControlFlow } from './control.ts';
import { FunctionContext, type ModuleContext, symbolOf } from './function-context.ts';
import { analyzeLiveness } from './liveness.ts';
import * as memory from './memory.ts';
import { sizeOf } from './operand-stack.ts';
import { allocateRegisters } from './register-allocation.ts';

export interface CompiledFunction {
  readonly code: FinishedCode;
  /** Bytes of instructions; jump tables follow. */
  readonly codeBytes: number;
  /** Offsets in the code where instructions of the module begin, ascending. */
  readonly origins: readonly { readonly codeOffset: number; readonly moduleOffset: number }[];
}

/** A page; larger frames touch every page on their way down so that none jumps over a guard page. */
const GUARD_BYTES = 4096;

type Emitter = (context: FunctionContext, flow: ControlFlow) => void;

/** Emitters by opcode. */
const emitters = new Map<number, Emitter>();

const byName = new Map([...OPCODES.values()].map((opcode) => [opcode.name, opcode.code]));
function define(name: string, emitter: Emitter): void {
  emitters.set(byName.get(name)!, emitter);
}

function defineNumeric(type: ValueType): void {
  const alu = { add: Alu.add, sub: Alu.sub, and: Alu.and, or: Alu.or, xor: Alu.xor };
  for (const [name, operation] of Object.entries(alu))
    define(`${type}.${name}`, (c) => arithmetic.emitBinary(c, operation, type));
  const shifts = { shl: Shift.shl, shr_s: Shift.sar, shr_u: Shift.shr, rotl: Shift.rol, rotr: Shift.ror };
  for (const [name, operation] of Object.entries(shifts))
    define(`${type}.${name}`, (c) => arithmetic.emitShift(c, operation, type));
  for (const remainder of [false, true])
    for (const signed of [false, true])
      define(`${type}.${remainder ? 'rem' : 'div'}_${signed ? 's' : 'u'}`, (c) =>
        arithmetic.emitDivide(c, type, signed, remainder),
      );
  define(`${type}.mul`, (c) => arithmetic.emitMultiply(c, type));
  define(`${type}.clz`, (c) => arithmetic.emitCountZeros(c, type, true));
  define(`${type}.ctz`, (c) => arithmetic.emitCountZeros(c, type, false));
  define(`${type}.popcnt`, (c) => arithmetic.emitPopulationCount(c, type));
  define(`${type}.eqz`, (c) => emitEqualsZero(c));
  for (const [i, condition] of COMPARE_CONDITIONS.entries())
    emitters.set(byName.get(`${type}.eq`)! + i, (c) => emitCompare(c, type, condition));
  define(`${type}.const`, ({ stack, instruction }) =>
    stack.push({ kind: 'constant', type, value: type === 'i32' ? BigInt(instruction.index) : instruction.value }),
  );
}

function defineMemory(type: ValueType): void {
  const size = sizeOf(type);
  define(`${type}.load`, (c) => memory.emitLoad(c, type, size, false));
  define(`${type}.store`, (c) => memory.emitStore(c, size));
  for (const bytes of [1, 2, 4].filter((narrow) => narrow < size) as OperandSize[]) {
    define(`${type}.load${8 * bytes}_s`, (c) => memory.emitLoad(c, type, bytes, true));
    define(`${type}.load${8 * bytes}_u`, (c) => memory.emitLoad(c, type, bytes, false));
    define(`${type}.store${8 * bytes}`, (c) => memory.emitStore(c, bytes));
  }
}

for (const type of ['i32', 'i64'] as const) {
  defineNumeric(type);
  defineMemory(type);
}
define('i32.extend8_s', (c) => arithmetic.emitSignExtension(c, 'i32', 1));
define('i32.extend16_s', (c) => arithmetic.emitSignExtension(c, 'i32', 2));
define('i64.extend8_s', (c) => arithmetic.emitSignExtension(c, 'i64', 1));
define('i64.extend16_s', (c) => arithmetic.emitSignExtension(c, 'i64', 2));
define('i64.extend32_s', (c) => arithmetic.emitSignExtension(c, 'i64', 4));
define('i64.extend_i32_s', (c) => arithmetic.emitSignExtension(c, 'i64', 4));
define('i64.extend_i32_u', (c) => arithmetic.emitExtendUnsigned(c));
define('i32.wrap_i64', (c) => arithmetic.emitWrap(c));
define('select', (c) => emitSelect(c));
define('select_t', (c) => emitSelect(c));
define('global.get', (c) => memory.emitGlobalGet(c));
define('global.set', (c) => memory.emitGlobalSet(c));
define('memory.size', (c) => memory.emitMemorySize(c));
define('memory.grow', (c) => memory.emitMemoryGrow(c));
define('memory.copy', (c) => emitBulkMemory(c, 'memmove'));
define('memory.fill', (c) => emitBulkMemory(c, 'memset'));
define('call', (c) => emitCall(c));
define('call_indirect', (c) => emitCallIndirect(c));
define('local.get', (c) => emitLocalGet(c));
define('local.set', (c) => emitLocalSet(c, false));
define('local.tee', (c) => emitLocalSet(c, true));
define('drop', ({ stack }) => stack.release(stack.pop()));
define('nop', () => undefined);
define('unreachable', (_, flow) => flow.unreachable());
define('block', (_, flow) => flow.block('block'));
define('loop', (_, flow) => flow.block('loop'));
define('if', (_, flow) => flow.if());
define('else', (_, flow) => flow.else());
define('end', (_, flow) => flow.end());
define('br', (c, flow) => flow.branch(c.instruction.index));
define('br_if', (c, flow) => flow.branchIf(c.instruction.index));
define('br_table', (_, flow) => flow.branchTable());
define('return', (_, flow) => flow.return());

function emitLocalGet({ stack, fn, allocation, instruction: { index } }: FunctionContext): void {
  const type = fn.locals[index]!;
  const register = allocation.registers.get(index);
  if (register !== undefined) stack.push({ kind: 'register', type, register, owned: false });
  else stack.push({ kind: 'home', type, home: allocation.homes.get(index)! });
}

function emitLocalSet(context: FunctionContext, keepsValue: boolean): void {
  const { asm, stack, allocation, liveness, instruction } = context;
  if (liveness.deadStores.has(context.position)) {
    if (!keepsValue) stack.release(stack.pop());
    return;
  }
  const type = context.fn.locals[instruction.index]!;
  const register = allocation.registers.get(instruction.index);
  const value = stack.pop();
  if (register !== undefined) {
    // A result that was computed right into the local's register is already there.
    if (value.kind !== 'register' || value.register !== register) {
      stack.detachRegister(register);
      stack.moveTo(register, value);
      stack.release(value);
    }
    if (keepsValue) stack.push({ kind: 'register', type, register, owned: false });
    return;
  }
  const home = allocation.homes.get(instruction.index)!;
  if (value.kind === 'home' && value.home === home) {
    if (keepsValue) stack.push(value);
    return;
  }
  stack.detachHome(home);
  if (!keepsValue) {
    stack.storeTo(stack.homeMemory(home), value);
    stack.release(value);
  } else if (value.kind === 'constant') {
    stack.storeTo(stack.homeMemory(home), value);
    stack.push(value);
  } else {
    const source = stack.toRegister(value);
    asm.store(sizeOf(type), stack.homeMemory(home), source.register);
    stack.push(source);
  }
}

/** Stack argument `i` as the callee sees it. */
const stackArgument = (i: number) => ({ base: RBP, displacement: 16 + 8 * (i - ARGUMENT_REGISTERS.length) });

function emitPrologue(context: FunctionContext, slotCount: number, signature: FunctionSignature): void {
  const { asm, stack, allocation, fn, liveness } = context;
  asm.push(RBP);
  asm.load(8, RBP, RSP);
  for (const register of allocation.saved) asm.push(register);
  const words = allocation.saved.length + allocation.homeCount + slotCount;
  let frameBytes = 8 * (words + (words & 1) - allocation.saved.length);
  for (; frameBytes >= GUARD_BYTES; frameBytes -= GUARD_BYTES) {
    asm.aluImmediate(Alu.sub, 8, RSP, GUARD_BYTES);
    asm.aluImmediate(Alu.or, 8, { base: RSP }, 0);
  }
  if (frameBytes > 0) asm.aluImmediate(Alu.sub, 8, RSP, frameBytes);

  // A parameter that is overwritten before it is read must not be fetched: its place may be another's at this point.
  const liveAtEntry = liveness.intervals.filter(({ start }) => start < 0).map(({ local }) => local);
  const parameters = [...signature.parameters.entries()].filter(([i]) => liveAtEntry.includes(i));
  const placements: Placement[] = [];
  for (const [i, type] of parameters) {
    const register = allocation.registers.get(i);
    const home = allocation.homes.get(i);
    const arrival = ARGUMENT_REGISTERS[i];
    if (arrival !== undefined && register !== undefined)
      placements.push({ to: register, operand: { kind: 'register', type, register: arrival, owned: false } });
    else if (arrival !== undefined && home !== undefined) asm.store(sizeOf(type), stack.homeMemory(home), arrival);
  }
  placeInRegisters(context, placements);
  for (const [i, type] of parameters) {
    if (i < ARGUMENT_REGISTERS.length) continue;
    const register = allocation.registers.get(i);
    const home = allocation.homes.get(i);
    if (register !== undefined) asm.load(sizeOf(type), register, stackArgument(i));
    else if (home !== undefined) {
      asm.load(sizeOf(type), R11, stackArgument(i));
      asm.store(sizeOf(type), stack.homeMemory(home), R11);
    }
  }
  for (const local of liveAtEntry) {
    if (local < signature.parameters.length) continue;
    const register: Register | undefined = allocation.registers.get(local);
    if (register !== undefined) asm.alu(Alu.xor, 4, register, register);
    else asm.storeImmediate(sizeOf(fn.locals[local]!), stack.homeMemory(allocation.homes.get(local)!), 0);
  }
}

const OPENERS: ReadonlySet<number> = new Set([Op.block, Op.loop, Op.if]);

/** Compiles one function. */
export function compileFunction(fn: WasmFunction, moduleContext: ModuleContext): CompiledFunction {
  const liveness = analyzeLiveness(fn, (index) => moduleContext.intrinsic(index) !== undefined);
  const allocation = allocateRegisters(liveness.intervals, fn.signature.parameters.length);
  // The prologue comes first but needs the number of slots, known last: if the guess 0 was wrong, do it again.
  for (let slotCount = 0; ; ) {
    const context = new FunctionContext(fn, allocation, liveness, moduleContext);
    const result = emitFunction(context, slotCount);
    if (context.stack.slotCount <= slotCount) return result;
    slotCount = context.stack.slotCount;
  }
}

function emitFunction(context: FunctionContext, slotCount: number): CompiledFunction {
  const { asm, stack, fn } = context;
  const origins: { position: number; moduleOffset: number }[] = [{ position: 0, moduleOffset: fn.startOffset }];
  emitPrologue(context, slotCount, fn.signature);
  const emit = (position: number) => {
    context.position = position;
    const instruction = fn.body[position]!;
    stack.flagsLive = stack.entries.at(-1)?.kind === 'flags';
    origins.push({ position: asm.position, moduleOffset: instruction.offset });
    emitterOf(instruction)(context, flow);
  };
  const flow = new ControlFlow(context, emit);
  for (let position = 0; position < fn.body.length; position++) {
    context.position = position;
    const { code } = fn.body[position]!.opcode;
    if (!flow.reachable && !flow.skip(OPENERS.has(code), code === Op.else, code === Op.end)) continue;
    if (code === Op.if) {
      stack.flagsLive = stack.entries.at(-1)?.kind === 'flags';
      origins.push({ position: asm.position, moduleOffset: fn.body[position]!.offset });
      const end = flow.coldIf();
      if (end !== undefined) {
        position = end;
        continue;
      }
    }
    emit(position);
  }
  flow.emitCold();
  for (const { label, offset } of context.traps) {
    asm.bind(label);
    origins.push({ position: asm.position, moduleOffset: offset });
    asm.trap();
  }
  const end = asm.position;
  emitJumpTables(context);
  const code = asm.finish();
  return {
    code,
    codeBytes: code.move(end),
    origins: origins.map(({ position, moduleOffset }) => ({ codeOffset: code.move(position), moduleOffset })),
  };
}

function emitterOf(instruction: Instruction): Emitter {
  const emitter = emitters.get(instruction.opcode.code);
  if (emitter === undefined) throw new Error(`internal error: no emitter for ${instruction.opcode.name}`);
  return emitter;
}

function emitJumpTables({ asm, jumpTables, fn }: FunctionContext): void {
  for (const { label, targets } of jumpTables) {
    asm.bind(label);
    for (const target of targets) asm.labelAddress(target, symbolOf.function(fn.index), 'absolute64');
  }
}
