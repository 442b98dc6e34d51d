/**
 * A place for every local: one register or one frame slot for the whole function, so that control flow needs no merge
 * code. Linear scan (Poletto and Sarkar 1999) over the live intervals, with weights: an interval that finds no register
 * takes the one of the cheapest overlapping interval if that is cheaper than itself.
 *
 * Division of the registers (System V AMD64 ABI):
 *
 *     rax rcx rdx rsi      operand temporaries, never locals: division, shifts and calls always find theirs
 *     r10 r11              scratch of single instruction sequences, never handed out
 *     rdi r8 r9            locals that do not live across a call; unused ones serve as further temporaries
 *     rbx r12 r13 r14 r15  locals, saved by the callee
 *     rsp rbp              stack and frame
 */
import type { Register } from '../x86/registers.ts';
import { ARGUMENT_REGISTERS, R8, R9, R12, R13, R14, R15, RAX, RBX, RCX, RDI, RDX, RSI } from '../x86/registers.ts';
import type { LiveInterval } from './liveness.ts';

/** Registers that are always operand temporaries. */
const TEMPORARIES: readonly Register[] = [RAX, RCX, RDX, RSI];
/** Registers that locals get if they do not live across a call. */
const CALLER_SAVED_LOCALS: readonly Register[] = [RDI, R8, R9];
/** Registers that locals get and that the function's prologue saves. */
export const CALLEE_SAVED: readonly Register[] = [RBX, R12, R13, R14, R15];

export interface Allocation {
  /** Register of a local; a local that is never read has none. */
  readonly registers: ReadonlyMap<number, Register>;
  /** Frame home number of a local that got no register. */
  readonly homes: ReadonlyMap<number, number>;
  /** Number of frame homes. */
  readonly homeCount: number;
  /** Callee-saved registers in use, in the order in which the prologue pushes them. */
  readonly saved: readonly Register[];
  /** The function's operand temporaries: the fixed ones and caller-saved registers that no local got. */
  readonly temporaries: readonly Register[];
}

/** Assigns places. `parameterCount` tells which locals arrive in argument registers. */
export function allocateRegisters(intervals: readonly LiveInterval[], parameterCount: number): Allocation {
  const registers = new Map<number, Register>();
  const active = new Map<Register, LiveInterval>();
  const everUsed = new Set<Register>();
  const spilled: LiveInterval[] = [];

  /** A register costs a push and a pop the first time it is used; prefer those paid for. */
  const freeRegister = (interval: LiveInterval): Register | undefined => {
    const arrival = interval.local < parameterCount ? ARGUMENT_REGISTERS[interval.local] : undefined;
    const caller = interval.crossesCall ? [] : CALLER_SAVED_LOCALS;
    const free = [...caller, ...CALLEE_SAVED].filter((register) => !active.has(register));
    if (arrival !== undefined && free.includes(arrival)) return arrival;
    return free.find((register) => caller.includes(register) || everUsed.has(register)) ?? free[0];
  };

  for (const interval of intervals) {
    for (const [register, other] of active) if (other.end < interval.start) active.delete(register);
    let register = freeRegister(interval);
    if (register === undefined) {
      const [cheapRegister, cheapest] = [...active]
        .filter(([candidate]) => !interval.crossesCall || CALLEE_SAVED.includes(candidate))
        .reduce((a, b) => (b[1].weight < a[1].weight ? b : a));
      if (cheapest.weight >= interval.weight) {
        spilled.push(interval);
        continue;
      }
      spilled.push(cheapest);
      registers.delete(cheapest.local);
      register = cheapRegister;
    }
    active.set(register, interval);
    everUsed.add(register);
    registers.set(interval.local, register);
  }

  const taken = new Set(registers.values());
  return {
    registers,
    homes: new Map(spilled.map((interval, index) => [interval.local, index])),
    homeCount: spilled.length,
    saved: CALLEE_SAVED.filter((register) => taken.has(register)),
    temporaries: [...TEMPORARIES, ...CALLER_SAVED_LOCALS.filter((register) => !taken.has(register))],
  };
}
