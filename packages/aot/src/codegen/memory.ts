/** Loads, stores, globals and memory size. Linear memory begins at linear address 0: a pointer is an address. */
import type { ValueType } from '../wasm/module.ts';
import { Alu, type OperandSize } from '../x86/assembler.ts';
import { Condition, R11 } from '../x86/registers.ts';
import { type FunctionContext, symbolOf } from './function-context.ts';
import { immediateOf, sizeOf } from './operand-stack.ts';

export function emitLoad(context: FunctionContext, type: ValueType, size: OperandSize, signed: boolean): void {
  const { asm, stack } = context;
  const { memory, operand } = context.memoryOperand(stack.pop(), context.instruction.index);
  const to = context.destination(operand, []);
  if (size === 8) asm.load(8, to, memory);
  else if (!signed) asm.loadZero(size, to, memory);
  else asm.loadSigned(sizeOf(type), size, to, memory);
  stack.release(operand);
  context.pushResult(type, to);
}

export function emitStore(context: FunctionContext, size: OperandSize): void {
  const { asm, stack } = context;
  const popped = stack.pop();
  const address = stack.pop();
  const immediate =
    size < 8 && popped.kind === 'constant' ? Number(BigInt.asIntN(32, popped.value)) : immediateOf(popped);
  if (immediate !== undefined) {
    const { memory, operand } = context.memoryOperand(address, context.instruction.index);
    asm.storeImmediate(size, memory, immediate);
    stack.release(operand);
    return;
  }
  const value = stack.toRegister(popped);
  const { memory, operand } = context.memoryOperand(address, context.instruction.index);
  asm.store(size, memory, value.register);
  stack.release(operand, value);
}

/**
 * The collector's shadow stack pointer, which functions read many times in a row. Other globals are read each time: an
 * interrupt handler may have changed them, whereas it leaves this one as it was.
 */
const STACK_POINTER = '~lib/memory/__stack_pointer';

export function emitGlobalGet(context: FunctionContext): void {
  const { index } = context.instruction;
  const { name, type, mutable, initial } = context.moduleContext.module.globals[index]!;
  if (!mutable) {
    context.stack.push({ kind: 'constant', type, value: initial });
    return;
  }
  const copy = context.nextTarget() === undefined ? context.stack.takeCopy(index) : undefined;
  if (copy !== undefined) {
    context.stack.push(copy);
    return;
  }
  const to = context.destination(undefined, []);
  context.asm.load(sizeOf(type), to, { symbol: symbolOf.global(index) });
  context.pushResult(type, to);
  if (name === STACK_POINTER) context.stack.rememberGlobal(index, to);
}

export function emitGlobalSet(context: FunctionContext): void {
  const { asm, stack } = context;
  const { index } = context.instruction;
  const value = stack.pop();
  const size = sizeOf(value.type);
  const memory = { symbol: symbolOf.global(index) };
  const immediate = immediateOf(value);
  if (immediate !== undefined) {
    asm.storeImmediate(size, memory, immediate);
    stack.forgetGlobals();
    return;
  }
  const source = stack.toRegister(value);
  asm.store(size, memory, source.register);
  stack.release(source);
  if (context.moduleContext.module.globals[index]!.name === STACK_POINTER) stack.rememberGlobal(index, source.register);
}

export function emitMemorySize(context: FunctionContext): void {
  context.stack.push({ kind: 'constant', type: 'i32', value: BigInt(context.moduleContext.module.memoryPages) });
}

/** The memory cannot grow: what lies behind it belongs to the image. Growing by 0 asks for the size. */
export function emitMemoryGrow(context: FunctionContext): void {
  const { asm, stack } = context;
  const pages = BigInt(context.moduleContext.module.memoryPages);
  const delta = stack.toRegister(stack.pop());
  const to = context.destination(undefined, [delta.register]);
  asm.moveConstant(to, 0xffff_ffffn);
  asm.moveConstant(R11, pages);
  asm.alu(Alu.or, 4, delta.register, delta.register);
  asm.moveIf(Condition.equal, 4, to, R11);
  stack.release(delta);
  context.pushResult('i32', to);
}
