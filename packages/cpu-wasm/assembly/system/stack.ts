// The current stack as system instructions use it: they look at several elements above the stack pointer, check everything,
// and move the pointer last (SDM Vol. 1 6.2.3 stack address size).

import { cpu } from '../generated/state';
import { loadFromStack } from '../implicit';
import { stackKept, stackMask } from '../mode';

/** Element of type T, `position` bytes above the stack pointer. */
@inline
export function peek<T>(r: usize, position: u64): T {
  return loadFromStack<T>(r, cpu.rsp + position);
}

/** RSP moved by `delta`, in the bits that the current stack address size has. */
export function movedStackPointer(delta: u64): u64 {
  return (cpu.rsp & stackKept) | ((cpu.rsp + delta) & stackMask);
}
