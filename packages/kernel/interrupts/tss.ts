// The task state segment. Nothing is left of tasks in 64-bit mode but a table of stack pointers (SDM Vol. 3A 8.7):
//
//     +----+-------------+
//     |  0 | reserved    |
//     |  4 | RSP0        |  stack for entries from ring 3
//     | 12 | RSP1, RSP2  |  (rings 1 and 2: unused)
//     | 28 | reserved    |
//     | 36 | IST1        |  stacks that a gate can name: a known good stack,
//     | 44 | IST2        |  however broken the interrupted one is
//     | .. | ... IST7    |
//     | 92 | reserved    |
//     |102 | I/O map base|  offset of the bitmap of I/O ports for ring 3; behind the segment = none
//     +----+-------------+
//
// The fields are not aligned to their size, so the class has them as halves or accesses them by offset.
import { DOUBLE_FAULT, MACHINE_CHECK, NON_MASKABLE_INTERRUPT } from './vectors';

const RSP0_OFFSET: usize = 4;
const IST1_OFFSET: usize = 36;
const IO_MAP_BASE_OFFSET: usize = 102;
const TSS_BYTES: u32 = 104;

/** Stack of the double fault handler in the interrupt stack table. The hardware counts from 1, 0 means none. */
export const DOUBLE_FAULT_STACK: u32 = 1;
/** Stack of the handler of non-maskable interrupts: one may come at any time, even in between two stacks. */
export const NON_MASKABLE_INTERRUPT_STACK: u32 = 2;
/** Stack of the machine check handler, for the same reason. */
export const MACHINE_CHECK_STACK: u32 = 3;

/** The 104 bytes of a TSS. */
@unmanaged
export class TaskStateSegment {
  /** Only for its size: see the accessors. */
  private words00: u64;
  private words08: u64;
  private words10: u64;
  private words18: u64;
  private words20: u64;
  private words28: u64;
  private words30: u64;
  private words38: u64;
  private words40: u64;
  private words48: u64;
  private words50: u64;
  private words58: u64;
  private words60: u64;

  /** The stack on which ring 3 enters the kernel. */
  set privilegeStack(top: u64) {
    store<u64>(changetype<usize>(this) + RSP0_OFFSET, top);
  }

  get privilegeStack(): u64 {
    return load<u64>(changetype<usize>(this) + RSP0_OFFSET);
  }

  /** Sets stack 1 to 7 of the interrupt stack table. */
  setInterruptStack(stack: u32, top: u64): void {
    store<u64>(changetype<usize>(this) + IST1_OFFSET + (stack - 1) * 8, top);
  }

  /** Offset of the I/O permission map. */
  set ioMapBase(offset: u16) {
    store<u16>(changetype<usize>(this) + IO_MAP_BASE_OFFSET, offset);
  }

  /** No port is allowed in ring 3: the map would begin behind the segment's end. */
  denyAllPorts(): void {
    this.ioMapBase = <u16>TSS_BYTES;
  }
}

/** The one TSS of the kernel; zero until `Gdt.load`. */
export const TSS = changetype<TaskStateSegment>(memory.data(TSS_BYTES, 16));

/** The stack that a vector needs to have of its own, or 0. */
export function interruptStackOf(vector: u32): u32 {
  if (vector === DOUBLE_FAULT) return DOUBLE_FAULT_STACK;
  if (vector === NON_MASKABLE_INTERRUPT) return NON_MASKABLE_INTERRUPT_STACK;
  if (vector === MACHINE_CHECK) return MACHINE_CHECK_STACK;
  return 0;
}
