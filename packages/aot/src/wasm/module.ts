/** A decoded WebAssembly module, reduced to what asc emits and native code can express. */
import type { Opcode } from './opcodes.ts';

/** i32 or i64; the compiler has no other values. */
export type ValueType = 'i32' | 'i64';

/** A value type of a signature that code may mention without the compiler supporting it (`f64`, `v128`, ...). */
export interface FunctionSignature {
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | undefined;
}

/** One instruction. Which fields mean something depends on `opcode.immediate`. */
export interface Instruction {
  readonly opcode: Opcode;
  /** Byte offset in the module; the key of source maps. */
  readonly offset: number;
  /** Label depth, function, local, global or type index, memory offset, or i32 constant (as unsigned number). */
  readonly index: number;
  /** `i64.const`, as unsigned 64-bit number. */
  readonly value: bigint;
  /** `br_table`: label depths, the default last. */
  readonly labels: readonly number[];
  /** `block`, `loop`, `if`: result type. */
  readonly result: ValueType | undefined;
}

export interface WasmFunction {
  /** Index in the function index space (imports first). */
  readonly index: number;
  readonly name: string;
  readonly typeIndex: number;
  readonly signature: FunctionSignature;
  /** Types of all locals, parameters first. */
  readonly locals: readonly ValueType[];
  /** The last one is the `end` of the function. */
  readonly body: readonly Instruction[];
  /** Offset of the first byte of the body in the module, and of the byte behind it. */
  readonly startOffset: number;
  readonly endOffset: number;
}

export interface ImportedFunction {
  readonly index: number;
  /** `x86`, `link`. */
  readonly module: string;
  readonly field: string;
  /** Name in the source, `os/x86/outb`. */
  readonly name: string;
  readonly typeIndex: number;
  readonly signature: FunctionSignature;
}

export interface WasmGlobal {
  readonly name: string;
  readonly type: ValueType;
  readonly mutable: boolean;
  /** Unsigned initial value. */
  readonly initial: bigint;
}

export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface WasmModule {
  readonly types: readonly FunctionSignature[];
  readonly imports: readonly ImportedFunction[];
  /** Functions with a body; index in the module = position + number of imports. */
  readonly functions: readonly WasmFunction[];
  readonly globals: readonly WasmGlobal[];
  /** Function index of every table slot; undefined = null. */
  readonly table: readonly (number | undefined)[];
  readonly data: readonly DataSegment[];
  /** Name -> function index. */
  readonly exports: ReadonlyMap<string, number>;
  readonly start: number | undefined;
  /** Initial size of the memory in 64 KiB pages. */
  readonly memoryPages: number;
  /** Where static data begins, if the module tells it. */
  readonly memoryStart: number | undefined;
  /** End of static data and the collector's stack, if the module tells it. */
  readonly memoryEnd: number | undefined;
}
