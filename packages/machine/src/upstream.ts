/**
 * The shapes this package takes from the CPU core, as far as it relies on them.
 *
 * Temporary home: the types move to an import from `@longmode/cpu-wasm` when that package exports them.
 */

/** Which build of the core runs the guest: the Wasm interpreter, or its JavaScript twin. */
export type Engine = 'interpreter' | 'js';

/** The code of a core: a compiled Wasm module or the JavaScript twin's factory. Opaque to the machine. */
export type CoreCode = unknown;

/** What the core needs of the machine around it. Widths are 1, 2 or 4 bytes; values are unsigned. */
export interface CpuHost {
  portRead(port: number, sizeBytes: 1 | 2 | 4): number;
  portWrite(port: number, sizeBytes: 1 | 2 | 4, value: number): void;
  mmioRead(physicalAddress: number, sizeBytes: 1 | 2 | 4): number;
  mmioWrite(physicalAddress: number, sizeBytes: 1 | 2 | 4, value: number): void;
  acknowledgeInterrupt(): number;
}

/** Why `CpuCore.run` came back. */
export type ExitReason = 'budget' | 'halt' | 'idle-loop' | 'shutdown' | 'unimplemented' | 'breakpoint' | 'stop';

/** A segment register with its hidden part (SDM Vol. 3A 3.4.3). */
export interface SegmentRegister {
  selector: number;
  base: bigint;
  limit: number;
  rights: number;
}

/** GDTR or IDTR. */
export interface DescriptorTableRegister {
  base: bigint;
  limit: number;
}

/** General, control and system registers by their SDM names; reading and writing go straight to the core's state. */
export interface CpuRegisters {
  rax: bigint;
  rcx: bigint;
  rdx: bigint;
  rbx: bigint;
  rsp: bigint;
  rbp: bigint;
  rsi: bigint;
  rdi: bigint;
  r8: bigint;
  r9: bigint;
  r10: bigint;
  r11: bigint;
  r12: bigint;
  r13: bigint;
  r14: bigint;
  r15: bigint;
  rip: bigint;
  rflags: bigint;
  cr0: bigint;
  cr2: bigint;
  cr3: bigint;
  cr4: bigint;
  efer: bigint;
  cs: SegmentRegister;
  ss: SegmentRegister;
  ds: SegmentRegister;
  es: SegmentRegister;
  fs: SegmentRegister;
  gs: SegmentRegister;
  ldtr: SegmentRegister;
  tr: SegmentRegister;
  gdtr: DescriptorTableRegister;
  idtr: DescriptorTableRegister;
}

/** One level of a page walk: which entry was read where, and what it held. */
export interface WalkLevel {
  /** `PML4E`, `PDPTE`, `PDE` or `PTE`. */
  name: string;
  index: number;
  entryPhysicalAddress: number;
  entry: bigint;
}

/** A page walk without side effects (SDM Vol. 3A chapter 4). */
export interface Walk {
  linearAddress: bigint;
  levels: WalkLevel[];
  /** Where the address ends up, or undefined when a level is not present. */
  physicalAddress: number | undefined;
}

/** An exception on the way to a shutdown. */
export interface FaultRecord {
  vector: number;
  errorCode: number | undefined;
  cr2: bigint;
  rip: bigint;
  /** Why the exception could not be delivered; undefined when it was. */
  failure?: string;
}

/** The CPU core as the machine drives it. */
export interface CpuCore {
  readonly ram: Uint8Array;
  invalidate(physicalAddress: number, lengthBytes: number): void;
  reset(): void;
  readonly registers: CpuRegisters;
  readonly instructions: bigint;
  run(budgetInstructions: number): ExitReason;
  requestStop(): void;
  setInterruptLine(asserted: boolean): void;
  translate(linearAddress: bigint): Walk;
  readonly shutdownChain: FaultRecord[];
  readonly lastRips: bigint[];
  readonly unimplemented?: { rip: bigint; bytes: Uint8Array } | undefined;
}

/** Makes a core. */
export function createCore(_options: { engine: Engine; code: CoreCode; memoryBytes: number; host: CpuHost }): CpuCore {
  throw new Error('this build has no CPU core');
}
