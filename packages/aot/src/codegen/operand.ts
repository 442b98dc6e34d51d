/**
 * What the code generator knows about a value of the WebAssembly operand stack that no instruction has consumed yet.
 * Most values never exist on their own: constants, locals, sums and comparisons are folded into their consumer.
 *
 * Invariant of all code: an i32 in a register is zero-extended to 64 bits; an i32 in memory owns only the low 4 bytes
 * of its 8-byte slot.
 */
import type { ValueType } from '../wasm/module.ts';
import type { Condition, Register } from '../x86/registers.ts';

/** A register inside an {@link AddressOperand}. */
export interface AddressPart {
  register: Register;
  /** An operand temporary that belongs to this operand; otherwise the register of a local. */
  owned: boolean;
}

/** Unsigned value. */
interface ConstantOperand {
  kind: 'constant';
  type: ValueType;
  value: bigint;
}

/** A temporary that belongs to this operand, or the register of a local, read in place. */
export interface RegisterOperand {
  kind: 'register';
  type: ValueType;
  register: Register;
  owned: boolean;
}

/** Stack slot of the operand at depth `slot`. */
interface SlotOperand {
  kind: 'slot';
  type: ValueType;
  slot: number;
}

/** A local that lives in the frame, read in place. */
interface HomeOperand {
  kind: 'home';
  type: ValueType;
  home: number;
}

/** The i32 sum `base + index*scale + displacement`, cut to 32 bits. */
export interface AddressOperand {
  kind: 'address';
  type: 'i32';
  base: AddressPart | undefined;
  index: AddressPart | undefined;
  scale: 1 | 2 | 4 | 8;
  /** Signed 32 bits. */
  displacement: number;
}

/** The result of the comparison that has just been emitted: 1 if `condition` holds. The next instruction takes it. */
interface FlagsOperand {
  kind: 'flags';
  type: 'i32';
  condition: Condition;
}

export type Operand = ConstantOperand | RegisterOperand | SlotOperand | HomeOperand | AddressOperand | FlagsOperand;

/** The registers that an operand reads. */
export function registersOf(operand: Operand): Register[] {
  if (operand.kind === 'register') return [operand.register];
  if (operand.kind !== 'address') return [];
  return [operand.base, operand.index].filter((part) => part !== undefined).map((part) => part.register);
}

/** The temporaries that belong to an operand. */
export function ownedRegisters(operand: Operand): Register[] {
  if (operand.kind === 'register') return operand.owned ? [operand.register] : [];
  if (operand.kind !== 'address') return [];
  return [operand.base, operand.index].filter((part) => part?.owned === true).map((part) => part!.register);
}
