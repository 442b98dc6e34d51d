/** Comparisons, eqz and select: instructions that make or take processor flags. */
import type { ValueType } from '../wasm/module.ts';
import { Alu } from '../x86/assembler.ts';
import { Condition, negate, swapOperands } from '../x86/registers.ts';
import type { FunctionContext } from './function-context.ts';
import { registersOf } from './operand.ts';
import { immediateOf, sizeOf } from './operand-stack.ts';

export function emitCompare(context: FunctionContext, type: ValueType, condition: Condition): void {
  const { asm, stack } = context;
  const size = sizeOf(type);
  let right = stack.pop();
  let left = stack.pop();
  if (left.kind === 'constant' && right.kind !== 'constant') {
    [left, right] = [right, left];
    condition = swapOperands(condition);
  }
  const immediate = immediateOf(right);
  if (immediate === 0) {
    context.testOperand(left);
    stack.release(left);
    context.pushFlags(condition);
    return;
  }
  if (immediate !== undefined) {
    const resolved = stack.toRegisterOrMemory(left);
    asm.aluImmediate(Alu.cmp, size, resolved.rm, immediate);
    stack.release(resolved.operand);
  } else {
    const resolved = stack.toRegisterOrMemory(right);
    const first = stack.toRegister(left);
    asm.alu(Alu.cmp, size, first.register, resolved.rm);
    stack.release(first, resolved.operand);
  }
  context.pushFlags(condition);
}

export function emitEqualsZero(context: FunctionContext): void {
  const operand = context.stack.pop();
  const condition = context.testOperand(operand);
  context.stack.release(operand);
  context.pushFlags(negate(condition));
}

/** `select`: a conditional move, so both values are already computed anyway. */
export function emitSelect(context: FunctionContext): void {
  const { asm, stack } = context;
  // Everything that clobbers flags, before the test.
  const conditionOperand = stack.pop();
  let otherwise = stack.pop();
  let chosen = stack.pop();
  let condition = context.testOperand(conditionOperand);
  stack.release(conditionOperand);
  stack.flagsLive = true;
  const owned = (operand: typeof chosen) => operand.kind === 'register' && operand.owned;
  const target = context.nextTarget();
  const inTarget = (operand: typeof chosen) => target !== undefined && registersOf(operand).includes(target);
  if (inTarget(chosen) ? !inTarget(otherwise) : target === undefined && owned(chosen) && !owned(otherwise)) {
    [chosen, otherwise] = [otherwise, chosen];
    condition = negate(condition);
  }
  const resolved = stack.toRegisterOrMemory(chosen);
  const to = context.destination(otherwise, registersOf(resolved.operand));
  stack.moveTo(to, otherwise);
  asm.moveIf(condition, sizeOf(otherwise.type), to, resolved.rm);
  stack.release(otherwise, resolved.operand);
  stack.flagsLive = false;
  context.pushResult(otherwise.type, to);
}

/** Conditions of the ten comparison instructions, in the order of their opcodes from `eq`. */
export const COMPARE_CONDITIONS: readonly Condition[] = [
  Condition.equal,
  Condition.notEqual,
  Condition.less,
  Condition.below,
  Condition.greater,
  Condition.above,
  Condition.lessOrEqual,
  Condition.belowOrEqual,
  Condition.greaterOrEqual,
  Condition.aboveOrEqual,
];
