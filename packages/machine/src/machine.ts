/**
 * The machine behind the public API: puts core, PC and run loop together and turns what happens inside into ends,
 * events and reports. `boot` in boot.ts makes one from an image.
 */

import type { CpuHost, UnknownMsrAccess } from '@longmode/cpu-wasm';
import { type BootPlan, FRAMEBUFFER_RGB } from '@longmode/loader';
import { RFLAGS } from '@longmode/x86';
import type {
  Address,
  Disassembler,
  End,
  FinalEnd,
  Input,
  InputEvent,
  Keyboard,
  Limits,
  Machine,
  MachineEvents,
  Screen,
  Serial,
  TraceCategory,
  TraceEvent,
  Until,
} from './api.ts';
import { ByteLog } from './byte-log.ts';
import { InstructionClock } from './clock.ts';
import type { MachineCore } from './core.ts';
import { CpuView } from './cpu-view.ts';
import { LinearFramebuffer } from './devices/linear-framebuffer.ts';
import type { KeyEvent } from './devices/ps2-keyboard.ts';
import { enterKernel, placeImage, presetMemoryTypes } from './entry-state.ts';
import { EventHub } from './events.ts';
import { Inputs } from './inputs.ts';
import { KeyboardPort } from './keyboard/keyboard-port.ts';
import { LinearMemory } from './memory-access.ts';
import { findMatch } from './pattern.ts';
import { KEYBOARD_IRQ, Pc, type PcOutputs } from './pc.ts';
import { buildPostMortem } from './post-mortem/build.ts';
import type { PostMortem } from './post-mortem/types.ts';
import { RunLoop } from './run-loop.ts';
import { captureFrame, framesEqual, type TextFrame } from './screen/frame.ts';
import { ScreenView } from './screen/screen-view.ts';
import { SerialPort } from './serial-port.ts';
import { SymbolView } from './symbol-view.ts';
import { Tracer } from './trace.ts';
import { type TranslatorReport, translatorReport } from './translator-report.ts';
import { type WaitCondition, WaitError, type WaitOutcome } from './wait.ts';

/** What a machine is made of. */
export interface MachineParts {
  readonly plan: BootPlan;
  /** Makes the core that the machine is to drive. */
  readonly createCore: (host: CpuHost) => MachineCore;
  readonly limits?: Limits | undefined;
  /** Seed with which the core was made. */
  readonly randomSeed?: number | undefined;
  readonly ignoreMsrs?: boolean | undefined;
  readonly startTime?: Date | undefined;
  readonly inputs?: readonly InputEvent[] | undefined;
  readonly pace?: 'free' | 'host' | undefined;
  readonly disassemble?: Disassembler | undefined;
}

const MAXIMUM_INSTRUCTION_BYTES = 15;

export class PcMachine implements Machine {
  readonly screen: Screen;
  readonly framebuffer: LinearFramebuffer | undefined;
  readonly serialPorts: readonly [SerialPort, SerialPort, SerialPort, SerialPort];
  readonly #keyboard: KeyboardPort;
  readonly cpu: CpuView;
  readonly memory: LinearMemory;
  readonly symbols: SymbolView;
  readonly warnings: readonly string[];
  readonly randomSeed: number;

  readonly #core: MachineCore;
  readonly #clock: InstructionClock;
  readonly #pc: Pc;
  readonly #loop: RunLoop;
  readonly #inputs: Inputs;
  /** INTR, as the interrupt controllers drive it. */
  #isInterruptPending = false;
  readonly #events = new EventHub();
  readonly #tracer = new Tracer();
  readonly #disassemble: Disassembler | undefined;
  readonly #ignoresMsrs: boolean;
  readonly #debugConsole = new ByteLog();
  /** Events of the current slice, told when the core is left. */
  readonly #serialOutput: number[][] = [[], [], [], []];
  #ended: FinalEnd | undefined;
  #isEndTold = false;
  #isRunPending = false;
  #isDisposed = false;
  #lastFrame: TextFrame | undefined;
  /** Linear addresses of instructions. */
  #breakpoints: ReadonlySet<bigint> = new Set();
  /** What a device or trace listener threw inside the core, where it must not pass. */
  #thrown: { readonly error: unknown } | undefined;

  constructor(parts: MachineParts) {
    const { plan, createCore, limits = {}, startTime, inputs, pace = 'free', disassemble } = parts;
    this.randomSeed = parts.randomSeed ?? 0;
    this.#ignoresMsrs = parts.ignoreMsrs ?? false;
    this.#disassemble = disassemble;
    this.#core = createCore(this.#cpuHost());
    this.#clock = new InstructionClock(
      () => this.#core.instructionCount,
      (dueNanos) => this.#loop?.alarmSet(dueNanos),
    );
    this.#inputs = new Inputs(this.#inputOwner(), inputs);
    this.#keyboard = new KeyboardPort(this.#keyboardOwner());
    const serialPort = (port: 1 | 2 | 3 | 4) => new SerialPort(port, this.#serialOwner());
    this.serialPorts = [serialPort(1), serialPort(2), serialPort(3), serialPort(4)];
    const { type, width, height } = plan.framebuffer;
    if (type === FRAMEBUFFER_RGB) this.framebuffer = new LinearFramebuffer(width, height);
    this.#pc = new Pc({
      clock: this.#clock,
      memoryBytes: this.#core.ram.length,
      startTime,
      serialPeers: this.serialPorts,
      keySource: this.#keyboard,
      framebuffer: this.framebuffer,
      outputs: this.#pcOutputs(),
    });
    this.symbols = new SymbolView(plan.symbols);
    this.memory = new LinearMemory(this.#core, this.symbols);
    this.cpu = new CpuView(this.#core);
    this.warnings = plan.warnings;
    this.screen = new ScreenView(
      () => this.#frame(),
      (test, what, waitLimits) => this.#waitOrThrow({ test }, what, waitLimits),
    );
    this.#loop = this.#createLoop(limits, pace);
    placeImage(this.#core, plan);
    presetMemoryTypes(this.#core);
    enterKernel(this.cpu.registers, plan);
  }

  get serial(): Serial {
    return this.serialPorts[0];
  }

  get keyboard(): Keyboard {
    return this.#keyboard;
  }

  get inputs(): readonly InputEvent[] {
    return this.#inputs.recorded;
  }

  get debugConsole(): string {
    return this.#debugConsole.text();
  }

  get ended(): FinalEnd | undefined {
    return this.#ended;
  }

  get running(): boolean {
    return this.#loop.isRunning;
  }

  get instructions(): bigint {
    return this.#core.instructions;
  }

  get timeNanos(): bigint {
    return BigInt(Math.floor(this.#clock.nowNanos));
  }

  get translator(): TranslatorReport | undefined {
    const { translator, hotRegions = [] } = this.#core;
    return translator && translatorReport(translator, hotRegions, this.symbols);
  }

  async run(until?: Until, limits?: Limits): Promise<End> {
    if (this.#isRunPending) throw new Error('the machine is running: wait for that run to end, or pause it');
    this.#isRunPending = true;
    try {
      const outcome = await this.#wait(until && this.#conditionOf(until), limits);
      return 'end' in outcome ? outcome.end : { kind: 'until' };
    } finally {
      this.#isRunPending = false;
    }
  }

  async step(count = 1): Promise<void> {
    if (this.running) throw new Error('the machine is running: pause it before stepping');
    await this.run(undefined, { instructions: count });
  }

  setBreakpoints(addresses: Iterable<Address>): void {
    if (this.running) throw new Error('the machine is running: pause it before setting breakpoints');
    this.#breakpoints = new Set(Array.from(addresses, (address) => this.symbols.resolve(address)));
  }

  pause(): void {
    this.#loop.endAll({ kind: 'paused' });
  }

  on<E extends keyof MachineEvents>(event: E, listener: (detail: MachineEvents[E]) => void): Disposable {
    return this.#events.on(event, listener);
  }

  trace(categories: readonly TraceCategory[], listener: (event: TraceEvent) => void): Disposable {
    return this.#tracer.subscribe(categories, listener);
  }

  postMortem(): PostMortem {
    return this.#report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#loop.endAll({ kind: 'aborted', reason: new Error('the machine was disposed of') });
  }

  #cpuHost(): CpuHost {
    return {
      // Without `#guarded`: kernels read ports a hundred thousand times to measure time, and a closure costs.
      portRead: (port, sizeBytes) => {
        try {
          const value = this.#pc.ports.read(port, sizeBytes);
          if (this.#tracer.isWanted('port')) this.#tracePort('in', port, sizeBytes, value);
          return value;
        } catch (error) {
          this.#keepThrown(error);
          return 2 ** (8 * sizeBytes) - 1;
        }
      },
      portWrite: (port, sizeBytes, value) =>
        this.#guarded(undefined, () => {
          this.#pc.ports.write(port, sizeBytes, value);
          if (this.#tracer.isWanted('port')) this.#tracePort('out', port, sizeBytes, value);
        }),
      mmioRead: (address, sizeBytes) => this.#pc.mmio.read(address, sizeBytes),
      mmioWrite: (address, sizeBytes, value) => this.#pc.mmio.write(address, sizeBytes, value),
      acknowledgeInterrupt: () => {
        // The core goes on into the handler; a breakpoint may be on its first instruction.
        if (this.#breakpoints.size > 0) this.#core.limitRun(0);
        return this.#guarded(0xff, () => this.#pc.pics.acknowledge());
      },
      signalNumericError: () => this.#guarded(undefined, () => this.#pc.numericError.signal()),
      unknownMsr: (access) => this.#guarded(this.#ignoresMsrs, () => this.#unknownMsr(access)),
    };
  }

  #pcOutputs(): PcOutputs {
    return {
      interrupt: {
        set: (asserted) => {
          if (asserted === this.#isInterruptPending) return;
          this.#isInterruptPending = asserted;
          this.#core.setInterruptLine(asserted);
        },
      },
      ignoreNumericError: () => this.#core.ignoreNumericError(),
      end: (end) => this.#end(end),
      unimplemented: (what) => this.#endUnimplemented(what),
      debugByte: (byte) => {
        this.#debugConsole.append(byte);
        this.#events.emit('debug', { byte });
      },
      postCode: (code) => this.#events.emit('post', { code }),
      scanCodeTaken: () => this.#loop.guestDid({ kind: 'scan-code-taken' }),
    };
  }

  #inputOwner() {
    const machine = this;
    return {
      get isInsideCore() {
        return machine.#loop.isInsideCore;
      },
      get instructions() {
        return machine.#core.instructionCount;
      },
      get nowNanos() {
        return machine.#clock.nowNanos;
      },
      inputWaits: () => this.#loop.inputWaits(),
      apply: (input: Input) => {
        if (input.kind === 'key') {
          this.#keyboard.accept(input);
          this.#pc.keyboardController.keyReady();
        } else {
          this.serialPorts[input.port - 1]?.accept(input.bytes);
          this.#pc.uarts[input.port - 1]?.receiveReady();
        }
      },
    };
  }

  #keyboardOwner() {
    const machine = this;
    return {
      waitOrThrow: <T>(condition: WaitCondition<T>, what: string, limits: Limits | undefined) =>
        this.#waitOrThrow(condition, what, limits),
      enterInput: (input: Input) => this.#inputs.enter(input),
      get isListening() {
        const { keyboardController, pics } = machine.#pc;
        if (!keyboardController.takesKeys) return false;
        if (keyboardController.isPolled) return true;
        return keyboardController.isInterruptEnabled && pics.isUnmasked(KEYBOARD_IRQ) && machine.#interruptsEnabled;
      },
      pendingBytes: (events: readonly KeyEvent[]) => this.#pc.keyboardController.pendingBytes(events),
    };
  }

  get #interruptsEnabled(): boolean {
    return (this.#core.registers.get('rflags') & BigInt(RFLAGS.IF)) !== 0n;
  }

  /** Runs a callback of the core. Nothing may be thrown through the core, so it is kept until the core is left. */
  #guarded<T>(fallback: T, action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.#keepThrown(error);
      return fallback;
    }
  }

  #keepThrown(error: unknown): void {
    this.#thrown ??= { error };
    this.#core.requestStop();
  }

  #createLoop(defaultLimits: Limits, pace: 'free' | 'host'): RunLoop {
    const machine = this;
    return new RunLoop({
      core: this.#core,
      clock: this.#clock,
      pace,
      defaultLimits,
      get ended() {
        return machine.#ended;
      },
      get isTracing() {
        return machine.#tracer.isActive;
      },
      get hasBreakpoints() {
        return machine.#breakpoints.size > 0;
      },
      breakpointAhead: () => this.#breakpointAhead(),
      get mustStop() {
        return machine.#thrown !== undefined;
      },
      get interruptsEnabled() {
        return machine.#interruptsEnabled;
      },
      get isInterruptPending() {
        return machine.#isInterruptPending;
      },
      get sleepOutlook() {
        return machine.#pc.sleepOutlook;
      },
      get nextInputNanos() {
        return machine.#inputs.nextReplayNanos;
      },
      beforeInstruction: () => this.#traceInstruction(),
      afterInstruction: () => this.#traceExceptions(),
      coreStopped: (reason) => this.#coreStopped(reason),
      sleepsForGood: (by) => this.#sleepsForGood(by),
      boundary: () => this.#inputs.atBoundary(),
      sliceEnded: () => this.#sliceEnded(),
      started: () => this.#events.emit('running', undefined),
      stopped: (end) => this.#events.emit('stopped', end),
    });
  }

  #breakpointAhead(): bigint | undefined {
    const rip = this.#core.registers.get('rip');
    return this.#breakpoints.has(this.cpu.linearAddressOfCode(rip)) ? rip : undefined;
  }

  #coreStopped(reason: 'shutdown' | 'unimplemented'): void {
    if (reason === 'shutdown') this.#end({ kind: 'triple-fault', report: this.#report() });
    else this.#endUnimplemented();
  }

  /** @param what what is missing; by default the instruction itself */
  #endUnimplemented(what?: string): void {
    const { rip } = this.cpu.registers;
    const bytes = this.#codeBytesAt(rip);
    const title = unimplementedTitle(what ?? `instruction ${hexBytes(bytes)}`, rip);
    this.#end({ kind: 'unimplemented', rip, bytes, report: this.#report(title) });
  }

  #sleepsForGood(by: Extract<FinalEnd, { kind: 'halted' }>['by']): void {
    const { rip } = this.cpu.registers;
    // HLT is one byte long, and RIP is behind it; the others leave RIP where it is.
    this.#end({ kind: 'halted', by, interrupts: this.#interruptsEnabled, rip: by === 'hlt' ? rip - 1n : rip });
  }

  #end(end: FinalEnd): void {
    if (this.#ended) return;
    this.#ended = end;
    this.#core.requestStop();
  }

  /** Between two slices, with the core at rest. */
  #sliceEnded(): void {
    const thrown = this.#thrown;
    this.#thrown = undefined;
    this.#tellSerialOutput();
    this.#tellScreen();
    this.#tellGraphics();
    if (this.#ended && !this.#isEndTold) {
      this.#isEndTold = true;
      this.#events.emit('ended', this.#ended);
    }
    if (thrown) throw thrown.error;
  }

  #tellSerialOutput(): void {
    this.#serialOutput.forEach((bytes, i) => {
      if (bytes.length === 0) return;
      this.#serialOutput[i] = [];
      this.#events.emit('serial', { port: (i + 1) as 1 | 2 | 3 | 4, bytes: Uint8Array.from(bytes) });
    });
  }

  #tellScreen(): void {
    if (!this.#events.isWanted('screen')) return;
    const frame = this.#frame();
    if (this.#lastFrame && framesEqual(frame, this.#lastFrame)) return;
    this.#lastFrame = frame;
    this.#events.emit('screen', this.screen);
  }

  #tellGraphics(): void {
    if (!this.framebuffer || !this.#events.isWanted('graphics')) return;
    const rows = this.framebuffer.takeChangedRows();
    if (rows) this.#events.emit('graphics', rows);
  }

  /** Tells about the instruction at RIP, and forgets exceptions of earlier ones. */
  #traceInstruction(): void {
    this.#core.registers.setField('chainCount', 0n);
    if (!this.#tracer.isWanted('instruction')) return;
    const { rip } = this.cpu.registers;
    this.#tracer.emit({ kind: 'instruction', rip, bits: this.cpu.bits, bytes: this.#codeBytesAt(rip) });
  }

  /** As many bytes as an instruction can have, less at the end of what is mapped. */
  #codeBytesAt(rip: bigint): Uint8Array {
    return this.memory.readMapped(this.cpu.linearAddressOfCode(rip), MAXIMUM_INSTRUCTION_BYTES);
  }

  #traceExceptions(): void {
    if (!this.#tracer.isWanted('exception')) return;
    for (const { vector, errorCode, rip, cr2 } of this.#core.shutdownChain ?? []) {
      this.#tracer.emit({ kind: 'exception', vector, errorCode, rip, cr2 });
    }
  }

  #tracePort(direction: 'in' | 'out', port: number, sizeBytes: 1 | 2 | 4, value: number): void {
    const { rip } = this.cpu.registers;
    const claimed = this.#pc.ports.ownerOf(port) !== undefined;
    this.#tracer.emit({ kind: 'port', direction, port, sizeBytes, value, rip, claimed });
  }

  /** @returns whether the access is to be ignored */
  #unknownMsr({ number, value }: UnknownMsrAccess): boolean {
    const ignored = this.#ignoresMsrs;
    if (this.#tracer.isWanted('msr')) {
      const { rip } = this.cpu.registers;
      const direction = value === undefined ? 'read' : 'write';
      this.#tracer.emit({ kind: 'msr', direction, number, value: value ?? 0n, rip, ignored });
    }
    return ignored;
  }

  #serialOwner() {
    return {
      wait: <T>(condition: WaitCondition<T>, limits: Limits | undefined) => this.#wait(condition, limits),
      waitOrThrow: <T>(condition: WaitCondition<T>, what: string, limits: Limits | undefined) =>
        this.#waitOrThrow(condition, what, limits),
      byteSent: (port: number, byte: number) => {
        if (this.#events.isWanted('serial')) this.#serialOutput[port - 1]?.push(byte);
        this.#loop.guestDid({ kind: 'serial-byte', port, byte });
      },
      enterInput: (input: Input) => this.#inputs.enter(input),
    };
  }

  #conditionOf(until: Until): WaitCondition<unknown> {
    if (typeof until === 'function') return { test: () => until(this) || undefined };
    if ('screen' in until) return { test: () => findMatch(until.screen, this.screen.text()) };
    return this.serialPorts[0].condition(until.serial);
  }

  async #wait<T>(condition: WaitCondition<T> | undefined, limits: Limits | undefined): Promise<WaitOutcome<T>> {
    if (this.#isDisposed) throw new Error('the machine was disposed of');
    return this.#loop.wait(condition, limits);
  }

  async #waitOrThrow<T>(condition: WaitCondition<T>, what: string, limits: Limits | undefined): Promise<T> {
    const outcome = await this.#wait(condition, limits);
    if ('found' in outcome) return outcome.found;
    throw new WaitError(what, outcome.end, this.screen);
  }

  #frame(): TextFrame {
    return captureFrame(this.#core.ram, this.#pc.vga.textMode);
  }

  #report(title?: string): PostMortem {
    return buildPostMortem({
      core: this.#core,
      cpu: this.cpu,
      memory: this.memory,
      symbols: this.symbols,
      screen: this.screen,
      timeNanos: this.timeNanos,
      disassemble: this.#disassemble,
      title,
    });
  }
}

function unimplementedTitle(what: string, rip: bigint): string {
  return `not implemented yet: ${what} at 0x${rip.toString(16)}`;
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
