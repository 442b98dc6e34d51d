/**
 * Structured control flow. At the entry of every block all operands below it move to their frame slots, and a block's
 * result travels in rax, so every path arrives with the same layout and no merge code is needed.
 */
import type { ValueType } from '../wasm/module.ts';
import { Alu } from '../x86/assembler.ts';
import type { Label } from '../x86/code-buffer.ts';
import { Condition, negate, RAX, RBP, RSP } from '../x86/registers.ts';
import { type FunctionContext, symbolOf } from './function-context.ts';

interface Control {
  readonly kind: 'function' | 'block' | 'loop' | 'if';
  /** Where branches to this block go: its end, or the head of a loop. */
  readonly label: Label;
  /** `if`: where a false condition goes, until `else` or `end` binds it. */
  elseLabel: Label | undefined;
  /** Operands below the block. */
  readonly height: number;
  readonly result: ValueType | undefined;
  /** Something branches to the end. */
  branched: boolean;
}

export class ControlFlow {
  /** False behind an unconditional branch, up to the next place that something branches to. */
  reachable = true;
  private readonly context: FunctionContext;
  private readonly controls: Control[] = [];
  /** Blocks opened in unreachable code. */
  private skippedBlocks = 0;

  constructor(context: FunctionContext) {
    this.context = context;
    this.open('function', context.fn.signature.result);
  }

  private open(kind: Control['kind'], result: ValueType | undefined, elseLabel?: Label): void {
    const label = this.context.asm.newLabel();
    const height = this.context.stack.entries.length;
    this.controls.push({ kind, label, elseLabel, height, result, branched: false });
    if (kind === 'loop') this.context.asm.bind(label);
  }

  /** Skips an instruction of unreachable code. True if it was a block boundary that must be compiled after all. */
  skip(isOpener: boolean, isElse: boolean, isEnd: boolean): boolean {
    if (isOpener) this.skippedBlocks++;
    else if (this.skippedBlocks === 0) return isElse || isEnd;
    else if (isEnd) this.skippedBlocks--;
    return false;
  }

  block(kind: 'block' | 'loop'): void {
    this.context.stack.spillAll();
    this.open(kind, this.context.instruction.result);
  }

  if(): void {
    const { asm, stack } = this.context;
    const condition = this.context.popCondition();
    stack.spillAll();
    const elseLabel = asm.newLabel();
    asm.jump(elseLabel, negate(condition));
    stack.flagsLive = false;
    this.open('if', this.context.instruction.result, elseLabel);
  }

  else(): void {
    const { asm, stack } = this.context;
    const control = this.controls.at(-1)!;
    if (this.reachable) {
      this.moveResult(control);
      asm.jump(control.label);
      control.branched = true;
    }
    asm.bind(control.elseLabel!);
    control.elseLabel = undefined;
    stack.truncate(control.height);
    this.reachable = true;
  }

  end(): void {
    const { asm, stack } = this.context;
    const control = this.controls.pop()!;
    if (this.reachable) this.moveResult(control);
    if (control.elseLabel !== undefined) {
      asm.bind(control.elseLabel);
      control.branched = true;
    }
    if (control.kind !== 'loop') asm.bind(control.label);
    this.reachable ||= control.branched;
    stack.truncate(control.height);
    if (control.kind === 'function') {
      if (this.reachable) this.epilogue();
    } else if (this.reachable && control.result !== undefined) {
      stack.take(RAX);
      stack.pushRegister(control.result, RAX);
    }
  }

  /** Takes the result of the block that is being left at its end, or branched to, into rax. */
  private moveResult(control: Control): void {
    if (control.result === undefined) return;
    const { stack } = this.context;
    const value = stack.pop();
    stack.moveTo(RAX, value);
    stack.release(value);
  }

  private target(depth: number): Control {
    return this.controls[this.controls.length - 1 - depth]!;
  }

  /** Jumps to the block's label; a return from a function without saved registers is shorter in place. */
  private jumpTo(control: Control): void {
    if (control.kind === 'function' && this.context.allocation.saved.length === 0) this.epilogue();
    else {
      control.branched = true;
      this.context.asm.jump(control.label);
    }
  }

  /** The rest of the block cannot be reached. */
  private leave(): void {
    this.reachable = false;
    this.context.stack.truncate(this.controls.at(-1)!.height);
  }

  branch(depth: number): void {
    const control = this.target(depth);
    if (control.kind !== 'loop') this.moveResult(control);
    this.jumpTo(control);
    this.leave();
  }

  return(): void {
    this.branch(this.controls.length - 1);
  }

  branchIf(depth: number): void {
    const { asm, stack } = this.context;
    const control = this.target(depth);
    const condition = this.context.popCondition();
    if (control.kind !== 'loop' && control.result !== undefined) this.resultToAccumulator();
    asm.jump(control.label, condition);
    stack.flagsLive = false;
    control.branched = true;
  }

  /** Moves the top operand into rax and leaves it on the stack. */
  private resultToAccumulator(): void {
    const { stack } = this.context;
    const value = stack.pop();
    if (value.kind !== 'register' || value.register !== RAX) {
      stack.claim(RAX, [value]);
      stack.moveTo(RAX, value);
      stack.release(value);
      stack.take(RAX);
    }
    stack.pushRegister(value.type, RAX);
  }

  branchTable(): void {
    const { asm, stack } = this.context;
    const { labels } = this.context.instruction;
    const targets = labels.map((depth) => this.target(depth));
    const fallback = targets.at(-1)!;
    let index = stack.pop();
    if (fallback.kind !== 'loop' && fallback.result !== undefined) {
      if (index.kind === 'address') index = stack.toTemporary(index);
      const value = stack.pop();
      if (value.kind !== 'register' || value.register !== RAX) {
        stack.claim(RAX, [index, value]);
        stack.moveTo(RAX, value);
      }
    }
    const register = stack.toRegister(index, [RAX]).register;
    for (const target of targets) target.branched = true;
    const count = targets.length - 1;
    asm.aluImmediate(Alu.cmp, 4, register, count);
    asm.jump(fallback.label, Condition.aboveOrEqual);
    const label = asm.newLabel();
    const symbol = symbolOf.function(this.context.fn.index);
    asm.jumpIndirect({ index: register, scale: 8, symbol, label });
    this.context.jumpTables.push({ label, targets: targets.slice(0, count).map((target) => target.label) });
    this.leave();
  }

  unreachable(): void {
    this.context.asm.trap();
    this.leave();
  }

  private epilogue(): void {
    const { asm, allocation } = this.context;
    const { saved } = allocation;
    if (saved.length === 0)
      asm.raw(0xc9); // leave
    else {
      asm.lea(8, RSP, { base: RBP, displacement: -8 * saved.length });
      for (const register of saved.toReversed()) asm.pop(register);
      asm.pop(RBP);
    }
    asm.ret();
  }
}
