/** i32 and i64 arithmetic: what is not comparison, memory, control or call. */
import type { ValueType } from '../wasm/module.ts';
import { Op } from '../wasm/opcodes.ts';
import { Alu, Shift, Unary } from '../x86/assembler.ts';
import { Condition, R10, R11, RAX, RCX, RDX } from '../x86/registers.ts';
import { addAddresses, type FunctionContext } from './function-context.ts';
import type { Operand } from './operand.ts';
import { registersOf } from './operand.ts';
import { immediateOf, sizeOf } from './operand-stack.ts';

/** A two-operand arithmetic instruction. */
export function emitBinary(context: FunctionContext, operation: Alu, type: ValueType): void {
  const { stack } = context;
  const right = stack.pop();
  const left = stack.pop();
  if (type === 'i32' && emitAddress(context, operation, left, right)) return;
  if (operation === Alu.and && emitTest(context, type, left, right)) return;
  if (operation === Alu.and && emitZeroExtension(context, type, left, right)) return;
  emitAlu(context, operation, type, left, right);
}

const ownsRegister = (operand: Operand) => operand.kind === 'register' && operand.owned;

function emitAlu(context: FunctionContext, operation: Alu, type: ValueType, left: Operand, right: Operand): void {
  const { asm, stack } = context;
  const size = sizeOf(type);
  if (operation !== Alu.sub) {
    const target = context.nextTarget();
    const inTarget = (operand: Operand) => target !== undefined && registersOf(operand).includes(target);
    const swap =
      left.kind === 'constant' ||
      (right.kind !== 'constant' &&
        ((inTarget(right) && !inTarget(left)) ||
          (!inTarget(left) && target === undefined && ownsRegister(right) && !ownsRegister(left))));
    if (swap) [left, right] = [right, left];
  }
  const immediate = immediateOf(right);
  if (immediate !== undefined) {
    const to = context.destination(left, []);
    if (operation === Alu.add && left.kind === 'register' && left.register !== to)
      asm.lea(size, to, { base: left.register, displacement: immediate });
    else {
      stack.moveTo(to, left);
      asm.aluImmediate(operation, size, to, immediate);
    }
    stack.release(left);
    context.pushResult(type, to);
    return;
  }
  const resolved = stack.toRegisterOrMemory(right);
  const avoid = registersOf(resolved.operand);
  const to = context.destination(left, avoid);
  if (operation === Alu.add && left.kind === 'register' && left.register !== to && typeof resolved.rm === 'number')
    asm.lea(size, to, { base: left.register, index: resolved.rm });
  else {
    stack.moveTo(to, left);
    asm.alu(operation, size, to, resolved.rm);
  }
  stack.release(left, resolved.operand);
  context.pushResult(type, to);
}

/** i32 sums stay unevaluated until something needs the value; loads and stores take them as address. */
function emitAddress(context: FunctionContext, operation: Alu, left: Operand, right: Operand): boolean {
  const { stack } = context;
  if (operation === Alu.sub && right.kind === 'constant')
    right = { kind: 'constant', type: 'i32', value: BigInt.asUintN(32, -right.value) };
  else if (operation !== Alu.add) return false;
  const target = context.nextTarget();
  const isTarget = (operand: Operand) => operand.kind === 'register' && operand.register === target;
  // `x += y` is shorter in place; a frame operand is cheaper as memory operand of an addition.
  if (target !== undefined && (isTarget(left) || isTarget(right))) {
    emitAlu(context, Alu.add, 'i32', left, right);
    return true;
  }
  const inFrame = (operand: Operand) => operand.kind === 'slot' || operand.kind === 'home';
  if ((inFrame(left) && right.kind !== 'constant') || (inFrame(right) && left.kind !== 'constant')) {
    emitAlu(context, Alu.add, 'i32', left, right);
    return true;
  }
  let leftSum = context.toAddress(left);
  let rightSum = context.toAddress(right);
  let sum = addAddresses(leftSum, rightSum);
  if (sum === undefined) {
    leftSum = context.toAddress(stack.toTemporary(leftSum));
    sum = addAddresses(leftSum, rightSum);
  }
  if (sum === undefined) {
    rightSum = context.toAddress(stack.toTemporary(rightSum));
    sum = addAddresses(leftSum, rightSum)!;
  }
  if (target === undefined) context.pushAddress(sum);
  else {
    stack.detachRegister(target);
    stack.moveTo(target, sum);
    stack.release(sum);
    context.pushResult('i32', target);
  }
  return true;
}

/** `and` whose only use is a comparison with zero. */
function emitTest(context: FunctionContext, type: ValueType, left: Operand, right: Operand): boolean {
  const { asm, stack, nextCode } = context;
  const feedsCondition =
    nextCode === (type === 'i32' ? Op.i32_eqz : 0x50) ||
    (type === 'i32' && (nextCode === Op.br_if || nextCode === Op.if));
  if (!feedsCondition) return false;
  if (left.kind === 'constant') [left, right] = [right, left];
  const immediate = immediateOf(right);
  const resolved = stack.toRegisterOrMemory(left);
  if (immediate !== undefined) asm.testImmediate(sizeOf(type), resolved.rm, immediate);
  else {
    const other = stack.toRegister(right);
    asm.test(sizeOf(type), other.register, resolved.rm);
    stack.release(other);
  }
  stack.release(resolved.operand);
  stack.flagsLive = true;
  stack.push({ kind: 'flags', type: 'i32', condition: Condition.notEqual });
  return true;
}

/** `and` with 0xff, 0xffff or 0xffffffff. */
function emitZeroExtension(context: FunctionContext, type: ValueType, left: Operand, right: Operand): boolean {
  const { asm, stack } = context;
  if (left.kind === 'constant') [left, right] = [right, left];
  if (right.kind !== 'constant') return false;
  const size = right.value === 0xffn ? 1 : right.value === 0xffffn ? 2 : right.value === 0xffff_ffffn ? 4 : undefined;
  if (size === undefined || (size === 4 && type === 'i32')) return false;
  const resolved = stack.toRegisterOrMemory(left);
  const to = context.destination(resolved.operand, []);
  asm.loadZero(size, to, resolved.rm);
  stack.release(resolved.operand);
  context.pushResult(type, to);
  return true;
}

export function emitMultiply(context: FunctionContext, type: ValueType): void {
  const { asm, stack } = context;
  let right = stack.pop();
  let left = stack.pop();
  const size = sizeOf(type);
  if (left.kind === 'constant' || (ownsRegister(right) && !ownsRegister(left))) [left, right] = [right, left];
  const immediate = immediateOf(right);
  if (immediate !== undefined) {
    const resolved = stack.toRegisterOrMemory(left);
    const to = context.destination(resolved.operand, []);
    asm.multiplyImmediate(size, to, resolved.rm, immediate);
    stack.release(resolved.operand);
    context.pushResult(type, to);
    return;
  }
  const resolved = stack.toRegisterOrMemory(right);
  const to = context.destination(left, registersOf(resolved.operand));
  stack.moveTo(to, left);
  asm.multiply(size, to, resolved.rm);
  stack.release(left, resolved.operand);
  context.pushResult(type, to);
}

/** Division by zero and overflow are the processor's own #DE; only `x % -1` needs care, because it must be 0. */
export function emitDivide(context: FunctionContext, type: ValueType, signed: boolean, remainder: boolean): void {
  const { asm, stack } = context;
  const size = sizeOf(type);
  let right = stack.pop();
  let left = stack.pop();
  const constantDivisor = right.kind === 'constant' ? right.value : undefined;
  if (left.kind === 'address') left = stack.toTemporary(left);
  if (right.kind === 'address') right = stack.toTemporary(right);
  // First the dividend into rax, then rdx free, with the divisor out of the way of both.
  if (left.kind !== 'register' || left.register !== RAX) {
    stack.claim(RAX, [right]);
    stack.moveTo(RAX, left);
    stack.release(left);
  }
  const divisor = right.kind === 'constant' ? stack.toTemporary(right, [RAX, RDX]) : right;
  stack.claim(RDX, [divisor], [RAX]);
  const { rm, operand } = stack.toRegisterOrMemory(divisor);
  if (signed) {
    const checksMinusOne = remainder && constantDivisor === undefined;
    const done = asm.newLabel();
    if (checksMinusOne) {
      asm.alu(Alu.xor, 4, RDX, RDX);
      asm.aluImmediate(Alu.cmp, size, rm, -1);
      asm.jump(done, Condition.equal);
    }
    if (remainder && constantDivisor === BigInt.asUintN(size * 8, -1n)) asm.alu(Alu.xor, 4, RDX, RDX);
    else {
      asm.extendAccumulator(size);
      asm.unary(Unary.idiv, size, rm);
    }
    asm.bind(done);
  } else {
    asm.alu(Alu.xor, 4, RDX, RDX);
    asm.unary(Unary.div, size, rm);
  }
  stack.release(operand);
  stack.forgetGlobals(); // rax and rdx have changed
  stack.free(remainder ? RAX : RDX);
  stack.pushRegister(type, remainder ? RDX : RAX);
}

const SHIFT_COUNT_MASK = { i32: 31n, i64: 63n } as const;

export function emitShift(context: FunctionContext, operation: Shift, type: ValueType): void {
  const { asm, stack } = context;
  const size = sizeOf(type);
  const count = stack.pop();
  const value = stack.pop();
  if (count.kind === 'constant') {
    const bits = Number(count.value & SHIFT_COUNT_MASK[type]);
    if (type === 'i32' && operation === Shift.shl && bits >= 1 && bits <= 3 && emitScaled(context, value, bits)) return;
    const to = context.destination(value, []);
    stack.moveTo(to, value);
    if (bits !== 0) asm.shiftImmediate(operation, size, to, bits);
    stack.release(value);
    context.pushResult(type, to);
    return;
  }
  const counted = count.kind === 'address' ? stack.toTemporary(count) : count;
  const inCounter = counted.kind === 'register' && counted.owned && counted.register === RCX;
  if (!inCounter) {
    stack.claim(RCX, [value, counted]);
    stack.moveTo(RCX, counted);
    stack.release(counted);
    stack.take(RCX);
  }
  const to = context.destination(value, [RCX]);
  stack.moveTo(to, value);
  asm.shift(operation, size, to);
  stack.release(value);
  stack.free(RCX);
  context.pushResult(type, to);
}

/** `x << 1..3` stays unevaluated as a scaled index. */
function emitScaled(context: FunctionContext, value: Operand, bits: number): boolean {
  if (context.nextTarget() !== undefined) return false;
  if (value.kind === 'address' || value.kind === 'constant') return false;
  const { register, owned } = context.stack.toRegister(value);
  const scale = (1 << bits) as 2 | 4 | 8;
  const index = { register, owned };
  context.stack.push({ kind: 'address', type: 'i32', base: undefined, index, scale, displacement: 0 });
  return true;
}

/** clz and ctz without BMI: BSR and BSF leave their destination undefined for zero, so a conditional move mends it. */
export function emitCountZeros(context: FunctionContext, type: ValueType, leading: boolean): void {
  const { asm, stack } = context;
  const size = sizeOf(type);
  const bits = size * 8;
  const value = stack.pop();
  const resolved = stack.toRegisterOrMemory(value);
  const to = context.destination(resolved.operand, []);
  asm.moveConstant(R11, BigInt(leading ? 2 * bits - 1 : bits));
  asm.bitScan(leading ? 'reverse' : 'forward', size, to, resolved.rm);
  asm.moveIf(Condition.equal, 4, to, R11);
  if (leading) asm.aluImmediate(Alu.xor, 4, to, bits - 1);
  stack.release(resolved.operand);
  context.pushResult(type, to);
}

/** Population count by parallel sums (Hacker's Delight, 5-1): POPCNT is not in the base instruction set. */
export function emitPopulationCount(context: FunctionContext, type: ValueType): void {
  const { asm, stack } = context;
  const value = stack.pop();
  const to = context.destination(value, []);
  stack.moveTo(to, value);
  const masked = (source: number, shift: number, mask: bigint) => {
    // R10 = (source >> shift) & mask
    asm.load(8, R10, source);
    if (shift > 0) asm.shiftImmediate(Shift.shr, 8, R10, shift);
    asm.moveConstant(R11, mask);
    asm.alu(Alu.and, 8, R10, R11);
  };
  masked(to, 1, 0x5555_5555_5555_5555n);
  asm.alu(Alu.sub, 8, to, R10);
  masked(to, 2, 0x3333_3333_3333_3333n);
  asm.alu(Alu.and, 8, to, R11);
  asm.alu(Alu.add, 8, to, R10);
  asm.load(8, R10, to);
  asm.shiftImmediate(Shift.shr, 8, R10, 4);
  asm.alu(Alu.add, 8, to, R10);
  asm.moveConstant(R11, 0x0f0f_0f0f_0f0f_0f0fn);
  asm.alu(Alu.and, 8, to, R11);
  asm.moveConstant(R11, 0x0101_0101_0101_0101n);
  asm.multiply(8, to, R11);
  asm.shiftImmediate(Shift.shr, 8, to, 56);
  stack.release(value);
  context.pushResult(type, to);
}

/** Sign extension from the low 1, 2 or 4 bytes: the `extend` instructions. */
export function emitSignExtension(context: FunctionContext, type: ValueType, fromBytes: 1 | 2 | 4): void {
  const { asm, stack } = context;
  const resolved = stack.toRegisterOrMemory(stack.pop());
  const to = context.destination(resolved.operand, []);
  asm.loadSigned(sizeOf(type), fromBytes, to, resolved.rm);
  stack.release(resolved.operand);
  context.pushResult(type, to);
}

/** i64.extend_i32_u: costs nothing for a register, which is zero-extended already. */
export function emitExtendUnsigned(context: FunctionContext): void {
  const { stack } = context;
  const value = stack.pop();
  if (value.kind === 'constant' || value.kind === 'register') {
    stack.push({ ...value, type: 'i64' });
    return;
  }
  const to = context.destination(value, []);
  stack.moveTo(to, value);
  stack.release(value);
  context.pushResult('i64', to);
}

/** i32.wrap_i64: the low half of a frame slot is its first 4 bytes; a register has to be cut. */
export function emitWrap(context: FunctionContext): void {
  const { asm, stack } = context;
  const value = stack.pop();
  if (value.kind === 'constant') stack.push({ ...value, type: 'i32', value: BigInt.asUintN(32, value.value) });
  else if (value.kind === 'slot' || value.kind === 'home') stack.push({ ...value, type: 'i32' });
  else {
    const source = stack.toRegister(value);
    const to = context.destination(source, []);
    asm.load(4, to, source.register);
    stack.release(source);
    context.pushResult('i32', to);
  }
}
