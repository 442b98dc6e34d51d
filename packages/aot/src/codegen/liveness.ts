/**
 * Liveness of WebAssembly locals: backward data flow over structured control flow. A sweep walks the instructions from
 * the last to the first; what is live at the head of a loop feeds the branches back to it in the next sweep, until no
 * head changes (at most nesting depth + 2 sweeps). The result is one closed interval of instruction indices per local,
 * which is what the register allocator wants.
 */
import type { WasmFunction } from '../wasm/module.ts';
import { Op } from '../wasm/opcodes.ts';
import { mapControl } from './control-map.ts';

/** The stretch of instructions over which a local must keep its place. */
export interface LiveInterval {
  readonly local: number;
  /** First instruction index; -1 if the value comes from outside (parameter, implicit zero). */
  start: number;
  /** Last instruction index. */
  end: number;
  /** A call lies strictly inside, so that caller-saved registers lose the value. */
  crossesCall: boolean;
  /** Uses, each times 8 per surrounding loop: how much a register would save. */
  weight: number;
}

export interface Liveness {
  /** Locals that are read somewhere, in ascending order of `start`. */
  readonly intervals: readonly LiveInterval[];
  /** Indices of `local.set` and `local.tee` instructions whose value nobody reads. */
  readonly deadStores: ReadonlySet<number>;
}

class BitSet {
  readonly words: Uint32Array;
  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >> 5);
  }
  has(bit: number): boolean {
    return ((this.words[bit >> 5]! >>> (bit & 31)) & 1) === 1;
  }
  add(bit: number): void {
    this.words[bit >> 5]! |= 1 << (bit & 31);
  }
  delete(bit: number): void {
    this.words[bit >> 5]! &= ~(1 << (bit & 31));
  }
  clear(): void {
    this.words.fill(0);
  }
  assign(other: BitSet): void {
    this.words.set(other.words);
  }
  copy(): BitSet {
    const result = new BitSet(this.words.length * 32);
    result.assign(this);
    return result;
  }
  /** Adds all of `other`; true if that changed anything. */
  union(other: BitSet): boolean {
    let changed = false;
    for (let i = 0; i < this.words.length; i++) {
      const word = this.words[i]! | other.words[i]!;
      if (word >>> 0 !== this.words[i]! >>> 0) changed = true;
      this.words[i] = word;
    }
    return changed;
  }
  *[Symbol.iterator](): Generator<number> {
    for (let i = 0; i < this.words.length; i++)
      for (let word = this.words[i]!; word !== 0; word &= word - 1) yield i * 32 + 31 - Math.clz32(word & -word);
  }
}

/** True for instructions that become native calls and so destroy the caller-saved registers. */
function isNativeCall(code: number, isIntrinsic: boolean): boolean {
  if (code === Op.call) return !isIntrinsic;
  return code === Op.call_indirect || code === Op.memory_copy || code === Op.memory_fill;
}

interface Frame {
  /** Index of the opener, -1 for the function. */
  readonly opener: number;
  readonly isLoop: boolean;
  /** What is live behind the block. */
  readonly after: BitSet;
  /** What is live at the first instruction of the else branch, once that has been walked. */
  elseEntry: BitSet | undefined;
}

/** Analyses one function. `isIntrinsic` tells calls that are emitted inline from real ones. */
export function analyzeLiveness(fn: WasmFunction, isIntrinsic: (functionIndex: number) => boolean): Liveness {
  const { body } = fn;
  const size = fn.locals.length;
  const { opener } = mapControl(body);
  const loopHeads = new Map<number, BitSet>();
  const intervals: (LiveInterval | undefined)[] = new Array(size).fill(undefined);
  const deadStores = new Set<number>();
  const callPositions: number[] = [];

  const extend = (local: number, position: number) => {
    const interval = (intervals[local] ??= { local, start: position, end: position, crossesCall: false, weight: 0 });
    if (position < interval.start) interval.start = position;
    if (position > interval.end) interval.end = position;
  };

  /** One walk from the end to the beginning; with `record` it also writes the results. True if a loop head grew. */
  const sweep = (record: boolean): boolean => {
    let changed = false;
    const live = new BitSet(size);
    const frames: Frame[] = [];
    const target = (depth: number): BitSet => {
      const frame = frames[frames.length - 1 - depth]!;
      return frame.isLoop ? loopHeads.get(frame.opener)! : frame.after;
    };
    const extendAll = (position: number) => {
      if (record) for (const local of live) extend(local, position);
    };
    for (let position = body.length - 1; position >= 0; position--) {
      const { opcode, index, labels } = body[position]!;
      switch (opcode.code) {
        case Op.end: {
          const from = opener.get(position)!;
          const isLoop = from >= 0 && body[from]!.opcode.code === Op.loop;
          if (isLoop && !loopHeads.has(from)) loopHeads.set(from, new BitSet(size));
          frames.push({ opener: from, isLoop, after: live.copy(), elseEntry: undefined });
          extendAll(position);
          break;
        }
        case Op.else: {
          const frame = frames.at(-1)!;
          extendAll(position);
          frame.elseEntry = live.copy();
          live.assign(frame.after);
          extendAll(position);
          break;
        }
        case Op.if: {
          const frame = frames.pop()!;
          live.union(frame.elseEntry ?? frame.after);
          extendAll(position);
          break;
        }
        case Op.loop: {
          frames.pop();
          if (loopHeads.get(position)!.union(live)) changed = true;
          extendAll(position);
          break;
        }
        case Op.block:
          frames.pop();
          extendAll(position);
          break;
        case Op.br:
          live.assign(target(index));
          extendAll(position);
          break;
        case Op.br_if:
          live.union(target(index));
          extendAll(position);
          break;
        case Op.br_table:
          live.clear();
          for (const label of labels) live.union(target(label));
          extendAll(position);
          break;
        case Op.return:
        case Op.unreachable:
          live.clear();
          break;
        case Op.local_get:
          live.add(index);
          if (record) extend(index, position);
          break;
        case Op.local_set:
        case Op.local_tee:
          if (record) {
            if (live.has(index)) extend(index, position);
            else deadStores.add(position);
          }
          live.delete(index);
          break;
        default:
          // Nothing has to survive a call that does not come back, such as that of `abort`.
          if (
            record &&
            isNativeCall(opcode.code, isIntrinsic(index)) &&
            body[position + 1]!.opcode.code !== Op.unreachable
          )
            callPositions.push(position);
      }
    }
    if (record) for (const local of live) extend(local, -1);
    return changed;
  };

  while (sweep(false));
  sweep(true);

  // A branch back to a loop's head makes everything live there live in the whole loop.
  for (const [end, from] of opener) {
    if (body[end]!.opcode.code !== Op.end || from < 0 || body[from]!.opcode.code !== Op.loop) continue;
    for (const local of loopHeads.get(from)!) {
      extend(local, from);
      extend(local, end);
    }
  }
  weigh(fn, intervals);
  const result = intervals.filter((interval) => interval !== undefined).sort((a, b) => a.start - b.start);
  for (const interval of result)
    interval.crossesCall = callPositions.some((position) => interval.start < position && position < interval.end);
  return { intervals: result, deadStores };
}

function weigh(fn: WasmFunction, intervals: readonly (LiveInterval | undefined)[]): void {
  let factor = 1;
  const factors: number[] = [];
  for (const { opcode, index } of fn.body) {
    if (opcode.code === Op.block || opcode.code === Op.if || opcode.code === Op.loop) {
      factors.push(factor);
      if (opcode.code === Op.loop) factor = Math.min(factor * 8, 8 ** 6);
    } else if (opcode.code === Op.end) factor = factors.pop() ?? 1;
    else if (opcode.code >= Op.local_get && opcode.code <= Op.local_tee) {
      const interval = intervals[index];
      if (interval !== undefined) interval.weight += factor;
    }
  }
}
