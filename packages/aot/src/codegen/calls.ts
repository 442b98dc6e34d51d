/** Calls by the System V AMD64 ABI (3.2): six integer arguments in registers, the rest on the stack, result in rax. */
import type { FunctionSignature } from '../wasm/module.ts';
import { Alu } from '../x86/assembler.ts';
import { ARGUMENT_REGISTERS, Condition, R10, R11, RAX, type Register, RSP } from '../x86/registers.ts';
import { type FunctionContext, symbolOf } from './function-context.ts';
import type { Operand } from './operand.ts';
import { registersOf } from './operand.ts';

/** A value that has to be in a certain register. */
export interface Placement {
  readonly to: Register;
  readonly operand: Operand;
}

/**
 * Puts several values into their registers at once. No operand may read more than one register. Clobbers r11 and the
 * flags; possession of temporaries stays as it is.
 */
export function placeInRegisters(context: FunctionContext, placements: readonly Placement[]): void {
  const { asm, stack } = context;
  let pending = placements.map(({ to, operand }) => ({ to, operand }));
  while (pending.length > 0) {
    const ready = pending.find(
      ({ to }) => !pending.some((other) => other.to !== to && registersOf(other.operand).includes(to)),
    );
    if (ready !== undefined) {
      stack.moveTo(ready.to, ready.operand);
      pending = pending.filter((other) => other !== ready);
      continue;
    }
    // Only cycles are left. Saving one register in r11 opens one; r11 is read before the next cycle needs it.
    const blocked = pending[0]!.to;
    asm.load(8, R11, blocked);
    for (const other of pending) other.operand = withRegister(other.operand, blocked, R11);
  }
}

/** The operand with another register in the place of one that it reads. */
function withRegister(operand: Operand, from: Register, to: Register): Operand {
  if (operand.kind === 'register') return operand.register === from ? { ...operand, register: to } : operand;
  if (operand.kind !== 'address') return operand;
  const replace = (part: typeof operand.base) => (part?.register === from ? { ...part, register: to } : part);
  return { ...operand, base: replace(operand.base), index: replace(operand.index) };
}

/** An operand that {@link placeInRegisters} can take: sums of two registers are computed. */
function simplify(context: FunctionContext, operand: Operand, depth: number): Operand {
  const { stack } = context;
  if (operand.kind !== 'address' || operand.base === undefined || operand.index === undefined) return operand;
  if (operand.base.owned || operand.index.owned) return stack.toTemporary(operand);
  // Two locals: all temporaries may hold other arguments, so the sum goes to this operand's slot.
  stack.storeTo(stack.slotMemory(depth), operand);
  return { kind: 'slot', type: 'i32', slot: depth };
}

/** Emits a call whose arguments are on the operand stack; `jump` emits the call instruction itself. */
function emitCallSequence(context: FunctionContext, signature: FunctionSignature, jump: () => void): void {
  const { asm, stack } = context;
  const popped = context.popMany(signature.parameters.length);
  stack.spillForCall();
  const operands = popped.map((operand, i) => simplify(context, operand, stack.entries.length + i));

  const onStack = operands.slice(ARGUMENT_REGISTERS.length);
  const stackBytes = Math.ceil(onStack.length / 2) * 16;
  if (stackBytes > 0) asm.aluImmediate(Alu.sub, 8, RSP, stackBytes);
  for (const [i, operand] of onStack.entries()) {
    // The callee reads an i32 argument as 8 bytes only if it extends it itself, so 8 bytes are always written.
    stack.moveTo(R11, operand);
    asm.store(8, { base: RSP, displacement: 8 * i }, R11);
  }
  placeInRegisters(
    context,
    operands.slice(0, ARGUMENT_REGISTERS.length).map((operand, i) => ({ to: ARGUMENT_REGISTERS[i]!, operand })),
  );
  jump();
  stack.forgetGlobals();
  if (stackBytes > 0) asm.aluImmediate(Alu.add, 8, RSP, stackBytes);
  stack.release(...operands, ...popped);
  if (signature.result !== undefined) {
    stack.take(RAX);
    stack.pushRegister(signature.result, RAX);
  }
}

export function emitCall(context: FunctionContext): void {
  const { index } = context.instruction;
  const { module } = context.moduleContext;
  const intrinsic = context.moduleContext.intrinsic(index);
  if (intrinsic !== undefined) {
    intrinsic(context);
    return;
  }
  const { signature } = module.functions[index - module.imports.length]!;
  emitCallSequence(context, signature, () => context.asm.call(symbolOf.function(index)));
}

/** Checks index and signature as WebAssembly demands; a null slot has signature number 0, which nothing has. */
export function emitCallIndirect(context: FunctionContext): void {
  const { asm, stack, moduleContext } = context;
  const { index: typeIndex } = context.instruction;
  const trap = context.trapLabel();
  const index = stack.pop();
  stack.moveTo(R10, index);
  stack.release(index);
  asm.aluImmediate(Alu.cmp, 4, R10, moduleContext.module.table.length);
  asm.jump(trap, Condition.aboveOrEqual);
  const signatures = { index: R10, scale: 4, symbol: symbolOf.tableSignatures } as const;
  asm.aluImmediate(Alu.cmp, 4, signatures, moduleContext.signatureNumber(typeIndex));
  asm.jump(trap, Condition.notEqual);
  emitCallSequence(context, moduleContext.module.types[typeIndex]!, () =>
    asm.callIndirect({ index: R10, scale: 8, symbol: symbolOf.table }),
  );
}

/** memory.copy and memory.fill: calls of the runtime helpers with C's argument order. */
export function emitBulkMemory(context: FunctionContext, helper: 'memmove' | 'memset'): void {
  const signature: FunctionSignature = { parameters: ['i32', 'i32', 'i32'], result: undefined };
  emitCallSequence(context, signature, () => context.asm.call(symbolOf.helper(helper)));
}

/**
 * Pops operands into fixed temporaries, for instructions with implied operands. The registers are the caller's until
 * it frees them.
 */
export function popInto(context: FunctionContext, registers: readonly Register[]): void {
  const { stack } = context;
  const operands = context.popMany(registers.length);
  for (const [i, operand] of operands.entries())
    if (operand.kind === 'address') operands[i] = stack.toTemporary(operand);
  const held = operands.flatMap((operand) => (operand.kind === 'register' && operand.owned ? [operand.register] : []));
  for (const register of registers) if (!held.includes(register)) stack.claim(register);
  placeInRegisters(
    context,
    registers.map((to, i) => ({ to, operand: operands[i]! })),
  );
  stack.release(...operands);
  for (const register of registers) stack.take(register);
}
