/**
 * The part of the CPU core that the machine relies on. It is an interface so that a test can drive the machine with a
 * core of a few lines; `CpuCore` is the only real one.
 */

import {
  type CoreCode,
  CpuCore,
  type CpuHost,
  type Engine,
  type EventKind,
  type HotRegion,
  type Registers,
  type TlbEntry,
  type Translation,
  type TranslatorStatistics,
  type Walk,
} from '@longmode/cpu-wasm';
import { hostMilliseconds } from './host.ts';

/** Registers by name, as the core keeps them. */
export type RegisterAccess = Pick<
  Registers,
  'get' | 'set' | 'segment' | 'setSegment' | 'descriptorTable' | 'setDescriptorTable' | 'field' | 'setField'
>;

/** An exception that was raised on the way to a shutdown. */
export interface FaultRecord {
  readonly vector: number;
  /** Where the event comes from: `external` is an interrupt of the interrupt controller. */
  readonly kind: EventKind;
  readonly errorCode: number | undefined;
  readonly cr2: bigint;
  readonly rip: bigint;
  /** Which step of its delivery failed; `none` if it succeeded or was not tried. */
  readonly failedStep: string;
  /** The same in words. */
  readonly failure: string;
}

/** One processor with its RAM, see `CpuCore`. */
export interface MachineCore {
  readonly ram: Uint8Array;
  readonly registers: RegisterAccess;
  readonly instructions: bigint;
  readonly instructionCount: number;
  run(budgetInstructions: number): ReturnType<CpuCore['run']>;
  requestStop(): void;
  limitRun(instructions: number): void;
  passTime(ticks: number): void;
  setInterruptLine(asserted: boolean): void;
  ignoreNumericError(): void;
  invalidate(physicalAddress: number, lengthBytes: number): void;
  translate(linearAddress: bigint): Walk;
  /** What the TLB holds. */
  readonly translations?: readonly TlbEntry[];
  /** The events since the last one that was delivered: after a shutdown those that led to it, oldest first. */
  readonly shutdownChain?: readonly FaultRecord[];
  /** Addresses of the last executed instructions, most recent last. */
  readonly lastRips?: readonly bigint[];
  /** What the translator of hot code has done; undefined when it is off. */
  readonly translator?: TranslatorStatistics | undefined;
  /** Translated code by where it begins. */
  readonly hotRegions?: readonly HotRegion[];
}

/** Makes a core. @throws RangeError if the engine cannot have that much memory */
export function createCore(options: {
  engine: Engine;
  code: CoreCode;
  memoryBytes: number;
  host: CpuHost;
  cpu?: string | undefined;
  randomSeed: number;
  jit?: Translation | undefined;
}): MachineCore {
  const { cpu, jit, randomSeed, ...rest } = options;
  return CpuCore.create({
    ...rest,
    randomSeed: BigInt(randomSeed),
    hostMilliseconds,
    ...(cpu !== undefined && { cpu }),
    ...(jit !== undefined && { jit }),
  });
}
