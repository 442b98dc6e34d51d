/** The CPU core for TypeScript: two engines made from one source, behind one class. */
export {
  type CoreCode,
  CpuCore,
  type CpuCoreOptions,
  type CpuHost,
  type DecodedInstruction,
  type Engine,
  type ExitReason,
  maximumMemoryBytes,
  type Unimplemented,
  type UnknownMsrAccess,
} from './core.ts';
export { type CpuModel, type CpuModelName, cpuModelNames, DEFAULT_CPU, parseCpuModel } from './cpu-model.ts';
export { type CpuidEntry, cpuidTable } from './cpuid.ts';
export {
  type DescriptorTable,
  type RegisterName,
  type Registers,
  registerNames,
  type Segment,
  type SegmentName,
} from './registers.ts';
export type { DeliveryStep, EventKind, FaultRecord, UnimplementedFeature } from './shutdown-chain.ts';
export type { TlbEntry } from './translations.ts';
export type { HotRegion, Translation, TranslatorHooks, TranslatorPolicy, TranslatorStatistics } from './translator.ts';
export type { JsTwin } from './twin.ts';
export type { Walk, WalkLevel } from './walk.ts';
