/// <reference path="./webassembly.d.ts" />
/**
 * `CpuCore`: one processor with its RAM. It owns linear memory, catches the host exceptions by which the core leaves on a
 * guest fault, and reads everything else from the state. Both engines look the same from here; results are equal to the byte.
 */
import { type CpuModel, DEFAULT_CPU, parseCpuModel } from './cpu-model.ts';
import {
  cpuidTable,
  msrFeatureBits,
  supportedControls,
  supportedEfer,
  supportedStates,
  writeCpuidTable,
  writeDeniedFeatures,
} from './cpuid.ts';
import { exitReasons } from './generated/exits.ts';
import { stateLayout } from './generated/state-layout.ts';
import { Registers } from './registers.ts';
import { resetRegisters } from './reset.ts';
import {
  type FaultRecord,
  readShutdownChain,
  type UnimplementedFeature,
  unimplementedFeature,
} from './shutdown-chain.ts';
import { readTranslations, type TlbEntry } from './translations.ts';
import {
  type HotRegion,
  type Translation,
  Translator,
  type TranslatorHooks,
  type TranslatorStatistics,
} from './translator.ts';
import type { CoreExports, JsTwin } from './twin.ts';
import { type Walk, walk } from './walk.ts';

/** How instructions are executed. `jit` is the interpreter with the option `jit: 'force'`: for tests that run on every engine. */
export type Engine = 'interpreter' | 'jit' | 'js';

/** Code of an engine: the compiled `core.wasm`, or the function that `core.js` exports. */
export type CoreCode = WebAssembly.Module | JsTwin;

/** What surrounds the processor. Callbacks come from inside `run`; they must not call `run`. */
export interface CpuHost {
  portRead(port: number, sizeBytes: 1 | 2 | 4): number;
  portWrite(port: number, sizeBytes: 1 | 2 | 4, value: number): void;
  /** Physical addresses that no RAM answers. */
  mmioRead(physicalAddress: number, sizeBytes: 1 | 2 | 4): number;
  mmioWrite(physicalAddress: number, sizeBytes: 1 | 2 | 4, value: number): void;
  /** Interrupt acknowledge cycle: returns the vector. */
  acknowledgeInterrupt(): number;
  /** FERR# is asserted: a pending x87 exception with CR0.NE = 0, which PCs turn into IRQ 13 (SDM Vol. 1 8.7.2). */
  signalNumericError?(): void;
  /** The guest uses an MSR that does not exist. Returns whether to ignore that; otherwise it is #GP(0). */
  unknownMsr?(access: UnknownMsrAccess): boolean;
}

/** RDMSR or WRMSR of a register that the processor model does not have. */
export interface UnknownMsrAccess {
  /** Number of the register, as in ECX. */
  readonly number: number;
  /** What is to be written; undefined for RDMSR. */
  readonly value: bigint | undefined;
}

/**
 * Why `run` returned. `idle-loop`: `jmp $`, which only an interrupt can end. `shutdown`: triple fault. `stop`: `requestStop`.
 * `numeric-error`: an x87 instruction stands still until an interrupt comes, after `signalNumericError`.
 */
export type ExitReason = (typeof exitReasons)[number];

export interface CpuCoreOptions {
  readonly engine: Engine;
  readonly code: CoreCode;
  /** Guest RAM, a multiple of 4096; at least 1 MiB, at most 3 GiB (1.5 GiB for the `js` engine). */
  readonly memoryBytes: number;
  readonly host: CpuHost;
  /** Processor model with changes, as in `x86-64-v3,+sha,-avx2` (cpu-model.ts). Default `max`. */
  readonly cpu?: string;
  /** Whether hot guest code is translated to WebAssembly (translator.ts). Default `false`,
   * for the engine `jit` `force`. The `js` engine never does it. */
  readonly jit?: Translation;
  readonly translatorHooks?: TranslatorHooks;
  /** Clock of the host, for one statistic: how long the host has compiled. Without it, that is 0. The guest never sees it. */
  readonly hostMilliseconds?: () => number;
  /** Where the numbers of RDRAND and RDSEED start, 64 bits. Default 0: every run gets the same ones. */
  readonly randomSeed?: bigint;
}

/** What ended a run as `unimplemented`. */
export interface Unimplemented {
  /** Address of the instruction. */
  readonly rip: bigint;
  /** The bytes there, up to the longest instruction. */
  readonly bytes: Uint8Array;
  readonly feature: UnimplementedFeature;
  /** `feature` in words. */
  readonly description: string;
}

/** What bytes are to the decoder. */
export interface DecodedInstruction {
  /** Length; where `kind` is not `instruction`, the bytes that were looked at. */
  readonly lengthBytes: number;
  /** `#GP`: longer than 15 bytes, or not for this privilege level. `#NM`: the unit is disabled. */
  readonly kind: 'instruction' | '#UD' | '#GP' | '#NM' | 'unimplemented';
}

/** By dispatch id; all others are instructions (generated/operations.ts). */
const DECODED_KINDS: Readonly<Record<number, DecodedInstruction['kind']>> = {
  5: '#UD',
  6: '#GP',
  7: 'unimplemented',
  8: '#NM',
};

const LONGEST_INSTRUCTION = 15;
const MAX_INSTRUCTION_BYTES = BigInt(LONGEST_INSTRUCTION);
/** L bit of the rights of CS: 64-bit code. */
const CS_LONG = 1 << 13;

/** Most guest RAM that each engine can have, in bytes: the twin's typed arrays are indexed by signed 32-bit numbers. */
export const maximumMemoryBytes: Readonly<Record<Engine, number>> = {
  interpreter: 3 * 2 ** 30,
  jit: 3 * 2 ** 30,
  js: 1.5 * 2 ** 30,
};

/** Thrown through the core to leave it; never seen outside. */
const LEAVE = Symbol('leave the core');

const WASM_PAGE_BYTES = 65536;
/** Upper bound of what lies below guest RAM, see assembly/layout.ts: 26 MiB and 16 bytes per frame, in Wasm pages. */
const FIXED_BYTES = 0x1a00000 + WASM_PAGE_BYTES;

export class CpuCore {
  /** Guest physical memory from address 0. Call `invalidate` after writing to it. */
  readonly ram: Uint8Array;
  readonly registers: Registers;
  readonly #core: CoreExports;
  readonly #view: DataView;
  readonly #ramView: DataView;
  readonly #model: CpuModel;
  readonly #translator: Translator | undefined;
  readonly #randomSeed: bigint;
  #isRunning = false;
  #lastExit: ExitReason = 'budget';

  /** Makes a processor in the state of RESET with all of RAM zero. */
  static create(options: CpuCoreOptions): CpuCore {
    return new CpuCore(options);
  }

  private constructor({
    engine,
    code,
    memoryBytes,
    host,
    cpu = DEFAULT_CPU,
    jit = engine === 'jit' ? 'force' : false,
    translatorHooks = {},
    hostMilliseconds = () => 0,
    randomSeed = 0n,
  }: CpuCoreOptions) {
    this.#model = parseCpuModel(cpu);
    this.#randomSeed = randomSeed;
    const largest = maximumMemoryBytes[engine];
    if (memoryBytes % 4096 !== 0 || memoryBytes < 2 ** 20 || memoryBytes > largest) {
      throw new RangeError(
        `guest RAM of ${memoryBytes} bytes: the ${engine} engine takes a multiple of 4096 from 1048576 to ${largest}`,
      );
    }
    const pages = Math.ceil((FIXED_BYTES + (memoryBytes / 4096) * 16 + memoryBytes) / WASM_PAGE_BYTES);
    const memory =
      typeof code === 'function'
        ? { buffer: new ArrayBuffer(pages * WASM_PAGE_BYTES) }
        : new WebAssembly.Memory({ initial: pages, maximum: 65536 });
    const linear = new Uint8Array(memory.buffer);
    const env = {
      memory,
      raise: () => {
        throw LEAVE;
      },
      abort: () => {
        throw new Error('the CPU core aborted; this is a bug in the core');
      },
      mmioRead: (address: number, size: number) => host.mmioRead(address >>> 0, size as 1 | 2 | 4),
      mmioWrite: (address: number, size: number, value: number) =>
        host.mmioWrite(address >>> 0, size as 1 | 2 | 4, value >>> 0),
      portRead: (port: number, size: number) => host.portRead(port, size as 1 | 2 | 4),
      portWrite: (port: number, size: number, value: number) => host.portWrite(port, size as 1 | 2 | 4, value >>> 0),
      acknowledgeInterrupt: () => host.acknowledgeInterrupt(),
      compileRegion: (at: number, bytes: number, slot: number, ripLow: number, ripHigh: number) =>
        this.#translator?.compileRegion(at >>> 0, bytes >>> 0, slot >>> 0, ripLow, ripHigh) === true ? 1 : 0,
      signalNumericError: () => host.signalNumericError?.(),
      unknownMsr: (number: number, low: number, high: number, isWrite: number) => {
        const written = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
        const value = isWrite === 0 ? undefined : written;
        return host.unknownMsr?.({ number: number >>> 0, value }) === true ? 1 : 0;
      },
      copyBytes: (to: number, from: number, bytes: number) =>
        linear.copyWithin(to >>> 0, from >>> 0, (from >>> 0) + (bytes >>> 0)),
      fillBytes: (to: number, value: number, bytes: number) => linear.fill(value, to >>> 0, (to >>> 0) + (bytes >>> 0)),
    };
    this.#core =
      typeof code === 'function'
        ? code({ env })
        : (new WebAssembly.Instance(code, { env } as unknown as WebAssembly.Imports).exports as unknown as CoreExports);
    const ramBase = this.#core.initialize(memoryBytes / 4096) >>> 0;
    if (ramBase === 0) throw new Error('linear memory is smaller than assembly/layout.ts asks for; this is a bug');
    this.#view = new DataView(memory.buffer);
    this.ram = new Uint8Array(memory.buffer, ramBase, memoryBytes);
    this.#ramView = new DataView(memory.buffer, ramBase, memoryBytes);
    this.registers = new Registers({
      view: this.#view,
      getFlags: () => this.#core.getFlags(),
      setFlags: (flags) => this.#core.setFlags(flags),
      synchronize: () => {
        if (this.#isRunning) this.#core.synchronizeRip();
      },
      changed: () => this.#core.stateChanged(),
    });
    if (jit !== false && typeof code !== 'function') {
      this.#translator = new Translator(jit, this.#core, memory as WebAssembly.Memory, {
        hooks: translatorHooks,
        hostMilliseconds,
      });
    }
    this.reset();
  }

  /** What the translator has done; undefined when it is off. */
  get translator(): TranslatorStatistics | undefined {
    return this.#translator?.statistics;
  }

  /** Translated code by where it begins, the most instructions first; empty when the translator is off. */
  get hotRegions(): readonly HotRegion[] {
    return this.#translator?.hotRegions ?? [];
  }

  /** RESET: registers, MSRs and CPUID as after power-on; RAM keeps its contents. */
  reset(): void {
    resetRegisters(this.registers);
    this.registers.setField('cpuidIndex', BigInt(this.#writeCpuid()));
    this.registers.setField('randomState', this.#randomSeed);
    this.registers.setField('msrFeatures', BigInt(msrFeatureBits(this.#model.features)));
    this.registers.setField('eferSupported', BigInt(supportedEfer(this.#model.features)));
    this.registers.setField('xcr0Supported', BigInt(supportedStates(this.#model.features)));
    this.registers.setField('cr4Supported', BigInt(supportedControls(this.#model.features)));
    writeDeniedFeatures(this.#view, this.#core.deniedFeatures(), this.#model);
    this.#core.forgetCode();
  }

  /** Returns the number of entries. */
  #writeCpuid(): number {
    const [start, bytes] = [this.#core.cpuidTable(), this.#core.cpuidTableBytes()];
    return writeCpuidTable(this.#view, start, bytes, cpuidTable(this.#model));
  }

  /** Events since the last successful delivery, oldest first; after a shutdown those that led to it. */
  get shutdownChain(): FaultRecord[] {
    return readShutdownChain(this.#view, this.#core.shutdownChain(), Number(this.registers.field('chainCount')));
  }

  /** After `unimplemented`: where, the bytes there, and what this core lacks. */
  get unimplemented(): Unimplemented {
    const rip = this.registers.get('rip');
    const is64 = (this.registers.segment('cs').rights & CS_LONG) !== 0;
    const linear = is64 ? rip : BigInt.asUintN(32, rip + this.registers.segment('cs').base);
    const bytes: number[] = [];
    for (let offset = 0n; offset < MAX_INSTRUCTION_BYTES; offset++) {
      const physical = this.translate(linear + offset).physicalAddress;
      if (physical === undefined || physical >= BigInt(this.ram.length)) break;
      bytes.push(this.ram[Number(physical)] ?? 0);
    }
    const { name, doc } = unimplementedFeature(Number(this.registers.field('unimplementedFeature')));
    return { rip, bytes: Uint8Array.from(bytes), feature: name, description: doc };
  }

  /**
   * Instructions retired since reset: the guest's time. Deliveries of exceptions count as one each, those of interrupts do not. Exact inside
   * host callbacks too, where it is the time before the current instruction.
   */
  get instructions(): bigint {
    const before = this.registers.field('instructions');
    if (!this.#isRunning) return before;
    const charged = this.registers.field('budgetStart') - BigInt.asIntN(32, this.registers.field('budget'));
    return before + charged - BigInt(this.#core.unretiredInstructions());
  }

  /** `instructions` as a number, exact up to 2^53: for devices, which ask for the time at every access of a port. */
  get instructionCount(): number {
    const view = this.#view;
    const before =
      view.getUint32(stateLayout.instructions.offset + 4, true) * 2 ** 32 +
      view.getUint32(stateLayout.instructions.offset, true);
    if (!this.#isRunning) return before;
    const charged =
      view.getInt32(stateLayout.budgetStart.offset, true) - view.getInt32(stateLayout.budget.offset, true);
    return before + charged - this.#core.unretiredInstructions();
  }

  /** Addresses of the last executed instructions, most recent last; after a shutdown the last one is the one that faulted. */
  get lastRips(): bigint[] {
    const isFaulted = ['shutdown', 'unimplemented'].includes(this.#lastExit);
    const count = this.#core.listRecent(isFaulted ? 1 : 0);
    const at = this.#core.recentRips();
    return Array.from({ length: count }, (_, i) => this.#view.getBigUint64(at + (count - 1 - i) * 8, true));
  }

  /** Runs at most `budgetInstructions` (1 to 2^31 - 1) instructions. */
  run(budgetInstructions: number): ExitReason {
    const core = this.#core;
    core.begin(budgetInstructions);
    this.#isRunning = true;
    while (true) {
      try {
        core.run();
        break;
      } catch (cause) {
        if (cause !== LEAVE) {
          this.#isRunning = false;
          core.end();
          throw cause;
        }
        // A fault that waits for its delivery; everything else that leaves this way ends the run.
        if (this.#view.getUint32(stateLayout.faultPending.offset, true) === 0) break;
      }
    }
    this.#isRunning = false;
    core.end();
    this.#lastExit = exitReasons[Number(this.registers.field('exitReason'))] ?? 'unimplemented';
    return this.#lastExit;
  }

  /** Cases of the one switch of the Wasm engine; the binary must have a jump table of as many targets. */
  get switchCases(): number {
    return this.#core.switchCases();
  }

  /**
   * Decodes one instruction in the current mode, without executing it. Faults that only the operands' values can tell are not
   * seen, nor are page faults.
   * @param bytes the instruction and what follows it; bytes beyond the 15th do not matter
   */
  decode(bytes: Uint8Array): DecodedInstruction {
    const buffer = new Uint8Array(this.#view.buffer, this.#core.fetchBuffer(), LONGEST_INSTRUCTION);
    buffer.fill(0);
    buffer.set(bytes.subarray(0, LONGEST_INSTRUCTION));
    const result = this.#core.decodeOnly();
    return { lengthBytes: result >>> 16, kind: DECODED_KINDS[result & 0xffff] ?? 'instruction' };
  }

  /** From a host callback: leave `run` after the current instruction. */
  requestStop(): void {
    this.#core.requestStop();
  }

  /**
   * From a host callback: leave `run` with reason `budget` when `instructions` more have retired, the current one
   * included, if not earlier. Exact for port accesses; for memory that no RAM answers, at the end of the block at the latest.
   */
  limitRun(instructions: number): void {
    this.#core.limitRun(Math.min(instructions, 0x7fffffff));
  }

  /** Time passed while the processor slept: the time-stamp counter moves on by `ticks`. */
  passTime(ticks: number): void {
    this.registers.setField('tscOffset', this.registers.field('tscOffset') + BigInt(ticks));
  }

  /** The chip set asserts IGNNE#: x87 instructions pass over a pending exception until it is cleared. */
  ignoreNumericError(): void {
    this.#core.ignoreNumericError();
  }

  setInterruptLine(asserted: boolean): void {
    this.#core.setInterruptLine(asserted ? 1 : 0);
  }

  /** Guest memory was changed by the host or a device: forget code that was decoded from it. */
  invalidate(physicalAddress: number, lengthBytes: number): void {
    this.#core.memoryChanged(physicalAddress, lengthBytes);
  }

  /** What the TLB holds: translations that count until the guest removes them, whatever its page tables say by now. */
  get translations(): TlbEntry[] {
    return readTranslations(this.#view, this.#core.translations());
  }

  /** Walks the page tables for `linearAddress` without touching anything. */
  translate(linearAddress: bigint): Walk {
    return walk(this.registers, this.#ramView, linearAddress);
  }
}
