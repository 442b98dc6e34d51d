/**
 * The debugger's half in the machine's worker: answers a panel's requests about one machine. The worker imports this
 * file, a chunk of its own with the disassembler, when a panel attaches.
 */

import { type Address, type Disassembler, describeEnd, type End, type Machine } from '@longmode/machine';
import {
  inspectCode,
  inspectGdt,
  inspectIdt,
  inspectMemory,
  inspectPages,
  inspectRegisters,
  inspectStack,
  inspectTlb,
  inspectTranslation,
  inspectTss,
} from '@longmode/machine/inspect';
import { loadDisassembler } from './disassembler.ts';
import { type AgentOptions, registerAgent } from './host.ts';
import type { DebugMessage, DebugRequest, DebugRequestName, DebugRequests, MachineState } from './protocol.ts';
import type { RunControl } from './run-control.ts';

type Answerers = {
  [Name in DebugRequestName]: (
    parameters: DebugRequests[Name]['parameters'],
  ) => DebugRequests[Name]['answer'] | Promise<DebugRequests[Name]['answer']>;
};

class Agent {
  readonly #machine: Machine;
  readonly #control: RunControl;
  readonly #tell: (message: DebugMessage) => void;
  #breakpoints: readonly Address[] = [];
  #lastEnd: End = { kind: 'paused' };
  #disassembler: Promise<Disassembler> | undefined;

  constructor(machine: Machine, control: RunControl, tell: (message: DebugMessage) => void) {
    this.#machine = machine;
    this.#control = control;
    this.#tell = tell;
    machine.on('running', () => tell({ kind: 'changed' }));
    machine.on('stopped', (end) => {
      this.#lastEnd = end;
      tell({ kind: 'changed' });
    });
  }

  async serve({ id, name, parameters }: DebugRequest): Promise<void> {
    try {
      // The compiler does not see that name and parameters belong together.
      const answerer = this.#answerers[name] as (parameters: unknown) => DebugRequests[DebugRequestName]['answer'];
      this.#tell({ kind: 'answer', id, value: await answerer(parameters) });
    } catch (error) {
      this.#tell({ kind: 'refusal', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  readonly #answerers: Answerers = {
    pause: () => this.#pause(),
    resume: () => this.#resume(this.#breakpoints),
    step: async ({ over }) => {
      const behind = over ? await this.#behindCall() : undefined;
      if (behind === undefined) await this.#control.step(1);
      else await this.#resume([...this.#breakpoints, behind]);
    },
    'run-to': ({ at }) => this.#resume([...this.#breakpoints, at]),
    breakpoints: ({ at }) => this.#setBreakpoints(at),
    state: () => this.#state(),
    code: async ({ at, after }) =>
      inspectCode(this.#machine, await this.#disassemble(), { ...(at !== undefined && { at }), after }),
    stack: () => inspectStack(this.#machine),
    pages: () => inspectPages(this.#machine),
    translate: ({ at }) => inspectTranslation(this.#machine, at),
    tlb: () => inspectTlb(this.#machine),
    tables: () => ({
      gdt: inspectGdt(this.#machine),
      idt: inspectIdt(this.#machine),
      tss: inspectTss(this.#machine),
    }),
    translator: () => this.#machine.translator,
    memory: (options) => inspectMemory(this.#machine, options),
  };

  /** A machine that stands gets them at once; those that its image does not have are passed over. */
  setFirstBreakpoints(breakpoints: AgentOptions['breakpoints']): void {
    const machine = this.#machine;
    this.#breakpoints = breakpoints.filter((at) => typeof at === 'bigint' || machine.symbols.address(at) !== undefined);
    if (!machine.running) machine.setBreakpoints(this.#breakpoints);
    this.#tell({ kind: 'changed' });
  }

  /** Resolves when the machine stands. */
  async #pause(): Promise<undefined> {
    if (!this.#machine.running) return;
    const stopped = new Promise<void>((resolve) => {
      const listener = this.#machine.on('stopped', () => {
        listener[Symbol.dispose]();
        resolve();
      });
    });
    this.#machine.pause();
    await stopped;
  }

  /** @throws RangeError for an unknown symbol; Error if the machine runs already or has ended */
  #resume(breakpoints: readonly Address[]): undefined {
    this.#machine.setBreakpoints(breakpoints);
    if (this.#machine.ended) throw new Error('the guest has ended and can never run again; boot it anew');
    void this.#control.resume();
  }

  /** @throws RangeError for an unknown symbol. Code that is not mapped yet may have a breakpoint. */
  #linear(address: Address): bigint {
    return this.#machine.memory.translate(address).linearAddress;
  }

  async #setBreakpoints(at: readonly Address[]): Promise<undefined> {
    at.forEach((address) => void this.#linear(address));
    this.#breakpoints = at;
    if (this.#machine.running) {
      await this.#pause();
      this.#resume(at);
    }
    this.#tell({ kind: 'changed' });
  }

  /** The instruction behind the next one, if that is a call. */
  async #behindCall(): Promise<bigint | undefined> {
    const [line] = inspectCode(this.#machine, await this.#disassemble(), { before: 0, after: 1 });
    return line?.text?.startsWith('call ') ? line.location.address + BigInt(line.bytes.length) : undefined;
  }

  #disassemble(): Promise<Disassembler> {
    return (this.#disassembler ??= loadDisassembler());
  }

  #state(): MachineState {
    const machine = this.#machine;
    const { instructions, ended, running: isRunning } = machine;
    const end = ended ?? this.#lastEnd;
    const reason = isRunning ? 'running' : end.kind === 'limit' ? 'the guest was stepped' : describeEnd(end);
    const registers = isRunning ? undefined : inspectRegisters(machine);
    return {
      isRunning,
      registers,
      location: registers && machine.symbols.locate(registers.rip),
      instructions,
      breakpoints: this.#breakpoints.map((at) => ({ at, address: this.#linear(at) })),
      reason,
      hasEnded: ended !== undefined,
      postMortem: ended && 'report' in ended ? ended.report : undefined,
    };
  }
}

/** Every panel's port is answered until the worker ends. */
registerAgent((machine, control, port, options) => {
  const agent = new Agent(machine, control, (message) => port.postMessage(message));
  agent.setFirstBreakpoints(options.breakpoints);
  port.onmessage = ({ data }: MessageEvent<DebugRequest>) => void agent.serve(data);
  return options.stopAtEntry;
});
