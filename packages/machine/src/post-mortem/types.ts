/**
 * Why a guest died, as data: the exceptions that led to a shutdown of the processor, what stood in the way of their
 * delivery, and the state around them. `formatPostMortem` turns it into text; everything in it is plain data that can
 * be posted to another thread.
 */

import type { CodeLocation } from '../api.ts';

/** The report of a shutdown, or of any other moment. */
export interface PostMortem {
  readonly title: string;
  /** Guest instructions retired since boot. */
  readonly instructions: bigint;
  readonly timeNanos: bigint;
  /** The exceptions in the order in which they were raised; empty if the processor did not shut down. */
  readonly faults: readonly FaultReport[];
  /** Where the guest stands (the faulting instruction if there were faults). */
  readonly location: CodeLocation;
  /** Registers by SDM name. */
  readonly registers: Readonly<Record<string, bigint>>;
  /** The stack pointer, and the walk of the address just below it, where the next push goes. */
  readonly stack: { readonly pointer: bigint; readonly walk: readonly WalkLine[]; readonly isMapped: boolean };
  /** The innermost call first. */
  readonly backtrace: readonly BacktraceEntry[];
  /** The last executed instructions, most recent last. */
  readonly lastInstructions: readonly InstructionReport[];
  readonly hints: readonly string[];
  /** The screen's lines, trailing spaces removed. */
  readonly screen: readonly string[];
}

/** One exception on the way down. */
export interface FaultReport {
  readonly vector: number;
  /** True for an interrupt of the interrupt controller, which is no exception, whatever its vector. */
  readonly isExternal: boolean;
  /** `#PF`, `#DF`, ...; `IRQ vector 8` for an external interrupt. */
  readonly mnemonic: string;
  readonly name: string;
  readonly errorCode: number | undefined;
  /** The error code in words. */
  readonly errorText: string;
  readonly location: CodeLocation;
  readonly instruction: InstructionReport | undefined;
  /** Page faults only: the address that was accessed. */
  readonly cr2: bigint | undefined;
  /** Page faults only: the walk of that address. */
  readonly walk: readonly WalkLine[];
  /** Why it could not be delivered; undefined if it was. */
  readonly deliveryFailure: string | undefined;
}

/** One level of a page walk, decoded. */
export interface WalkLine {
  /** `PML4E`, `PDPTE`, `PDE` or `PTE`. */
  readonly name: string;
  readonly index: number;
  readonly entryPhysicalAddress: bigint;
  readonly entry: bigint;
  /** The entry in words: the flags that are set, or what is wrong with it. */
  readonly text: string;
}

/** An instruction and where it is. */
export interface InstructionReport {
  readonly location: CodeLocation;
  readonly bytes: Uint8Array;
  /** Assembly text if a disassembler was given. */
  readonly text: string | undefined;
}

/** One call of a backtrace. */
export interface BacktraceEntry {
  readonly location: CodeLocation;
  /** True if found by scanning the stack for return addresses rather than by frame pointers. */
  readonly guessed: boolean;
}
