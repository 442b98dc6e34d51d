/**
 * What the differential tests compare: engines that run a module's exported functions. V8 is the reference; the native
 * harness runs the compiled image on this machine's processor; an emulator can join by implementing `Engine`.
 */
import type { ValueType } from '../../src/wasm/module.ts';

export interface Call {
  readonly name: string;
  readonly result: ValueType | undefined;
  readonly parameters: readonly ValueType[];
  /** Unsigned. */
  readonly operands: readonly bigint[];
}

/** `trap`, or the result (unsigned hex; `-` for none) and a hash of the data, separated by a blank. */
export type Outcome = string;

export interface Engine {
  readonly name: string;
  /** Runs the calls in order in one instance of the module. Calls `refill` in front of each if the module has it. */
  run(wasm: Uint8Array, calls: readonly Call[]): Promise<Outcome[]>;
}

/** FNV-1a over the module's data, 32 bits, as hex. */
export function hashData(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}
