// The interrupt descriptor table: for each of the 256 vectors, the code that handles it.
//
//     one gate, 16 bytes (SDM Vol. 3A 6.14.1)
//
//      63            48 47            32 31            16 15             0
//     +----------------+----------------+----------------+----------------+
//     | handler 31..16 |    options     | code selector  | handler 15..0  |
//     +----------------+----------------+----------------+----------------+
//     |               0                 |         handler 63..32          |
//     +----------------+----------------+----------------+----------------+
//
//      options:  15    14-13   12   11-9    8    7-3   2-0
//               +----+-------+----+------+------+----+-----+
//               | P  |  DPL  | 0  | 111  | type | 0  | IST |
//               +----+-------+----+------+------+----+-----+
//      P: present; DPL: the privilege that `int n` needs; type 0: interrupt gate, which turns interrupts off in the
//      handler; IST: 0 = stay on the current stack, 1-7 = switch to that stack of the interrupt stack table (`tss.ts`)
import { lidt } from '../library/x86';
import { KERNEL_CODE_SELECTOR } from './gdt';
import { VECTOR_COUNT } from './vectors';

const GATE_BYTES: u32 = 16;
const IDT_BYTES: u32 = VECTOR_COUNT * GATE_BYTES;

/** The bits that are always set; a gate with only these is not present. */
const OPTIONS_MINIMAL: u64 = 0b0000_1110_0000_0000;
const OPTION_PRESENT: u64 = 1 << 15;
const OPTION_PRIVILEGE_SHIFT: u32 = 13;

const IDT = memory.data(IDT_BYTES, 16);
const POINTER = memory.data(10, 8);

/** Where the entry points of the vectors are, 16 bytes apart. */
// @ts-ignore: decorator
@external("link", "isr_stubs")
declare function isrStubs(): usize;

/** The kernel's one IDT. */
export namespace Idt {
  /** Makes every gate a missing one: an interrupt or exception there becomes a #NP or #GP, and soon a double fault. */
  export function clear(): void {
    for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) removeGate(vector);
  }

  /**
   * Lets a vector enter the kernel.
   * @param stack number of the stack in the interrupt stack table, 1 to 7, or 0 for the current one
   * @param privilege the least privileged ring that may use the vector by `int n`
   */
  export function setGate(vector: u32, stack: u32 = 0, privilege: u32 = 0): void {
    const handler = <u64>(isrStubs() + vector * 16);
    const options = OPTIONS_MINIMAL | OPTION_PRESENT | ((<u64>privilege) << OPTION_PRIVILEGE_SHIFT) | stack;
    const gate = IDT + vector * GATE_BYTES;
    store<u64>(gate, (handler & 0xffff) | (KERNEL_CODE_SELECTOR << 16) | (options << 32) | ((handler >> 16) << 48));
    store<u64>(gate, handler >> 32, 8);
  }

  /** Makes the gate of a vector a missing one. */
  export function removeGate(vector: u32): void {
    store<u64>(IDT + vector * GATE_BYTES, OPTIONS_MINIMAL << 32);
    store<u64>(IDT + vector * GATE_BYTES, 0, 8);
  }

  /** Tells the processor where the table is. From here on, exceptions reach the kernel. */
  export function load(): void {
    loadWithLimit(IDT_BYTES - 1);
  }

  /** `load` with a limit of the caller's choice: the last valid offset. With 0 there is no gate at all. */
  export function loadWithLimit(limit: u32): void {
    store<u16>(POINTER, limit);
    store<u64>(POINTER, IDT, 2);
    lidt(POINTER);
  }
}
