/**
 * A core whose guest is a list of actions instead of instructions, for tests of everything around the core: each action
 * is one instruction. It honours budgets and stop requests exactly as the real core does.
 */

import type { CpuHost, Registers, Walk } from '@longmode/cpu-wasm';
import type { FaultRecord, MachineCore, RegisterAccess } from '../src/core.ts';

/** What one instruction of a scripted guest does. */
export type Action =
  | ((guest: Guest) => void)
  | 'nop'
  | 'hlt'
  /** A jump to itself. */
  | 'jmp $'
  /** Goes back to the first action. */
  | 'loop'
  | 'shutdown'
  | 'unimplemented';

/** What an action can touch. */
export interface Guest {
  readonly host: CpuHost;
  readonly ram: Uint8Array;
  readonly registers: RegisterAccess;
}

type ExitReason = ReturnType<MachineCore['run']>;

const IF = 1n << 9n;

/** A scripted core; `runs` lists the budgets it was given. */
export class ScriptedCore implements MachineCore {
  readonly ram: Uint8Array;
  readonly registers: RegisterAccess = plainRegisters();
  readonly runs: number[] = [];
  instructions = 0n;
  shutdownChain: FaultRecord[] = [];
  lastRips: bigint[] = [];
  /** Linear addresses at or above this are not mapped. */
  mappedEnd: bigint;
  readonly #host: CpuHost;
  readonly #actions: readonly Action[];
  #next = 0;
  #stopRequested = false;
  #left = 0;
  #interruptLine = false;
  /** Vectors of the interrupts that were served; they change nothing else. */
  readonly vectors: number[] = [];
  /** Time of sleep. */
  passedTicks = 0;

  constructor(host: CpuHost, actions: readonly Action[], memoryBytes = 1 << 20) {
    this.#host = host;
    this.#actions = actions;
    this.ram = new Uint8Array(memoryBytes);
    this.mappedEnd = BigInt(memoryBytes);
  }

  run(budgetInstructions: number): ExitReason {
    this.runs.push(budgetInstructions);
    for (this.#left = budgetInstructions; this.#left > 0; this.#left--) {
      if (this.#interruptLine && this.registers.get('rflags') & IF)
        this.vectors.push(this.#host.acknowledgeInterrupt());
      const action = this.#actions[this.#next] ?? 'hlt';
      if (action === 'shutdown') return 'shutdown';
      if (action === 'unimplemented') return 'unimplemented';
      if (action !== 'jmp $') this.#next = action === 'loop' ? 0 : this.#next + 1;
      this.registers.set('rip', BigInt(this.#next));
      if (typeof action === 'function') {
        action({ host: this.#host, ram: this.ram, registers: this.registers });
      }
      this.instructions++;
      if (action === 'hlt') return 'halt';
      if (action === 'jmp $') return 'idle-loop';
      if (this.#stopRequested) {
        this.#stopRequested = false;
        return 'stop';
      }
    }
    return 'budget';
  }

  requestStop(): void {
    this.#stopRequested = true;
  }

  get instructionCount(): number {
    return Number(this.instructions);
  }

  limitRun(instructions: number): void {
    this.#left = Math.min(this.#left, instructions);
  }

  ignoreNumericError(): void {}

  passTime(ticks: number): void {
    this.passedTicks += ticks;
  }

  setInterruptLine(asserted: boolean): void {
    this.#interruptLine = asserted;
  }

  invalidate(_physicalAddress: number, _lengthBytes: number): void {}

  translate(linearAddress: bigint): Walk {
    const physicalAddress = linearAddress < this.mappedEnd ? linearAddress : undefined;
    return { linearAddress, levels: [], physicalAddress, pageBytes: 0 };
  }
}

/** Registers that are just kept. */
function plainRegisters(): RegisterAccess {
  const values = new Map<string, bigint>();
  const segments = new Map<string, ReturnType<Registers['segment']>>();
  const tables = new Map<string, ReturnType<Registers['descriptorTable']>>();
  return {
    get: (name) => values.get(name) ?? 0n,
    set: (name, value) => void values.set(name, value),
    segment: (name) => segments.get(name) ?? { selector: 0, base: 0n, limit: 0, rights: 0 },
    setSegment: (name, segment) => void segments.set(name, segment),
    descriptorTable: (name) => tables.get(name) ?? { base: 0n, limit: 0 },
    setDescriptorTable: (name, table) => void tables.set(name, table),
    field: () => 0n,
    setField() {},
  };
}
