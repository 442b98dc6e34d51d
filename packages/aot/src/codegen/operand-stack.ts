/**
 * The virtual operand stack and the temporaries it lives in. Operands that an instruction has popped stay in
 * possession of their temporaries until `release`, and `allocate` takes temporaries only from operands that are still
 * on the stack, so that it can always succeed: no instruction here holds more than three at a time.
 *
 * Everything that moves values around by itself (spilling, detaching, loading) uses `mov`, `lea`, `movzx` and `setcc`
 * only, which leave the flags alone; a comparison may be waiting for its consumer.
 */
import type { ValueType } from '../wasm/module.ts';
import { Alu, type Assembler, type Memory, Shift } from '../x86/assembler.ts';
import type { Register } from '../x86/registers.ts';
import { R11, RBP } from '../x86/registers.ts';
import type { AddressOperand, Operand, RegisterOperand } from './operand.ts';
import { ownedRegisters, registersOf } from './operand.ts';
import { type Allocation, CALLEE_SAVED } from './register-allocation.ts';

/** Operand width in bytes of a value in a register. */
export const sizeOf = (type: ValueType): 4 | 8 => (type === 'i32' ? 4 : 8);

const toInt32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

/** The constant as a sign-extended 32-bit immediate of an instruction of its width, if it fits. */
export function immediateOf(operand: Operand): number | undefined {
  if (operand.kind !== 'constant') return undefined;
  if (operand.type === 'i32') return toInt32(operand.value);
  const signed = BigInt.asIntN(64, operand.value);
  return signed === BigInt.asIntN(32, signed) ? Number(signed) : undefined;
}

export class OperandStack {
  readonly asm: Assembler;
  readonly allocation: Allocation;
  readonly entries: Operand[] = [];
  /** A comparison's result is in the flags and not consumed yet. */
  flagsLive = false;
  /** Slots used so far; the frame has room for all of them. */
  slotCount = 0;
  private readonly busy = new Set<Register>();
  /** A temporary in which a copy of a global is still to be found, see {@link rememberGlobal}. */
  private copy: { readonly global: number; readonly register: Register } | undefined;

  constructor(asm: Assembler, allocation: Allocation) {
    this.asm = asm;
    this.allocation = allocation;
  }

  push(operand: Operand): void {
    this.entries.push(operand);
  }

  pop(): Operand {
    return this.entries.pop()!;
  }

  /** Pushes an owned temporary. */
  pushRegister(type: ValueType, register: Register): void {
    this.push({ kind: 'register', type, register, owned: true });
  }

  /** Drops everything above `height` and forgets popped operands: for the end of a path of control flow. */
  truncate(height: number): void {
    this.entries.length = height;
    this.busy.clear();
    for (const entry of this.entries) for (const register of ownedRegisters(entry)) this.occupy(register);
  }

  /** Marks a temporary as in use for a new value. */
  private occupy(register: Register): void {
    this.busy.add(register);
    if (this.copy?.register === register) this.copy = undefined;
  }

  /** A global's value has just been loaded to, or stored from, a temporary, and may be used from there. */
  rememberGlobal(global: number, register: Register): void {
    this.copy = this.isTemporary(register) ? { global, register } : undefined;
  }

  /** Whatever was known of a global's copy, it no longer holds: at calls, and where paths of control flow meet. */
  forgetGlobals(): void {
    this.copy = undefined;
  }

  /** The copy of a global, as an operand that owns it, or undefined. */
  takeCopy(global: number): RegisterOperand | undefined {
    if (this.copy?.global !== global || this.busy.has(this.copy.register)) return undefined;
    this.busy.add(this.copy.register); // it stays a copy until something else is put there
    return { kind: 'register', type: 'i32', register: this.copy.register, owned: true };
  }

  /** Ends a popped operand's possession of its temporaries. */
  release(...operands: readonly Operand[]): void {
    for (const operand of operands) for (const register of ownedRegisters(operand)) this.busy.delete(register);
  }

  /** Gives back one temporary. */
  free(register: Register): void {
    this.busy.delete(register);
  }

  /** Marks a temporary as in use, which the caller knows to be free. */
  take(register: Register): void {
    this.occupy(register);
  }

  isTemporary(register: Register): boolean {
    return this.allocation.temporaries.includes(register);
  }

  private findFree(except: readonly Register[]): Register | undefined {
    return this.allocation.temporaries.find((register) => !this.busy.has(register) && !except.includes(register));
  }

  /** A temporary for the caller's use, if need be one whose owner on the stack is moved to the frame. */
  allocate(except: readonly Register[] = []): Register {
    let register = this.findFree(except);
    if (register === undefined) {
      const owned = (entry: Operand) => ownedRegisters(entry).some((candidate) => !except.includes(candidate));
      const depth = this.entries.findIndex(owned);
      if (depth < 0) throw new Error('internal error: an instruction holds all temporaries');
      this.spill(depth);
      register = this.findFree(except)!;
    }
    this.occupy(register);
    return register;
  }

  /** Empties a certain temporary for the caller's use. `held`: popped operands that may be in it and move away. */
  claim(register: Register, held: readonly Operand[] = [], except: readonly Register[] = []): void {
    if (this.busy.has(register)) {
      const heldOwner = held.find((operand) => ownedRegisters(operand).includes(register));
      const depth = this.entries.findIndex((entry) => ownedRegisters(entry).includes(register));
      if (heldOwner !== undefined) this.relocate(heldOwner, register, this.allocate([register, ...except]));
      else if (depth >= 0) {
        const other = this.findFree([register, ...except]);
        if (other === undefined) this.spill(depth);
        else {
          this.occupy(other);
          this.relocate(this.entries[depth]!, register, other);
        }
      } else throw new Error(`internal error: register ${register} is held by nobody`);
    }
    this.occupy(register);
  }

  /** Moves the temporary `from` of an operand to `to`, which is already marked as in use. */
  private relocate(operand: Operand, from: Register, to: Register): void {
    this.asm.load(8, to, from);
    this.busy.delete(from);
    if (operand.kind === 'register') operand.register = to;
    else if (operand.kind === 'address')
      for (const part of [operand.base, operand.index]) if (part?.owned && part.register === from) part.register = to;
  }

  /** Frame memory of a local's home. */
  homeMemory(home: number): Memory {
    return { base: RBP, displacement: -8 * (this.allocation.saved.length + home + 1) };
  }

  /** Frame memory of the operand at a stack depth. */
  slotMemory(slot: number): Memory {
    this.slotCount = Math.max(this.slotCount, slot + 1);
    return { base: RBP, displacement: -8 * (this.allocation.saved.length + this.allocation.homeCount + slot + 1) };
  }

  /** Moves the operand at `depth` to its slot. */
  spill(depth: number): void {
    const entry = this.entries[depth]!;
    if (entry.kind === 'slot' || entry.kind === 'constant') return;
    this.storeTo(this.slotMemory(depth), entry);
    this.release(entry);
    this.entries[depth] = { kind: 'slot', type: entry.type, slot: depth };
  }

  /** Moves all operands to the places where every path of control flow expects them. */
  spillAll(): void {
    for (let depth = 0; depth < this.entries.length; depth++) this.spill(depth);
  }

  /** Moves all operands that a call would destroy to their slots. */
  spillForCall(): void {
    for (const [depth, entry] of this.entries.entries())
      if (registersOf(entry).some((register) => !CALLEE_SAVED.includes(register)) || entry.kind === 'flags')
        this.spill(depth);
  }

  /** Call before a local's register changes: operands on the stack that read it get their own copy. */
  detachRegister(register: Register): void {
    for (const [depth, entry] of this.entries.entries()) {
      if (!registersOf(entry).includes(register)) continue;
      const own = ownedRegisters(entry)[0] ?? this.findFree([register]);
      if (own === undefined) {
        this.spill(depth);
        continue;
      }
      this.moveTo(own, entry);
      this.release(entry);
      this.occupy(own);
      this.entries[depth] = { kind: 'register', type: entry.type, register: own, owned: true };
    }
  }

  /** Call before a local's frame home changes. */
  detachHome(home: number): void {
    for (const [depth, entry] of this.entries.entries())
      if (entry.kind === 'home' && entry.home === home) this.spill(depth);
  }

  /** Stores a value of at most two registers to the frame. The operand keeps its temporaries. */
  storeTo(memory: Memory, operand: Operand): void {
    const size = sizeOf(operand.type);
    const immediate = immediateOf(operand);
    if (immediate !== undefined) this.asm.storeImmediate(size, memory, immediate);
    else if (operand.kind === 'register') this.asm.store(size, memory, operand.register);
    else {
      this.moveTo(R11, operand);
      this.asm.store(size, memory, R11);
    }
  }

  /** Puts an operand's value into a register. The operand keeps its temporaries; the flags stay as they are if live. */
  moveTo(to: Register, operand: Operand): void {
    const { asm } = this;
    switch (operand.kind) {
      case 'constant':
        if (operand.value === 0n && !this.flagsLive) asm.alu(Alu.xor, 4, to, to);
        else asm.moveConstant(to, operand.value);
        break;
      case 'register':
        if (operand.register !== to) asm.load(sizeOf(operand.type), to, operand.register);
        break;
      case 'slot':
        asm.load(sizeOf(operand.type), to, this.slotMemory(operand.slot));
        break;
      case 'home':
        asm.load(sizeOf(operand.type), to, this.homeMemory(operand.home));
        break;
      case 'address':
        this.computeAddress(to, operand);
        break;
      case 'flags':
        asm.setCondition(operand.condition, to);
        asm.loadZero(1, to, to);
        break;
    }
  }

  private computeAddress(to: Register, operand: AddressOperand): void {
    const { asm } = this;
    const { base, index, scale, displacement } = operand;
    // A lone scaled index has no short `lea`; a shift does it if the flags are free.
    if (base === undefined && index !== undefined && displacement === 0 && !this.flagsLive) {
      if (index.register !== to) asm.load(4, to, index.register);
      if (scale > 1) asm.shiftImmediate(Shift.shl, 4, to, { 1: 0, 2: 1, 4: 2, 8: 3 }[scale]);
      return;
    }
    if (base !== undefined && index === undefined && base.register === to && (displacement === 0 || !this.flagsLive)) {
      if (displacement !== 0) asm.aluImmediate(Alu.add, 4, to, displacement);
      return;
    }
    asm.lea(4, to, { base: base?.register, index: index?.register, scale, displacement });
  }

  /** The operand in some register: its own, a local's, or a fresh temporary. */
  toRegister(operand: Operand, except: readonly Register[] = []): RegisterOperand {
    if (operand.kind === 'register' && !except.includes(operand.register)) return operand;
    return this.toTemporary(operand, except);
  }

  /** The operand in a temporary that the caller may overwrite. */
  toTemporary(operand: Operand, except: readonly Register[] = []): RegisterOperand {
    if (operand.kind === 'register' && operand.owned && !except.includes(operand.register)) return operand;
    const own = ownedRegisters(operand).find((register) => !except.includes(register));
    const register = own ?? this.allocate(except);
    this.moveTo(register, operand);
    this.release(operand);
    this.occupy(register);
    return { kind: 'register', type: operand.type, register, owned: true };
  }

  /** The operand as right-hand side of an instruction: register or frame memory. Replace the operand by `operand`. */
  toRegisterOrMemory(operand: Operand): { rm: Register | Memory; operand: Operand } {
    if (operand.kind === 'slot') return { rm: this.slotMemory(operand.slot), operand };
    if (operand.kind === 'home') return { rm: this.homeMemory(operand.home), operand };
    const register = this.toRegister(operand);
    return { rm: register.register, operand: register };
  }
}
