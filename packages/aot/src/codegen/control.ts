/**
 * Structured control flow. At the entry of every block all operands below it move to their frame slots, and a block's
 * result travels in rax, so every path arrives with the same layout and no merge code is needed.
 */
import type { Instruction, ValueType } from '../wasm/module.ts';
import { Op } from '../wasm/opcodes.ts';
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
  /** `loop` that begins with a condition. */
  rotation?: Rotation | undefined;
}

/**
 * A loop whose first act is to test whether it goes on: `loop`, some plain instructions, `if`. A branch back to its head
 * repeats these instructions and jumps right into the body, which saves a jump in each turn.
 */
interface Rotation {
  /** The plain instructions: from the first one up to the `if`. */
  readonly from: number;
  readonly to: number;
  /** The body, behind the test. */
  readonly bodyLabel: Label;
  /** The block of the `if`, once it is open. */
  condition: Control | undefined;
}

/** More than this is not worth repeating. */
const MAX_REPEATED = 12;

const isControl = ({ opcode: { code } }: Instruction): boolean =>
  (code >= Op.unreachable && code <= Op.return && code !== Op.nop) || code === Op.call || code === Op.call_indirect;

export class ControlFlow {
  /** False behind an unconditional branch, up to the next place that something branches to. */
  reachable = true;
  private readonly context: FunctionContext;
  private readonly controls: Control[] = [];
  /** Blocks opened in unreachable code. */
  private skippedBlocks = 0;

  /** Compiles one instruction, wherever it is. */
  private readonly emit: (position: number) => void;
  /** Ends of blocks that are compiled behind everything else. */
  private readonly cold: { readonly label: Label; readonly from: number; readonly to: number }[] = [];

  constructor(context: FunctionContext, emit: (position: number) => void) {
    this.context = context;
    this.emit = emit;
    this.open('function', context.fn.signature.result);
  }

  private open(kind: Control['kind'], result: ValueType | undefined, elseLabel?: Label): void {
    const label = this.context.asm.newLabel();
    const height = this.context.stack.entries.length;
    this.controls.push({ kind, label, elseLabel, height, result, branched: false });
    if (kind === 'loop') this.bind(label);
  }

  /** Makes this the place of a label: what is known of registers here no longer holds. */
  private bind(label: Label): void {
    this.context.asm.bind(label);
    this.context.stack.forgetGlobals();
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
    if (kind === 'loop') this.controls.at(-1)!.rotation = this.findRotation();
  }

  private findRotation(): Rotation | undefined {
    const { body } = this.context.fn;
    const from = this.context.position + 1;
    let to = from;
    while (to - from <= MAX_REPEATED && !isControl(body[to]!)) to++;
    if (body[to]!.opcode.code !== Op.if) return undefined;
    return { from, to, bodyLabel: this.context.asm.newLabel(), condition: undefined };
  }

  /**
   * If the `if` at the current position has a straight body that ends in a trap, such as a failed check: compiles it
   * behind the function, so that the path that is taken has no jump. Returns the position of its `end`.
   */
  coldIf(): number | undefined {
    const { asm, fn, position } = this.context;
    let to = position + 1;
    // A call of `abort`, which does not come back, stands in front of most traps.
    while (fn.body[to]!.opcode.code === Op.call || !isControl(fn.body[to]!)) to++;
    if (fn.body[to]!.opcode.code !== Op.unreachable || fn.body[to + 1]!.opcode.code !== Op.end) return undefined;
    const condition = this.context.popCondition();
    const label = asm.newLabel();
    asm.jump(label, condition);
    this.context.stack.flagsLive = false;
    this.cold.push({ label, from: position + 1, to });
    return to + 1;
  }

  /** Compiles what {@link coldIf} has put off. Nothing comes back from there, so all registers are free. */
  emitCold(): void {
    for (const { label, from, to } of this.cold) {
      this.bind(label);
      this.context.stack.truncate(0);
      for (let position = from; position <= to; position++) this.emit(position);
    }
  }

  if(): void {
    const { asm, stack } = this.context;
    const condition = this.context.popCondition();
    stack.spillAll();
    const elseLabel = asm.newLabel();
    asm.jump(elseLabel, negate(condition));
    stack.flagsLive = false;
    const loop = this.controls.at(-1)!;
    this.open('if', this.context.instruction.result, elseLabel);
    if (loop.rotation?.to === this.context.position) {
      this.bind(loop.rotation.bodyLabel);
      loop.rotation.condition = this.controls.at(-1)!;
    }
  }

  else(): void {
    const { asm, stack } = this.context;
    const control = this.controls.at(-1)!;
    if (this.reachable) {
      this.moveResult(control);
      asm.jump(control.label);
      control.branched = true;
    }
    this.bind(control.elseLabel!);
    control.elseLabel = undefined;
    stack.truncate(control.height);
    this.reachable = true;
  }

  end(): void {
    const { stack } = this.context;
    const control = this.controls.pop()!;
    if (this.reachable) this.moveResult(control);
    if (control.elseLabel !== undefined) {
      this.bind(control.elseLabel);
      control.branched = true;
    }
    if (control.kind !== 'loop') this.bind(control.label);
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
    this.context.stack.truncate(this.controls.at(-1)?.height ?? 0);
  }

  branch(depth: number): void {
    const control = this.target(depth);
    if (control.kind !== 'loop') this.moveResult(control);
    const exit = control.rotation?.condition?.elseLabel;
    if (exit === undefined) this.jumpTo(control);
    else this.repeatCondition(control, exit);
    this.leave();
  }

  /** Instead of a jump to the head of a loop: its condition once more. */
  private repeatCondition(loop: Control, exit: Label): void {
    const { asm, stack, position, fn } = this.context;
    const { from, to, bodyLabel, condition } = loop.rotation!;
    const entries = [...stack.entries];
    stack.truncate(loop.height);
    for (let at = from; at < to; at++) this.emit(at);
    this.context.position = to;
    const holds = this.context.popCondition();
    stack.spillAll();
    asm.jump(bodyLabel, holds);
    stack.flagsLive = false;
    this.context.position = position;
    stack.entries.splice(0, Infinity, ...entries);
    // The exit may be what follows.
    const follows = fn.body[position + 1]!.opcode.code === Op.end && this.controls.at(-1) === condition;
    if (!follows) asm.jump(exit);
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
