/**
 * Who called whom: first along the frame pointers (System V ABI, AMD64 supplement 3.2.2: saved RBP at [RBP], return
 * address behind it), and where there are none, by looking for return addresses on the stack, marked as guesses.
 */

import type { Machine } from '../api.ts';
import { MemoryError } from '../memory-access.ts';
import type { BacktraceEntry } from './types.ts';

const MAXIMUM_FRAMES = 32;
const SCANNED_WORDS = 64;

/** What a backtrace is made from. */
export type BacktraceSource = Pick<Machine, 'cpu' | 'memory' | 'symbols'>;

export function buildBacktrace(source: BacktraceSource): BacktraceEntry[] {
  const frames = followFramePointers(source);
  return frames.length > 0 ? frames : scanStack(source);
}

function followFramePointers(source: BacktraceSource): BacktraceEntry[] {
  const { cpu, symbols } = source;
  const wordBytes = wordBytesOf(cpu);
  const entries: BacktraceEntry[] = [];
  let framePointer = cpu.registers.rbp;
  while (entries.length < MAXIMUM_FRAMES && framePointer % wordBytes === 0n && framePointer !== 0n) {
    const next = readWord(source, framePointer);
    const returnAddress = readWord(source, framePointer + wordBytes);
    if (returnAddress === undefined || next === undefined) break;
    const location = symbols.locate(returnAddress);
    if (location.symbol === undefined) break;
    entries.push({ location, guessed: false });
    if (next <= framePointer) break; // stacks grow down, so callers' frames are higher
    framePointer = next;
  }
  return entries;
}

function scanStack(source: BacktraceSource): BacktraceEntry[] {
  const { cpu, symbols } = source;
  const wordBytes = wordBytesOf(cpu);
  const entries: BacktraceEntry[] = [];
  const top = cpu.registers.rsp - (cpu.registers.rsp % wordBytes);
  for (let i = 0n; i < SCANNED_WORDS && entries.length < MAXIMUM_FRAMES; i++) {
    const word = readWord(source, top + i * wordBytes);
    if (word === undefined) continue; // the stack may begin on the next page
    const location = symbols.locate(word);
    // A return address is behind a call, so never the first byte of a function.
    if (location.symbol !== undefined && location.offset !== 0) entries.push({ location, guessed: true });
  }
  return entries;
}

function wordBytesOf({ bits }: Machine['cpu']): bigint {
  return bits === 64 ? 8n : 4n;
}

function readWord({ cpu, memory }: BacktraceSource, address: bigint): bigint | undefined {
  try {
    return cpu.bits === 64 ? memory.u64(address) : BigInt(memory.u32(BigInt.asUintN(32, address)));
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}
