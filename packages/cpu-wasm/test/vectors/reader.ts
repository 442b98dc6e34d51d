/**
 * Reads recorded single-instruction tests (`tests/vectors/FORMAT.md`): what a real processor made of one instruction, its
 * registers, flags, memory and exceptions. Integer state only; x87 and vector registers of the records are passed over.
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

/** Integer state: general registers, RIP, RFLAGS (`fl`), FS and GS base (`fsb`, `gsb`). */
export type State = Record<StateKey, bigint>;

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
  /** The result is specific to the processor; not to be compared. */
  readonly isSpecific: boolean;
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
  readonly x?: { readonly v: number; readonly n: string; readonly e?: number; readonly a?: string };
  readonly u?: string;
  readonly ur?: readonly string[];
  readonly t?: string;
  readonly k?: string;
}

const number = (hex: string): bigint => BigInt(`0x${hex}`);
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const memoryOf = (list: RawTest['M']): Bytes[] =>
  (list ?? []).map(([address, bytes]) => ({ address: number(address), bytes: bytesOf(bytes) }));

function changed(base: State, changes: Record<string, string> | undefined): State {
  const state = { ...base };
  for (const key of STATE_KEYS) {
    const value = changes?.[key];
    if (value !== undefined) state[key] = number(value);
  }
  return state;
}

/** Reads all tests of a `.jsonl.gz` file. */
export function* readVectors(path: string): Generator<Vector> {
  const [first, ...lines] = gunzipSync(readFileSync(path)).toString('latin1').trimEnd().split('\n');
  const header = JSON.parse(first ?? '') as {
    format: string;
    group: string;
    states: Record<string, string>[];
  };
  if (header.format !== 'x64vec/1') throw new Error(`${path}: format ${header.format}, expected x64vec/1`);
  const zero = Object.fromEntries(STATE_KEYS.map((key) => [key, 0n])) as State;
  const states = header.states.map((state) => changed(zero, state));
  for (const [index, line] of lines.entries()) {
    const raw = JSON.parse(line) as RawTest;
    const before = changed(states[raw.b] ?? zero, raw.r);
    const code = bytesOf(raw.c);
    const after = changed(raw.x ? before : { ...before, rip: before.rip + BigInt(code.length) }, raw.a);
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
      isSpecific: raw.t !== undefined,
      feature: raw.k,
    };
  }
}
