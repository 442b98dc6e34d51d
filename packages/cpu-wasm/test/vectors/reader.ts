/**
 * Reads recorded single-instruction tests (`tests/vectors/FORMAT.md`): what a real processor made of one instruction, its
 * registers, flags, memory and exceptions. Recordings of integer instructions leave out the state of the other units.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** General registers in the order in which states are compared. */
export const GENERAL_REGISTERS = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
] as const;

const STATE_KEYS = [...GENERAL_REGISTERS, 'rip', 'fl', 'fsb', 'gsb'] as const;
type StateKey = (typeof STATE_KEYS)[number];

/** x87 control, status and abridged tag word. */
const X87_WORDS = ['fcw', 'fsw', 'ftw'] as const;
/** Physical x87 registers R0 to R7, as numbers of 80 bits. */
export const X87_REGISTERS = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7'] as const;
/** x87 opcode, instruction pointer and data pointer. */
const X87_POINTERS = ['fop', 'fip', 'fdp'] as const;
const X87_KEYS = [...X87_WORDS, ...X87_REGISTERS, ...X87_POINTERS] as const;

const VECTOR_NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;
type VectorNumber = (typeof VECTOR_NUMBERS)[number];
/** XMM registers (`x`) and the upper halves of YMM registers (`h`), as numbers of 128 bits. */
export const VECTOR_REGISTERS: readonly (`x${VectorNumber}` | `h${VectorNumber}`)[] = VECTOR_NUMBERS.flatMap(
  (n) => [`x${n}`, `h${n}`] as const,
);
const VECTOR_KEYS = ['mxcsr', ...VECTOR_REGISTERS] as const;

/** Integer state: general registers, RIP, RFLAGS (`fl`), FS and GS base (`fsb`, `gsb`). */
type IntegerState = Record<StateKey, bigint>;
/** State of the x87 unit. */
type X87State = Record<(typeof X87_KEYS)[number], bigint>;
/** SSE and AVX state. */
type VectorState = Record<(typeof VECTOR_KEYS)[number], bigint>;
export type State = IntegerState & X87State & VectorState;

/** Bytes at a linear address. */
export interface Bytes {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** An exception as the kernel of the recording machine saw it. */
export interface RecordedFault {
  readonly vector: number;
  readonly name: string;
  readonly errorCode: number | undefined;
  /** CR2 of a page fault. */
  readonly address: bigint | undefined;
}

/** One recorded test. */
export interface Vector {
  readonly id: string;
  readonly mnemonic: string;
  readonly form: string;
  readonly shape: string;
  readonly code: Uint8Array;
  readonly before: State;
  readonly after: State;
  readonly memoryBefore: readonly Bytes[];
  readonly memoryAfter: readonly Bytes[];
  readonly fault: RecordedFault | undefined;
  /** RFLAGS bits that the manual leaves undefined. */
  readonly undefinedFlags: bigint;
  /** General registers that the manual leaves undefined. */
  readonly undefinedRegisters: readonly string[];
  /** Bits of the x87 status word that the manual leaves undefined. */
  readonly undefinedStatus: bigint;
  /** The result has an error bound instead of a value. */
  readonly isApproximate: boolean;
  /** The result is specific to the processor; not to be compared. */
  readonly isSpecific: boolean;
  /** The recording processor shows the x87 pointers only while an exception is pending (AMD): not to be compared. */
  readonly hidesPointers: boolean;
  /** CPUID feature, in the format's spelling; undefined = baseline of x86-64. */
  readonly feature: string | undefined;
}

interface RawTest {
  readonly m: string;
  readonly f: string;
  readonly s: string;
  readonly c: string;
  readonly b: number;
  readonly r: Record<string, string>;
  readonly M?: readonly (readonly [string, string])[];
  readonly a?: Record<string, string>;
  readonly w?: readonly (readonly [string, string])[];
  readonly xi?: readonly string[];
  readonly xo?: readonly string[];
  readonly x?: { readonly v: number; readonly n: string; readonly e?: number; readonly a?: string };
  readonly u?: string;
  readonly uw?: string;
  readonly ur?: readonly string[];
  readonly t?: string;
  readonly k?: string;
}

const number = (hex: string): bigint => BigInt(`0x${hex}`);
/** Bytes in memory order as a number. */
const littleEndian = (hex: string): bigint => number(Buffer.from(hex, 'hex').reverse().toString('hex'));
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const memoryOf = (list: RawTest['M']): Bytes[] =>
  (list ?? []).map(([address, bytes]) => ({ address: number(address), bytes: bytesOf(bytes) }));

function changed(base: State, changes: Record<string, string> | undefined): State {
  const state = { ...base };
  for (const key of STATE_KEYS) {
    const value = changes?.[key];
    if (value !== undefined) state[key] = number(value);
  }
  for (const key of X87_WORDS) {
    const value = changes?.[key];
    if (value !== undefined) state[key] = number(value);
  }
  for (const key of [...X87_REGISTERS, ...VECTOR_REGISTERS]) {
    const value = changes?.[key];
    if (value !== undefined) state[key] = littleEndian(value);
  }
  if (changes?.mxcsr !== undefined) state.mxcsr = number(changes.mxcsr);
  return state;
}

/** The state with other x87 pointers, when there are any. */
function pointing(state: State, pointers: readonly string[] | undefined): State {
  const [fop, fip, fdp] = pointers ?? [];
  if (fop === undefined || fip === undefined || fdp === undefined) return state;
  return { ...state, fop: number(fop), fip: number(fip), fdp: number(fdp) };
}

/** Reads all tests of a `.jsonl.gz` file. */
export function* readVectors(path: string): Generator<Vector> {
  const [first, ...lines] = gunzipSync(readFileSync(path)).toString('latin1').trimEnd().split('\n');
  const header = JSON.parse(first ?? '') as {
    format: string;
    group: string;
    states: Record<string, string>[];
    pointers?: 'hidden';
  };
  if (header.format !== 'x64vec/1') throw new Error(`${path}: format ${header.format}, expected x64vec/1`);
  const zero = Object.fromEntries([...STATE_KEYS, ...X87_KEYS, ...VECTOR_KEYS].map((key) => [key, 0n])) as State;
  const states = header.states.map((state) => changed(zero, state));
  for (const [index, line] of lines.entries()) {
    const raw = JSON.parse(line) as RawTest;
    const before = pointing(changed(states[raw.b] ?? zero, raw.r), raw.xi);
    const code = bytesOf(raw.c);
    const behind = raw.x ? before : { ...before, rip: before.rip + BigInt(code.length) };
    const after = pointing(changed(behind, raw.a), raw.xo);
    yield {
      id: `${header.group}#${index + 1}`,
      mnemonic: raw.m,
      form: raw.f,
      shape: raw.s,
      code,
      before,
      after,
      memoryBefore: memoryOf(raw.M),
      memoryAfter: memoryOf(raw.w),
      fault: raw.x && {
        vector: raw.x.v,
        name: raw.x.n,
        errorCode: raw.x.e,
        address: raw.x.a === undefined ? undefined : number(raw.x.a),
      },
      undefinedFlags: raw.u === undefined ? 0n : number(raw.u),
      undefinedRegisters: raw.ur ?? [],
      undefinedStatus: raw.uw === undefined ? 0n : number(raw.uw),
      isApproximate: raw.t === 'approx',
      isSpecific: raw.t === 'impl',
      hidesPointers: header.pointers === 'hidden',
      feature: raw.k,
    };
  }
}
