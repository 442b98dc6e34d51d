/** The words on the stack with what they may point to, and the calls that are under way. */

import type { CodeLocation } from '../api.ts';
import { buildBacktrace } from '../post-mortem/backtrace.ts';
import type { BacktraceEntry } from '../post-mortem/types.ts';
import { type InspectedMachine, readOrUndefined } from './machine-view.ts';

const DEFAULT_WORDS = 16;

/** One word of the stack. */
export interface StackWord {
  readonly address: bigint;
  readonly value: bigint;
  /** The code that the value points to, if it is an address inside a function: probably a return address. */
  readonly code: CodeLocation | undefined;
  /** RBP points here. */
  readonly isFramePointer: boolean;
}

/** The stack from its top. */
export interface StackInspection {
  readonly pointer: bigint;
  readonly wordBytes: 4 | 8;
  /** From RSP upward, up to the first that is not mapped. */
  readonly words: readonly StackWord[];
  /** True if fewer words than asked for are mapped. */
  readonly endsUnmapped: boolean;
  /** The innermost call first. */
  readonly backtrace: readonly BacktraceEntry[];
}

/** Reads the stack. @param wordCount how many words at most, default 16 */
export function inspectStack(machine: InspectedMachine, wordCount = DEFAULT_WORDS): StackInspection {
  const { cpu, memory, symbols } = machine;
  const wordBytes = cpu.bits === 64 ? 8 : 4;
  const { rbp } = cpu.registers;
  const pointer = cpu.bits === 64 ? cpu.registers.rsp : BigInt.asUintN(32, cpu.registers.rsp);
  const words: StackWord[] = [];
  for (let i = 0; i < wordCount; i++) {
    const address = BigInt.asUintN(8 * wordBytes, pointer + BigInt(i * wordBytes));
    const value = readOrUndefined(() => (wordBytes === 8 ? memory.u64(address) : BigInt(memory.u32(address))));
    if (value === undefined) break;
    const location = symbols.locate(value);
    // A return address is behind a call, so never the first byte of a function.
    const code = location.symbol !== undefined && location.offset !== 0 ? location : undefined;
    words.push({ address, value, code, isFramePointer: address === rbp });
  }
  return { pointer, wordBytes, words, endsUnmapped: words.length < wordCount, backtrace: buildBacktrace(machine) };
}
