// Stack instructions (SDM Vol. 1 6.2, 6.5; Vol. 2: PUSH, POP, PUSHA, POPA, ENTER, LEAVE). T is the operand size; the size of
// the stack pointer is a matter of the mode (mode.ts). Memory is written before RSP changes, so a fault leaves all as it was.
// PUSHF and POPF and the pops of segment registers are system instructions.

import { cpu } from '../generated/state';
import { probeWrite } from '../slow-memory';
import { framePointer, loadFromStack, setStackPointer, stackAddress, stackPointer, storeToStack } from '../implicit';
import { storeGuest } from '../memory';
import { Mem, Reg, effectiveAddress, imm, read, wideImmediate, write, writeRegister } from '../operands';
import { RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP } from '../registers';
import { segmentedAddress } from '../segment';

@inline
export function push<T, D>(r: usize): void {
  const value = read<T, D>(r);
  const pointer = stackPointer<T>() - sizeof<T>();
  storeToStack<T>(r, pointer, value);
  setStackPointer<T>(pointer);
}

/** A destination in memory is addressed with RSP already incremented; POP rSP ends with the value popped. */
@inline
export function pop<T, D>(r: usize): void {
  const pointer = stackPointer<T>();
  const value = loadFromStack<T>(r, pointer);
  const before = cpu.rsp;
  setStackPointer<T>(pointer + sizeof<T>());
  if (sizeof<D>() == sizeof<Reg>()) write<T, D>(r, value);
  else {
    const after = cpu.rsp;
    const offset = effectiveAddress(r);
    cpu.rsp = before;
    const linear = sizeof<D>() == sizeof<Mem>() ? offset : segmentedAddress(r, offset, sizeof<T>(), true);
    storeGuest<T>(r, linear, value);
    cpu.rsp = after;
  }
}

/** PUSHA, PUSHAD: the value of rSP pushed is that before the instruction. */
export function pusha<T>(r: usize): void {
  const pointer = stackPointer<T>();
  storeToStack<T>(r, pointer - 1 * sizeof<T>(), load<T>(RAX));
  storeToStack<T>(r, pointer - 2 * sizeof<T>(), load<T>(RCX));
  storeToStack<T>(r, pointer - 3 * sizeof<T>(), load<T>(RDX));
  storeToStack<T>(r, pointer - 4 * sizeof<T>(), load<T>(RBX));
  storeToStack<T>(r, pointer - 5 * sizeof<T>(), load<T>(RSP));
  storeToStack<T>(r, pointer - 6 * sizeof<T>(), load<T>(RBP));
  storeToStack<T>(r, pointer - 7 * sizeof<T>(), load<T>(RSI));
  storeToStack<T>(r, pointer - 8 * sizeof<T>(), load<T>(RDI));
  setStackPointer<T>(pointer - 8 * sizeof<T>());
}

/** POPA, POPAD: the value of rSP on the stack is dropped. */
export function popa<T>(r: usize): void {
  const pointer = stackPointer<T>();
  const di = loadFromStack<T>(r, pointer);
  const si = loadFromStack<T>(r, pointer + 1 * sizeof<T>());
  const bp = loadFromStack<T>(r, pointer + 2 * sizeof<T>());
  const bx = loadFromStack<T>(r, pointer + 4 * sizeof<T>());
  const dx = loadFromStack<T>(r, pointer + 5 * sizeof<T>());
  const cx = loadFromStack<T>(r, pointer + 6 * sizeof<T>());
  const ax = loadFromStack<T>(r, pointer + 7 * sizeof<T>());
  writeRegister<T>(RDI, di);
  writeRegister<T>(RSI, si);
  writeRegister<T>(RBP, bp);
  writeRegister<T>(RBX, bx);
  writeRegister<T>(RDX, dx);
  writeRegister<T>(RCX, cx);
  writeRegister<T>(RAX, ax);
  setStackPointer<T>(pointer + 8 * sizeof<T>());
}

/** ENTER size, level: copies `level - 1` frame pointers of the enclosing frames, then pushes its own. */
export function enter<T>(r: usize): void {
  const allocation = <u64>imm<u16>(r);
  const level = (<u32>wideImmediate(r)) & 31;
  let pointer = stackPointer<T>() - sizeof<T>();
  storeToStack<T>(r, pointer, load<T>(RBP));
  const frame = pointer;
  if (level != 0) {
    let enclosing = framePointer<T>();
    for (let i: u32 = 1; i < level; i++) {
      enclosing -= sizeof<T>();
      pointer -= sizeof<T>();
      storeToStack<T>(r, pointer, loadFromStack<T>(r, enclosing));
    }
    pointer -= sizeof<T>();
    storeToStack<T>(r, pointer, <T>frame);
  }
  pointer -= allocation;
  // The new top of the stack must be writable, although nothing is written there.
  probeWrite(r, stackAddress<T>(r, pointer, true), sizeof<T>());
  writeRegister<T>(RBP, <T>frame);
  setStackPointer<T>(pointer);
}

export function leave<T>(r: usize): void {
  const pointer = framePointer<T>();
  const value = loadFromStack<T>(r, pointer);
  setStackPointer<T>(pointer + sizeof<T>());
  writeRegister<T>(RBP, value);
}
