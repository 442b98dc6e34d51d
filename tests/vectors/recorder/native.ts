/**
 * The processor of this machine as an oracle for 64-bit user code: builds `runner.c` with the system's C compiler, gives it states
 * and instructions in its binary format, and reads what became of them. Linux on x86-64 with AVX; elsewhere it says why not.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Bytes,
  GENERAL_REGISTERS,
  type RecordedFault,
  type State,
  X87_REGISTERS,
} from '../../../packages/cpu-wasm/test/vectors/reader.ts';

/** Something to run: a state with memory. */
export interface NativeRequest {
  readonly state: State;
  readonly memory: readonly Bytes[];
  /** Address of an INT3 at which a program ends; undefined: one instruction is run. */
  readonly stop?: bigint;
  /** A string instruction with a repeat prefix, of which all iterations are run. */
  readonly isRepeated?: boolean;
}

/** What became of it: the state afterwards, or at the delivery of the exception. */
export interface NativeAnswer {
  readonly state: State;
  readonly fault: RecordedFault | undefined;
  /** The bytes that changed. */
  readonly memory: readonly Bytes[];
}

/** Runs requests; the answer is undefined for one that ended the process or used 0.3 seconds of the processor. */
export type NativeRunner = (requests: readonly NativeRequest[]) => (NativeAnswer | undefined)[];

const SOURCE = fileURLToPath(new URL('runner.c', import.meta.url));
/** Signal handlers begin while FS, and with it the canary of the stack protector, belongs to the instruction. */
const FLAGS = ['-O2', '-Wall', '-Wextra', '-fno-stack-protector', '-mno-red-zone'];

const STATE_WORDS = ['rip', 'fl', 'fsb', 'gsb', 'mxcsr', 'fcw', 'fsw', 'ftw', 'fop', 'fip', 'fdp'] as const;
const STATE_BYTES = (GENERAL_REGISTERS.length + STATE_WORDS.length) * 8 + X87_REGISTERS.length * 16 + 16 * 32;
const REQUEST_BYTES = STATE_BYTES + 3 * 8;
const ANSWER_BYTES = STATE_BYTES + 5 * 8;
const PIECE_BYTES = 16;
const REPEATED = 1n;
const COMPLETED = 0n;
const DIED = 2n;
const padded = (bytes: number): number => (bytes + 7) & ~7;

/** Short names of the exceptions, as in recorded sets. */
const NAMES: Readonly<Record<number, string>> = {
  ...{ 0: 'DE', 1: 'DB', 3: 'BP', 4: 'OF', 5: 'BR', 6: 'UD', 7: 'NM' },
  ...{ 11: 'NP', 12: 'SS', 13: 'GP', 14: 'PF', 16: 'MF', 17: 'AC', 19: 'XM' },
};
/** Vectors with an error code that user code can raise. */
const WITH_ERROR_CODE: ReadonlySet<number> = new Set([11, 12, 13, 14, 17]);
const PAGE_FAULT = 14;

/** The runner for this machine, or why there is none. */
export function nativeRunner(): { readonly run: NativeRunner } | { readonly reason: string } {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'this is no x86-64 Linux machine' };
  const source = readFileSync(SOURCE);
  const name = createHash('sha256').update(source).update(FLAGS.join(' ')).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `longmode-recorder-${userInfo().uid}`);
  const program = join(folder, name);
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Several tests may build it at once: each its own file, the last one stays.
    const building = `${program}.${process.pid}`;
    const { error, status, stderr } = spawnSync('cc', [...FLAGS, '-o', building, SOURCE], { encoding: 'utf8' });
    if (error) return { reason: `there is no C compiler (cc): ${error.message}` };
    if (status !== 0) return { reason: `cc can't build ${SOURCE}: ${stderr}` };
    renameSync(building, program);
  }
  const run = (requests: readonly NativeRequest[]): (NativeAnswer | undefined)[] => {
    const input = Buffer.concat(requests.map(encode));
    const { error, status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 2 ** 30 });
    if (error || status !== 0) throw new Error(`the recorder's runner failed: ${error?.message ?? stderr.toString()}`);
    return decode(stdout, requests.length);
  };
  try {
    run([]);
  } catch (error) {
    return { reason: (error as Error).message };
  }
  return { run };
}

function encode({ state, memory, stop, isRepeated }: NativeRequest): Buffer {
  const total = memory.reduce((sum, { bytes }) => sum + PIECE_BYTES + padded(bytes.length), REQUEST_BYTES);
  const buffer = Buffer.alloc(total);
  let at = 0;
  const word = (value: bigint): void => {
    at = buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  };
  for (const name of [...GENERAL_REGISTERS, ...STATE_WORDS]) word(state[name]);
  for (const name of X87_REGISTERS) {
    word(state[name]);
    word(state[name] >> 64n);
  }
  for (let n = 0; n < 16; n++) {
    const number = n as 0;
    for (const half of [state[`x${number}`], state[`h${number}`]]) {
      word(half);
      word(half >> 64n);
    }
  }
  word(stop ?? 0n);
  word(isRepeated ? REPEATED : 0n);
  word(BigInt(memory.length));
  for (const { address, bytes } of memory) {
    word(address);
    word(BigInt(bytes.length));
    buffer.set(bytes, at);
    at += padded(bytes.length);
  }
  return buffer;
}

function decode(buffer: Buffer, count: number): (NativeAnswer | undefined)[] {
  let at = 0;
  const word = (): bigint => {
    at += 8;
    return buffer.readBigUInt64LE(at - 8);
  };
  const doubleWord = (): bigint => word() | (word() << 64n);
  return Array.from({ length: count }, () => {
    if (at + ANSWER_BYTES > buffer.length) throw new Error('the runner answered less than it was asked');
    const state = Object.fromEntries([...GENERAL_REGISTERS, ...STATE_WORDS].map((name) => [name, word()])) as State;
    for (const name of X87_REGISTERS) state[name] = doubleWord() & ((1n << 80n) - 1n);
    for (let n = 0; n < 16; n++) {
      const number = n as 0;
      state[`x${number}`] = doubleWord();
      state[`h${number}`] = doubleWord();
    }
    const [outcome, vector, errorCode, cr2] = [word(), Number(word()), Number(word()), word()];
    const pieces = Number(word());
    const memory = Array.from({ length: pieces }, () => {
      const [address, bytes] = [word(), Number(word())];
      at += padded(bytes);
      return { address, bytes: new Uint8Array(buffer.subarray(at - padded(bytes), at - padded(bytes) + bytes)) };
    });
    if (outcome === DIED) return undefined;
    const fault =
      outcome === COMPLETED
        ? undefined
        : {
            vector,
            name: NAMES[vector] ?? `${vector}`,
            errorCode: WITH_ERROR_CODE.has(vector) ? errorCode : undefined,
            address: vector === PAGE_FAULT ? cr2 : undefined,
          };
    return { state, fault, memory };
  });
}
