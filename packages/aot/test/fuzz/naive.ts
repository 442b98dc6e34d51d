/**
 * The simplest possible code generator: every local and every operand in the frame, every instruction by itself. It is
 * slow and easy to believe; where it and the real one differ, the real one is wrong.
 */

import { COMPARE_CONDITIONS } from '../../src/codegen/comparison.ts';
import type { CompiledFunction } from '../../src/codegen/compile-function.ts';
import { type ModuleContext, symbolOf } from '../../src/codegen/function-context.ts';
import type { FunctionSignature, Instruction, ValueType, WasmFunction } from '../../src/wasm/module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { Alu, Assembler, Shift, Unary } from '../../src/x86/assembler.ts';
import type { Label } from '../../src/x86/code-buffer.ts';
import { ARGUMENT_REGISTERS, Condition, R10, R11, RAX, RBP, RCX, RDX, RSP } from '../../src/x86/registers.ts';

interface Block {
  readonly isLoop: boolean;
  readonly label: Label;
  elseLabel: Label | undefined;
  readonly height: number;
  readonly result: ValueType | undefined;
}

const ALU: Readonly<Record<string, Alu>> = { add: Alu.add, sub: Alu.sub, and: Alu.and, or: Alu.or, xor: Alu.xor };
const SHIFTS: Readonly<Record<string, Shift>> = {
  shl: Shift.shl,
  shr_s: Shift.sar,
  shr_u: Shift.shr,
  rotl: Shift.rol,
  rotr: Shift.ror,
};
const COMPARISONS = ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'];

class NaiveCompiler {
  private readonly asm = new Assembler();
  private readonly fn: WasmFunction;
  private readonly context: ModuleContext;
  private readonly blocks: Block[] = [];
  private readonly jumpTables: { label: Label; targets: Label[] }[] = [];
  /** Operands on the machine stack, which begins right below the locals. */
  private height = 0;
  private reachable = true;
  private skipped = 0;

  constructor(fn: WasmFunction, context: ModuleContext) {
    this.fn = fn;
    this.context = context;
  }

  private localMemory(index: number) {
    return { base: RBP, displacement: -8 * (index + 1) };
  }

  private operandMemory(depth: number) {
    return this.localMemory(this.fn.locals.length + depth);
  }

  private push(register: number): void {
    this.asm.push(register);
    this.height++;
  }

  private pop(register: number): void {
    this.asm.pop(register);
    this.height--;
  }

  private resetStack(height: number): void {
    this.asm.lea(8, RSP, { base: RBP, displacement: -8 * (this.fn.locals.length + height) });
    this.height = height;
  }

  compile(): CompiledFunction {
    const { asm, fn } = this;
    const parameters = fn.signature.parameters.length;
    asm.push(RBP);
    asm.load(8, RBP, RSP);
    asm.moveConstant(RAX, 0n);
    for (let i = 0; i < fn.locals.length; i++) {
      const argument = ARGUMENT_REGISTERS[i];
      if (i >= parameters) asm.push(RAX);
      else if (argument !== undefined) asm.push(argument);
      else {
        asm.load(8, R10, { base: RBP, displacement: 16 + 8 * (i - ARGUMENT_REGISTERS.length) });
        asm.push(R10);
      }
    }
    this.open(false, fn.signature.result);
    for (const instruction of fn.body) this.instruction(instruction);
    asm.raw(0xc9); // leave
    asm.ret();
    const codeEnd = asm.position;
    for (const { label, targets } of this.jumpTables) {
      asm.bind(label);
      for (const target of targets) asm.labelAddress(target, symbolOf.function(fn.index), 'absolute64');
    }
    const code = asm.finish();
    return { code, codeBytes: code.move(codeEnd), origins: [] };
  }

  private open(isLoop: boolean, result: ValueType | undefined, elseLabel?: Label): void {
    const label = this.asm.newLabel();
    if (isLoop) this.asm.bind(label);
    this.blocks.push({ isLoop, label, elseLabel, height: this.height, result });
  }

  private leave(): void {
    this.reachable = false;
    this.height = this.blocks.at(-1)!.height;
  }

  /** Emits a branch; the code behind it goes on with the stack as it is. */
  private branch(depth: number): void {
    const block = this.blocks[this.blocks.length - 1 - depth]!;
    const { height } = this;
    const hasResult = !block.isLoop && block.result !== undefined;
    if (hasResult) this.asm.load(8, RAX, this.operandMemory(height - 1));
    this.resetStack(block.height);
    if (hasResult) this.asm.push(RAX);
    this.asm.jump(block.label);
    this.height = height;
  }

  private instruction(instruction: Instruction): void {
    const { asm } = this;
    const { code, name } = instruction.opcode;
    const isOpener = code === Op.block || code === Op.loop || code === Op.if;
    if (!this.reachable) {
      if (isOpener) this.skipped++;
      else if (code === Op.end && this.skipped > 0) {
        this.skipped--;
        return;
      }
      if (this.skipped > 0 || (code !== Op.end && code !== Op.else)) return;
    }
    switch (code) {
      case Op.nop:
        return;
      case Op.unreachable:
        asm.trap();
        this.leave();
        return;
      case Op.block:
      case Op.loop:
        this.open(code === Op.loop, instruction.result);
        return;
      case Op.if: {
        this.pop(RAX);
        asm.test(4, RAX, RAX);
        const elseLabel = asm.newLabel();
        asm.jump(elseLabel, Condition.equal);
        this.open(false, instruction.result, elseLabel);
        return;
      }
      case Op.else: {
        const block = this.blocks.at(-1)!;
        if (this.reachable) asm.jump(block.label);
        asm.bind(block.elseLabel!);
        block.elseLabel = undefined;
        this.reachable = true;
        this.height = block.height;
        return;
      }
      case Op.end: {
        const block = this.blocks.pop()!;
        if (block.elseLabel !== undefined) asm.bind(block.elseLabel);
        if (!block.isLoop) asm.bind(block.label);
        this.reachable = true;
        this.height = block.height + (block.result === undefined ? 0 : 1);
        if (this.blocks.length === 0 && block.result !== undefined) this.pop(RAX);
        return;
      }
      case Op.br:
        this.branch(instruction.index);
        this.leave();
        return;
      case Op.return:
        this.branch(this.blocks.length - 1);
        this.leave();
        return;
      case Op.br_if: {
        this.pop(RAX);
        asm.test(4, RAX, RAX);
        const over = asm.newLabel();
        asm.jump(over, Condition.equal);
        this.branch(instruction.index);
        asm.bind(over);
        return;
      }
      case Op.br_table: {
        this.pop(RCX);
        for (const [i, depth] of instruction.labels.entries()) {
          const over = asm.newLabel();
          if (i < instruction.labels.length - 1) {
            asm.aluImmediate(Alu.cmp, 4, RCX, i);
            asm.jump(over, Condition.notEqual);
          }
          this.branch(depth);
          asm.bind(over);
        }
        this.leave();
        return;
      }
      case Op.call:
        this.call(instruction.index);
        return;
      case Op.call_indirect: {
        this.pop(R10);
        const ok = asm.newLabel();
        const trap = asm.newLabel();
        asm.aluImmediate(Alu.cmp, 4, R10, this.context.module.table.length);
        asm.jump(trap, Condition.aboveOrEqual);
        const signatures = { index: R10, scale: 4, symbol: symbolOf.tableSignatures } as const;
        asm.aluImmediate(Alu.cmp, 4, signatures, this.context.signatureNumber(instruction.index));
        asm.jump(ok, Condition.equal);
        asm.bind(trap);
        asm.trap();
        asm.bind(ok);
        this.callSequence(this.context.module.types[instruction.index]!, () =>
          asm.callIndirect({ index: R10, scale: 8, symbol: symbolOf.table }),
        );
        return;
      }
      case Op.drop:
        this.pop(RAX);
        return;
      case Op.select:
      case Op.select_t:
        this.pop(RDX);
        this.pop(RCX);
        this.pop(RAX);
        asm.test(4, RDX, RDX);
        asm.moveIf(Condition.equal, 8, RAX, RCX);
        this.push(RAX);
        return;
      case Op.local_get:
        asm.load(8, RAX, this.localMemory(instruction.index));
        this.push(RAX);
        return;
      case Op.local_set:
      case Op.local_tee:
        this.pop(RAX);
        asm.store(8, this.localMemory(instruction.index), RAX);
        if (code === Op.local_tee) this.push(RAX);
        return;
      case Op.global_get:
        asm.load(8, RAX, { symbol: symbolOf.global(instruction.index) });
        this.push(RAX);
        return;
      case Op.global_set:
        this.pop(RAX);
        asm.store(8, { symbol: symbolOf.global(instruction.index) }, RAX);
        return;
      case Op.memory_size:
        asm.moveConstant(RAX, BigInt(this.context.module.memoryPages));
        this.push(RAX);
        return;
      case Op.memory_grow:
        this.pop(RCX);
        asm.moveConstant(RAX, 0xffff_ffffn);
        asm.moveConstant(RDX, BigInt(this.context.module.memoryPages));
        asm.test(4, RCX, RCX);
        asm.moveIf(Condition.equal, 4, RAX, RDX);
        this.push(RAX);
        return;
      case Op.memory_copy:
      case Op.memory_fill: {
        const helper = code === Op.memory_copy ? 'memmove' : 'memset';
        const signature: FunctionSignature = { parameters: ['i32', 'i32', 'i32'], result: undefined };
        this.callSequence(signature, () => asm.call(symbolOf.helper(helper)));
        return;
      }
      case Op.i32_const:
        asm.moveConstant(RAX, BigInt(instruction.index));
        this.push(RAX);
        return;
      case Op.i64_const:
        asm.moveConstant(RAX, instruction.value);
        this.push(RAX);
        return;
      default:
        this.numeric(instruction, name);
        return;
    }
  }

  private call(index: number): void {
    const { module } = this.context;
    const imported = module.imports[index];
    if (imported === undefined) {
      this.callSequence(module.functions[index - module.imports.length]!.signature, () =>
        this.asm.call(symbolOf.function(index)),
      );
      return;
    }
    const [, direction, bits] = /^(load|store)(\d+)$/.exec(imported.field)!;
    const bytes = Number(bits) / 8;
    if (direction === 'store') {
      this.pop(RAX);
      this.pop(RCX);
      this.asm.store(bytes as 8, { base: RCX }, RAX);
      return;
    }
    this.pop(RCX);
    if (bytes === 8) this.asm.load(8, RAX, { base: RCX });
    else this.asm.loadZero(bytes as 4, RAX, { base: RCX });
    this.push(RAX);
  }

  private callSequence({ parameters, result }: FunctionSignature, jump: () => void): void {
    const { asm } = this;
    const first = this.height - parameters.length;
    const stackArguments = Math.max(parameters.length - ARGUMENT_REGISTERS.length, 0);
    if ((this.fn.locals.length + this.height + stackArguments) % 2 === 1) asm.push(RAX);
    for (let i = parameters.length - 1; i >= ARGUMENT_REGISTERS.length; i--) {
      asm.load(8, R11, this.operandMemory(first + i));
      asm.push(R11);
    }
    for (const [i, register] of ARGUMENT_REGISTERS.slice(0, parameters.length).entries())
      asm.load(8, register, this.operandMemory(first + i));
    jump();
    this.resetStack(first);
    if (result !== undefined) this.push(RAX);
  }

  private numeric({ index }: Instruction, name: string): void {
    const { asm } = this;
    const [type, operation] = name.split('.') as [ValueType, string];
    const size = type === 'i32' ? 4 : 8;
    const access = /^(load|store)(\d+)?_?([su])?$/.exec(operation);
    if (access !== null) {
      const bytes = access[2] === undefined ? size : ((Number(access[2]) / 8) as 1 | 2 | 4 | 8);
      if (access[1] === 'store') this.pop(RAX);
      this.pop(RCX);
      asm.moveConstant(RDX, BigInt(index));
      asm.alu(Alu.add, 8, RCX, RDX);
      if (access[1] === 'store') {
        asm.store(bytes, { base: RCX }, RAX);
        return;
      }
      if (bytes === 8) asm.load(8, RAX, { base: RCX });
      else if (access[3] === 's') asm.loadSigned(size, bytes, RAX, { base: RCX });
      else asm.loadZero(bytes, RAX, { base: RCX });
      this.push(RAX);
      return;
    }
    const unary = this.unary(type, operation, size);
    if (unary) {
      this.push(RAX);
      return;
    }
    this.pop(RCX);
    this.pop(RAX);
    const comparison = COMPARISONS.indexOf(operation);
    if (comparison >= 0) {
      asm.alu(Alu.cmp, size, RAX, RCX);
      asm.setCondition(COMPARE_CONDITIONS[comparison]!, RAX);
      asm.loadZero(1, RAX, RAX);
    } else if (ALU[operation] !== undefined) asm.alu(ALU[operation], size, RAX, RCX);
    else if (SHIFTS[operation] !== undefined) asm.shift(SHIFTS[operation], size, RAX);
    else if (operation === 'mul') asm.multiply(size, RAX, RCX);
    else this.divide(operation, size);
    this.push(RAX);
  }

  private divide(operation: string, size: 4 | 8): void {
    const { asm } = this;
    const done = asm.newLabel();
    asm.moveConstant(RDX, 0n);
    if (operation.endsWith('_u')) asm.unary(Unary.div, size, RCX);
    else {
      if (operation === 'rem_s') {
        asm.aluImmediate(Alu.cmp, size, RCX, -1);
        asm.jump(done, Condition.equal);
      }
      asm.extendAccumulator(size);
      asm.unary(Unary.idiv, size, RCX);
    }
    asm.bind(done);
    if (operation.startsWith('rem')) asm.load(size, RAX, RDX);
  }

  /** Operations with one operand: from rax to rax. False if it is none of them. */
  private unary(type: ValueType, operation: string, size: 4 | 8): boolean {
    const { asm } = this;
    const extension = /^extend(?:_i)?(\d+)_([su])$/.exec(operation);
    if (!['eqz', 'clz', 'ctz', 'popcnt', 'wrap_i64'].includes(operation) && extension === null) return false;
    this.pop(RAX);
    if (extension !== null) {
      const bytes = (Number(extension[1]) / 8) as 1 | 2 | 4;
      if (extension[2] === 'u') asm.load(4, RAX, RAX);
      else asm.loadSigned(size, bytes, RAX, RAX);
    } else if (operation === 'wrap_i64') asm.load(4, RAX, RAX);
    else if (operation === 'eqz') {
      asm.test(size, RAX, RAX);
      asm.setCondition(Condition.equal, RAX);
      asm.loadZero(1, RAX, RAX);
    } else this.countBits(type, operation);
    return true;
  }

  /** clz, ctz and popcnt, bit by bit. */
  private countBits(type: ValueType, operation: string): void {
    const { asm } = this;
    const size = type === 'i32' ? 4 : 8;
    const next = asm.newLabel();
    const done = asm.newLabel();
    asm.moveConstant(RCX, 0n); // bits looked at
    asm.moveConstant(RDX, 0n); // bits counted
    asm.bind(next);
    asm.aluImmediate(Alu.cmp, 4, RCX, size * 8);
    asm.jump(done, Condition.equal);
    asm.aluImmediate(Alu.add, 4, RCX, 1);
    asm.shiftImmediate(operation === 'clz' ? Shift.shl : Shift.shr, size, RAX, 1);
    if (operation === 'popcnt') asm.aluImmediate(Alu.adc, 4, RDX, 0);
    else {
      asm.jump(done, Condition.below); // the bit was set
      asm.aluImmediate(Alu.add, 4, RDX, 1);
    }
    asm.jump(next);
    asm.bind(done);
    asm.load(4, RAX, RDX);
  }
}

/** Stands in for `compileFunction`. */
export function compileNaively(fn: WasmFunction, context: ModuleContext): CompiledFunction {
  return new NaiveCompiler(fn, context).compile();
}
