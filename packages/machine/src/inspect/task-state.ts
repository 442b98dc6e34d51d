/** The task-state segment that TR points to: stacks for entering the kernel. SDM Vol. 3A 7.2.1 (32-bit), 7.7 (64-bit). */

import { EFER, TSS32, TSS64 } from '@longmode/x86';
import { type InspectedMachine, readOrUndefined } from './machine-view.ts';

/** A stack pointer in the TSS. */
export interface TaskStack {
  /** `RSP0`, `IST1`, `ESP0`, ... */
  readonly name: string;
  readonly pointer: bigint;
  /** Whether the first push would find memory (8 bytes below the pointer). */
  readonly isMapped: boolean;
}

/** The TSS, as far as it matters to a 64-bit kernel, or to a 32-bit one that does not switch tasks. */
export interface TaskState {
  readonly selector: number;
  readonly base: bigint;
  /** Offset of the last byte. */
  readonly limit: number;
  readonly bits: 32 | 64;
  /** Stacks of privilege levels 0 to 2. */
  readonly privilegeStacks: readonly TaskStack[];
  /** IST1 to IST7; empty in a 32-bit TSS. */
  readonly interruptStacks: readonly TaskStack[];
  readonly ioMapBase: number | undefined;
}

/** Reads the TSS; undefined if TR is null or the TSS is not mapped. */
export function inspectTss(machine: InspectedMachine): TaskState | undefined {
  const { tr, efer } = machine.cpu.registers;
  if ((tr.selector & 0xfffc) === 0) return undefined;
  const bits = efer & BigInt(EFER.LMA) ? 64 : 32;
  const at = (offset: number) => BigInt.asUintN(64, tr.base + BigInt(offset));
  const stack = (name: string, offset: number): TaskStack | undefined => {
    const pointer = readOrUndefined(() =>
      bits === 64 ? machine.memory.u64(at(offset)) : BigInt(machine.memory.u32(at(offset))),
    );
    if (pointer === undefined) return undefined;
    const below = BigInt.asUintN(bits, pointer - 8n);
    return { name, pointer, isMapped: machine.memory.translate(below).physicalAddress !== undefined };
  };
  const privilegeStacks = [0, 1, 2].map((level) =>
    bits === 64 ? stack(`RSP${level}`, TSS64.RSP0 + 8 * level) : stack(`ESP${level}`, TSS32.ESP0 + 8 * level),
  );
  const interruptStacks =
    bits === 64 ? Array.from({ length: 7 }, (_, i) => stack(`IST${i + 1}`, TSS64.IST1 + 8 * i)) : [];
  const isRead = (entry: TaskStack | undefined): entry is TaskStack => entry !== undefined;
  if (!privilegeStacks.every(isRead) || !interruptStacks.every(isRead)) return undefined;
  const ioMapBase = readOrUndefined(() => machine.memory.u16(at(TSS64.IO_MAP_BASE)));
  const { selector, base, limit } = tr;
  return { selector, base, limit, bits, privilegeStacks, interruptStacks, ioMapBase };
}
