/** Everything that the emitters of one function share: code buffer, operand stack, position, and folding helpers. */
import type { Instruction, ValueType, WasmFunction, WasmModule } from '../wasm/module.ts';
import { Op } from '../wasm/opcodes.ts';
import { Alu, Assembler, type Memory } from '../x86/assembler.ts';
import type { Label } from '../x86/code-buffer.ts';
import { Condition, type Register } from '../x86/registers.ts';
import type { Liveness } from './liveness.ts';
import type { AddressOperand, AddressPart, Operand } from './operand.ts';
import { ownedRegisters } from './operand.ts';
import { OperandStack, sizeOf } from './operand-stack.ts';
import type { Allocation } from './register-allocation.ts';

/** Symbols by which compiled code refers to parts of the image. */
export const symbolOf = {
  function: (index: number) => `function:${index}`,
  global: (index: number) => `global:${index}`,
  /** Addresses of the table's functions, 8 bytes each. */
  table: 'table:addresses',
  /** Signature numbers of the table's functions, 4 bytes each; 0 = null. */
  tableSignatures: 'table:signatures',
  helper: (name: 'memmove' | 'memset') => `helper:${name}`,
  link: (name: string) => `link:${name}`,
} as const;

/** An import's translation: inline code, with its operands on the operand stack. */
export type IntrinsicEmitter = (context: FunctionContext) => void;

/** What the compiler of a function has to know about its module. */
export interface ModuleContext {
  readonly module: WasmModule;
  /** Emitter of an imported function, undefined for functions with a body. */
  intrinsic(functionIndex: number): IntrinsicEmitter | undefined;
  /** Number of a function type; equal for equal signatures, never 0. */
  signatureNumber(typeIndex: number): number;
}

/** A trap that conditional jumps inside the function lead to. */
interface Trap {
  readonly label: Label;
  readonly offset: number;
}

const CONSUMERS_OF_FLAGS: ReadonlySet<number> = new Set([Op.br_if, Op.if, Op.select, Op.select_t, Op.i32_eqz]);

export class FunctionContext {
  readonly asm = new Assembler();
  readonly stack: OperandStack;
  readonly fn: WasmFunction;
  readonly allocation: Allocation;
  readonly liveness: Liveness;
  readonly moduleContext: ModuleContext;
  /** Index of the instruction being compiled. */
  position = 0;
  readonly traps: Trap[] = [];
  /** Jump tables: where each starts and where its entries lead. */
  readonly jumpTables: { readonly label: Label; readonly targets: readonly Label[] }[] = [];

  constructor(fn: WasmFunction, allocation: Allocation, liveness: Liveness, moduleContext: ModuleContext) {
    this.fn = fn;
    this.allocation = allocation;
    this.liveness = liveness;
    this.moduleContext = moduleContext;
    this.stack = new OperandStack(this.asm, allocation);
  }

  get instruction(): Instruction {
    return this.fn.body[this.position]!;
  }

  /** Code of the next instruction; the last one of a function is `end`, which has none behind it. */
  get nextCode(): number {
    return this.fn.body[this.position + 1]?.opcode.code ?? Op.end;
  }

  /** Label of a `ud2` behind the function's code that belongs to the current source line. */
  trapLabel(): Label {
    const label = this.asm.newLabel();
    this.traps.push({ label, offset: this.instruction.offset });
    return label;
  }

  /** Register of the local that the next instruction assigns: a result may go right there. */
  nextTarget(): Register | undefined {
    const next = this.fn.body[this.position + 1];
    if (next === undefined || (next.opcode.code !== Op.local_set && next.opcode.code !== Op.local_tee))
      return undefined;
    if (this.liveness.deadStores.has(this.position + 1)) return undefined;
    return this.allocation.registers.get(next.index);
  }

  /**
   * The register for a result: that of the local it is assigned to, else a temporary of the operand `reuse`, else a
   * fresh one. Never one of `avoid`, which the instruction still reads after its first write to the result.
   */
  destination(reuse: Operand | undefined, avoid: readonly Register[]): Register {
    const target = this.nextTarget();
    if (target !== undefined && !avoid.includes(target)) {
      this.stack.detachRegister(target);
      return target;
    }
    const own = reuse === undefined ? undefined : ownedRegisters(reuse).find((register) => !avoid.includes(register));
    return own ?? this.stack.allocate(avoid);
  }

  /** Pushes a result that is in `register`: a temporary, or a local's register from {@link destination}. */
  pushResult(type: ValueType, register: Register): void {
    const owned = this.stack.isTemporary(register);
    if (owned) this.stack.take(register);
    this.stack.push({ kind: 'register', type, register, owned });
  }

  /** Pushes the outcome of a comparison that has just set the flags. */
  pushFlags(condition: Condition): void {
    this.stack.flagsLive = true;
    if (CONSUMERS_OF_FLAGS.has(this.nextCode)) {
      this.stack.push({ kind: 'flags', type: 'i32', condition });
      return;
    }
    const to = this.destination(undefined, []);
    this.asm.setCondition(condition, to);
    this.asm.loadZero(1, to, to);
    this.stack.flagsLive = false;
    this.pushResult('i32', to);
  }

  /** Pops a condition and has it in the flags. Until the jump, values may only be moved. */
  popCondition(): Condition {
    const operand = this.stack.pop();
    const condition = this.testOperand(operand);
    this.stack.release(operand);
    this.stack.flagsLive = true;
    return condition;
  }

  /** Compares an operand with zero; returns the condition of its being true. */
  testOperand(operand: Operand): Condition {
    if (operand.kind === 'flags') return operand.condition;
    const size = sizeOf(operand.type);
    const resolved = this.stack.toRegisterOrMemory(operand);
    if (typeof resolved.rm === 'number') this.asm.test(size, resolved.rm, resolved.rm);
    else this.asm.aluImmediate(Alu.cmp, size, resolved.rm, 0);
    this.stack.release(resolved.operand);
    return Condition.notEqual;
  }

  /** An i32 operand in the form of an address sum. */
  toAddress(operand: Operand): AddressOperand {
    const none = {
      kind: 'address',
      type: 'i32',
      base: undefined,
      index: undefined,
      scale: 1,
      displacement: 0,
    } as const;
    if (operand.kind === 'address') return operand;
    if (operand.kind === 'constant') return { ...none, displacement: Number(BigInt.asIntN(32, operand.value)) };
    const { register, owned } = this.stack.toRegister(operand);
    return { ...none, base: { register, owned } };
  }

  /** Pushes a sum; if it is just a register or a constant, as that. */
  pushAddress(address: AddressOperand): void {
    const { base, index, scale, displacement } = address;
    if (base === undefined && index === undefined)
      this.stack.push({ kind: 'constant', type: 'i32', value: BigInt(displacement >>> 0) });
    else if (displacement === 0 && index === undefined) this.stack.push({ kind: 'register', type: 'i32', ...base! });
    else if (displacement === 0 && base === undefined && scale === 1)
      this.stack.push({ kind: 'register', type: 'i32', ...index! });
    else this.stack.push(address);
  }

  /** The memory operand for a WebAssembly access at `operand` + `offset`. Release `operand` after the access. */
  memoryOperand(operand: Operand, offset: number): { memory: Memory; operand: Operand } {
    if (operand.kind === 'constant') {
      const address = Number(operand.value) + offset;
      if (address <= 0x7fff_ffff) return { memory: { displacement: address }, operand };
      return { memory: { displacement: address | 0, wraps: true }, operand };
    }
    if (operand.kind === 'address') {
      const { base, index, scale } = operand;
      const displacement = (operand.displacement + offset) | 0;
      return { memory: { base: base?.register, index: index?.register, scale, displacement, wraps: true }, operand };
    }
    const register = this.stack.toRegister(operand);
    if (offset <= 0x7fff_ffff) return { memory: { base: register.register, displacement: offset }, operand: register };
    return { memory: { base: register.register, displacement: offset | 0, wraps: true }, operand: register };
  }

  /** Pops the operands of a call or intrinsic, the first one first. */
  popMany(count: number): Operand[] {
    const operands: Operand[] = [];
    for (let i = 0; i < count; i++) operands.unshift(this.stack.pop());
    return operands;
  }
}

/** Adds two sums if one instruction can express the result. */
export function addAddresses(left: AddressOperand, right: AddressOperand): AddressOperand | undefined {
  const plain: AddressPart[] = [];
  let scaled: { part: AddressPart; scale: 1 | 2 | 4 | 8 } | undefined;
  for (const { base, index, scale } of [left, right]) {
    if (base !== undefined) plain.push(base);
    if (index === undefined) continue;
    if (scale === 1) plain.push(index);
    else if (scaled !== undefined) return undefined;
    else scaled = { part: index, scale };
  }
  if (plain.length + (scaled === undefined ? 0 : 1) > 2) return undefined;
  return {
    kind: 'address',
    type: 'i32',
    base: plain[0],
    index: scaled?.part ?? plain[1],
    scale: scaled?.scale ?? 1,
    displacement: (left.displacement + right.displacement) | 0,
  };
}
