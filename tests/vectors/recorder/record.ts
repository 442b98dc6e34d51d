/**
 * Records vectors on the processor of this machine, in the format of `tests/vectors/FORMAT.md`:
 *
 *     npm run record -- INSTRUCTION... [--count N] [--seed N] [--group NAME] [--directory DIR]
 *
 * An INSTRUCTION is a line of assembly (`"addps xmm1, [rbx+16]"`), its bytes (`hex:0f588b10000000`), or all instructions of a
 * mnemonic with registers, operands and immediates drawn at random (`random:addps`). The tests are added to the set
 * `DIR/NAME.jsonl.gz`; those that it already has are not doubled. Flags that the instruction table leaves undefined are masked.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { assemble, type Instruction, instructions } from '@longmode/x86';
import type { Bytes, State } from '../../../packages/cpu-wasm/test/vectors/reader.ts';
import { type Decoded, findRow } from './find-row.ts';
import { hidesPointers, hostCpu, hostHas } from './host.ts';
import { obstacle, placed, randomInstruction } from './instruction.ts';
import { type NativeAnswer, type NativeRequest, nativeRunner } from './native.ts';
import { Random } from './random.ts';
import { BASE_STATES, isWithinData, randomBytes, randomMemory, variedState } from './state.ts';
import { stateRecord, testLine } from './write.ts';

/** What to record: one instruction in a state, which is a variation of a base state. */
export interface Subject {
  readonly decoded: Decoded;
  readonly code: Uint8Array;
  /** Number of the base state. */
  readonly base: number;
  readonly state: State;
  readonly memory: readonly Bytes[];
}

/** The widest operand that is not a state image; those find zeros behind it. */
const OPERAND_BYTES = 32;

/** Iterations of a string instruction. */
const MAX_ITERATIONS = 100;

/** A mistake of the caller's, told without a stack. */
export class RecordError extends Error {}

/** Bytes of `text`, an assembly line or `hex:...`, at an address. */
function bytesOf(text: string, origin: bigint): Uint8Array {
  const hex = /^hex:((?:[0-9a-f]{2})+)$/i.exec(text.replaceAll(' ', ''))?.[1];
  if (hex !== undefined) return new Uint8Array(Buffer.from(hex, 'hex'));
  return assemble(text, { bits: 64, origin }).bytes;
}

/** One subject: the instruction that `codeAt` puts at an address, or undefined if it puts none there. */
function subject(random: Random, codeAt: (address: bigint) => Uint8Array | undefined): Subject | undefined {
  const base = random.below(BASE_STATES.length);
  const start = BASE_STATES[base] as State;
  const code = codeAt(start.rip);
  if (code === undefined) return undefined;
  const decoded = findRow(code);
  const usesX87 = decoded.row.state === 'x87' || decoded.row.state === 'mmx';
  const state = variedState(random, start, decoded.registers, usesX87);
  // Each iteration is a step of its own.
  if (decoded.isRepeated) state.rcx = BigInt(random.below(MAX_ITERATIONS));
  return { decoded, code, base, state, memory: memoryFor(random, decoded, state) };
}

/** Contents of the memory that an instruction touches, as far as it is mapped. */
function memoryFor(random: Random, { memory }: Decoded, state: State): Bytes[] {
  if (memory === undefined) return [];
  if (memory === 'implicit') return randomMemory(random, state);
  const address = memory(state);
  return isWithinData(address, OPERAND_BYTES) ? [{ address, bytes: randomBytes(random, OPERAND_BYTES) }] : [];
}

/** Subjects of one INSTRUCTION of the command line. @throws RecordError when it can't be recorded. */
export function* subjects(text: string, count: number, random: Random): Generator<Subject> {
  const mnemonic = /^random:(.*)$/.exec(text)?.[1];
  const rows = mnemonic === undefined ? [] : rowsOf(mnemonic, text);
  for (let done = 0; done < count; ) {
    const found = subject(random, (address) => {
      if (mnemonic === undefined) return bytesOf(text, address);
      const instruction = randomInstruction(random, random.of(rows));
      const bytes = instruction && placed(instruction, address, address);
      return bytes && Uint8Array.from(bytes);
    });
    if (found === undefined) continue;
    refuse(found.decoded.row, text);
    done++;
    yield found;
  }
}

/** Rows with a mnemonic that can be recorded here. */
function rowsOf(mnemonic: string, text: string): readonly Instruction[] {
  const known = instructions.filter((row) => row.mnemonics.includes(mnemonic));
  const [first] = known;
  if (first === undefined) throw new RecordError(`"${text}" can't be recorded: there is no instruction "${mnemonic}"`);
  const rows = known.filter((row) => refusal(row) === undefined);
  if (rows.length === 0) refuse(first, text);
  return rows;
}

/** Why a row can't be recorded here. */
function refusal(row: Instruction): string | undefined {
  if (row.operands.some((operand) => operand.kind === 'fixed' && operand.register === 'SS'))
    return 'the single step comes an instruction late after it';
  if (hidesPointers && /^f(n?stenv|n?save|xsave(64)?)$/.test(row.mnemonic))
    return 'this processor hides the x87 pointers that it stores';
  if (!hostHas(row.cpuid) || !hostHas(row.cpuidToo)) return `this processor lacks ${row.cpuid}`;
  return obstacle(row);
}

function refuse(row: Instruction, text: string): void {
  const reason = refusal(row);
  if (reason !== undefined) throw new RecordError(`"${text}" can't be recorded: ${reason}`);
}

/** Records subjects; what the processor does not come back from is left out and counted. */
export function record(
  list: readonly Subject[],
  run: (requests: readonly NativeRequest[]) => readonly (NativeAnswer | undefined)[],
): { readonly lines: readonly string[]; readonly lost: number } {
  const answers = run(
    list.map(({ code, state, memory, decoded: { isRepeated } }) => ({
      state,
      memory: [{ address: state.rip, bytes: code }, ...memory],
      isRepeated,
    })),
  );
  const lines = list.flatMap((subject, i) => {
    const answer = answers[i];
    return answer === undefined ? [] : [testLine(subject, answer)];
  });
  return { lines, lost: list.length - lines.length };
}

/** Adds tests to a set and returns how many it has then. */
export function addToSet(path: string, group: string, seed: number, lines: readonly string[]): number {
  const header = {
    format: 'x64vec/1',
    set: 'recorder',
    seed: `${seed}`,
    group,
    cpu: hostCpu,
    ...(hidesPointers && { pointers: 'hidden' }),
    states: BASE_STATES.map(stateRecord),
  };
  const [first, ...before] = existsSync(path)
    ? gunzipSync(readFileSync(path)).toString('latin1').trimEnd().split('\n')
    : [JSON.stringify(header)];
  const known = JSON.parse(first ?? '') as { set?: string; pointers?: string };
  if (known.set !== 'recorder') throw new RecordError(`${path} is no set of this recorder; give another --group`);
  if ((known.pointers === 'hidden') !== hidesPointers)
    throw new RecordError(
      `${path} was recorded on a processor that treats x87 pointers differently; give another --group`,
    );
  const all = [...new Set([...before, ...lines])];
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, gzipSync([first, ...all, ''].join('\n'), { level: 9 }));
  return all.length;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      group: { type: 'string', default: 'recorded' },
      directory: { type: 'string', default: 'tests/vectors' },
    },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  if (positionals.length === 0 || !(count > 0) || !Number.isInteger(seed) || !/^[\w-]+$/.test(values.group))
    throw new RecordError(
      'npm run record -- INSTRUCTION... [--count N] [--seed N] [--group NAME] [--directory DIR]\n' +
        'INSTRUCTION: "add eax, [rbx]", hex:0303, or random:add',
    );
  const native = nativeRunner();
  if ('reason' in native) throw new RecordError(`nothing can be recorded here: ${native.reason}`);
  const random = new Random(seed);
  const { lines, lost } = record(
    positionals.flatMap((text) => [...subjects(text, count, random)]),
    native.run,
  );
  const path = join(resolve(process.env.INIT_CWD ?? '.', values.directory), `${values.group}.jsonl.gz`);
  const total = addToSet(path, values.group, seed, lines);
  console.log(`${lines.length} recorded, ${lost} lost; ${path} has ${total} tests`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    main();
  } catch (error) {
    if (!(error instanceof RecordError) && (error as Error).name !== 'AssemblerError') throw error;
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}
