/** The matchers as users see them: their parameters, and the types that make `expect(machine)` know them. */

import type { Address, CpuRegisters, FinalEnd } from '@longmode/machine';
import 'vitest';

/** How long a matcher may run the guest. */
export interface RunLimits {
  /** Guest instructions from now on. Default: the machine's own limit, 200 million unless `boot` was told otherwise. */
  readonly instructions?: number;
}

/** How long a matcher may run the guest, and how long something has to stay away. */
export interface WatchLimits extends RunLimits {
  /** With `.not`: how many instructions to watch. Default: until the guest ends, or the limit. */
  readonly for?: number;
}

/** What a halt has to look like; what is left out does not matter. */
export interface HaltExpectation extends RunLimits {
  /** The instruction: HLT, or a jump to itself. */
  readonly by?: Extract<FinalEnd, { kind: 'halted' }>['by'];
  /** Whether RFLAGS.IF is set. */
  readonly interrupts?: boolean;
  /** The function in which the guest stands, see {@link TripleFaultExpectation.symbol}. */
  readonly symbol?: string | RegExp;
}

/** What a triple fault has to look like; what is left out does not matter. All is about the first exception. */
export interface TripleFaultExpectation extends RunLimits {
  /** Mnemonic of the first exception: `#PF`, `#GP`, `#UD`. */
  readonly cause?: string;
  /** The function of the faulting instruction: its full name, or the last part of it (behind `/`, `::` or `.`). */
  readonly symbol?: string | RegExp;
  /** The source file of the faulting instruction: the end of its path. */
  readonly file?: string | RegExp;
  readonly line?: number;
  /** Page faults: the address that was accessed (CR2). */
  readonly address?: number | bigint;
  /** The error code of the exception. */
  readonly errorCode?: number;
}

/** What the page tables have to say about an address; what is left out does not matter. */
export interface MapExpectation {
  /** All levels allow writing (R/W). */
  readonly writable?: boolean;
  /** No level forbids execution (XD). */
  readonly executable?: boolean;
  /** All levels allow access from ring 3 (U/S). */
  readonly user?: boolean;
  /** Physical address of the byte. */
  readonly to?: number | bigint;
  /** Size of the page in bytes; 0 while paging is off. */
  readonly pageBytes?: number;
}

/** Where memory is looked at. */
export interface MemoryExpectation {
  /** The address is a physical one. Default false: linear, through the page tables of this moment. */
  readonly physical?: boolean;
}

/** The matchers. Those that return a promise run the machine and have to be awaited. */
export interface MachineMatchers<R> {
  /** Runs until the text (a part of it) or the pattern is on the screen. */
  toShow(pattern: string | RegExp, limits?: WatchLimits): Promise<R>;
  /** Runs until the text (a part of it) or the pattern is in what COM1 has sent since boot. */
  toPrint(pattern: string | RegExp, limits?: WatchLimits): Promise<R>;
  /** Runs to the end, which has to be a write of `code` to the debug exit port; by custom 0x10 means success. */
  toExit(code: number, limits?: RunLimits): Promise<R>;
  /** Runs to the end, which has to be a halt for good. */
  toHalt(expected?: HaltExpectation): Promise<R>;
  /** Runs to the end, which has to be a triple fault. */
  toTripleFault(expected?: TripleFaultExpectation): Promise<R>;
  /** The address (or symbol) is mapped, and so. */
  toMap(address: Address, expected?: MapExpectation): R;
  /** The register has the value; of a segment register, the selector. */
  toHaveRegister(name: keyof CpuRegisters, value: number | bigint): R;
  /** The bytes (or the text's UTF-8) are at the address or symbol. */
  toHaveMemory(address: Address, bytes: Uint8Array | readonly number[] | string, options?: MemoryExpectation): R;
  /**
   * The screen, characters and colours, is the one in the golden file. A missing golden fails; `vitest -u` writes it.
   * @param golden path, relative to the test file; default `screens/<test file>/<test name>.txt`
   */
  toMatchScreen(golden?: string | URL): R;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: has to repeat vitest's own declaration
  interface Matchers<T = any> extends MachineMatchers<void> {}
}
