/**
 * Random programs of the instruction table: straight code with forward branches, in which every bit that is looked at is defined by
 * the manual. They end at an INT3.
 */
import { type Instruction, instructions } from '@longmode/x86';
import iced from 'iced-x86';
import { differsHere, hostHas } from '../../../../tests/vectors/recorder/host.ts';
import {
  obstacle,
  placed,
  type RandomInstruction,
  randomInstruction,
} from '../../../../tests/vectors/recorder/instruction.ts';
import type { NativeAnswer } from '../../../../tests/vectors/recorder/native.ts';
import type { Random } from '../../../../tests/vectors/recorder/random.ts';
import { randomMemory, randomState } from '../../../../tests/vectors/recorder/state.ts';
import {
  isApproximate,
  isSpecific,
  mayKeepFlags,
  undefinedStatus,
} from '../../../../tests/vectors/recorder/undefined.ts';
import type { Bytes, State, Vector } from '../vectors/reader.ts';

/** One step of a program. A branch goes to the step with the number `target`, which is further down, or to the end. */
interface Step {
  readonly instruction: RandomInstruction;
  readonly target: number;
}

export interface Program {
  readonly steps: readonly Step[];
  readonly state: State;
  readonly memory: readonly Bytes[];
}

/** A program in memory. */
export interface PlacedProgram {
  readonly code: Uint8Array;
  /** Address of the INT3 behind it. */
  readonly stop: bigint;
  /** Flags and condition codes that are undefined at the end. */
  readonly undefinedFlags: bigint;
  readonly undefinedStatus: bigint;
  /** Those that are undefined somewhere, and so perhaps where an exception ends the program. */
  readonly everUndefinedFlags: bigint;
  readonly everUndefinedStatus: bigint;
}

const INT3 = 0xcc;
const STATUS_FLAGS = 0x8d5;
const MAX_STEPS = 50;

/** `cmp rax, rcx`: defines all status flags. */
const COMPARE = [0x48, 0x39, 0xc8];
/** `ftst`: defines all condition codes. */
const TEST = [0xd9, 0xe4];

/** Rows that a program may have, by what they need. */
const rows = instructions.filter(
  (row) =>
    obstacle(row) === undefined &&
    !isApproximate(row) &&
    hostHas(row.cpuid) &&
    hostHas(row.cpuidToo) &&
    !differsHere(row) &&
    // Where they go or what they load is random, or they show the x87 pointers, in which processors differ.
    !/^(ret|popf|wr[fg]sbase|f?n?(stenv|save)|fldenv|frstor|fx(save|rstor)(64)?|ldmxcsr|vldmxcsr|leave)$/.test(
      row.mnemonic,
    ) &&
    !(row.kind === 'flow' && row.operands.some(({ text }) => text.startsWith('E'))),
);
const ofState = (...states: readonly Instruction['state'][]): readonly Instruction[] =>
  rows.filter((row) => states.includes(row.state) && row.kind !== 'string' && row.kind !== 'flow');
const INTEGER = ofState('none');
const FLOW = rows.filter((row) => row.kind === 'flow');
const STRING = rows.filter((row) => row.kind === 'string');
/** What a program is made of; the more often a list is named, the more of it. */
const FLAVOURS: readonly (readonly (readonly Instruction[])[])[] = [
  [INTEGER],
  [INTEGER, INTEGER, FLOW, STRING],
  [ofState('sse'), INTEGER],
  [ofState('avx'), INTEGER],
  [ofState('sse'), ofState('avx')],
  [ofState('x87'), INTEGER],
  [ofState('x87')],
  [ofState('mmx'), ofState('sse')],
  [ofState('x87', 'mmx'), ofState('sse', 'avx'), INTEGER, FLOW],
];

/** A program of up to 50 instructions. */
export function randomProgram(random: Random): Program {
  const flavour = random.of(FLAVOURS);
  const count = 1 + random.below(random.oneIn(2) ? 8 : MAX_STEPS);
  const steps: Step[] = [];
  while (steps.length < count) {
    const row = random.of(random.of(flavour));
    const instruction = randomInstruction(random, row);
    if (instruction === undefined || isSpecific(row, instruction.operandBits)) continue;
    steps.push({ instruction, target: steps.length + 1 + random.below(4) });
  }
  const state = randomState(random);
  return { steps, state, memory: randomMemory(random, state) };
}

const readsStatus = ({ mnemonic }: Instruction): boolean => /^f?n?stsw$/.test(mnemonic);
const flagsRead = ({ mnemonic, flags }: Instruction): number =>
  /^(pushf|lahf)/.test(mnemonic) ? STATUS_FLAGS : flags.read;

/** Places the instructions one behind the other, with a definition before each look at something undefined. */
export function place({ steps, state }: Program): PlacedProgram {
  // A branch may jump over what defines a bit, so then everything that was ever undefined stays so.
  const hasBranches = steps.some(({ instruction }) => instruction.relative?.isBranch);
  let flags = 0;
  let status = 0n;
  let everFlags = 0;
  let everStatus = 0n;
  const starts: bigint[] = [];
  const before: (readonly number[])[] = [];
  // Sizes do not depend on targets, so addresses are known before branches are filled in.
  let address = state.rip;
  for (const { instruction } of steps) {
    const { row, bytes } = instruction;
    const definitions: number[] = [];
    if ((flagsRead(row) & flags) !== 0) {
      definitions.push(...COMPARE);
      if (!hasBranches) flags = 0;
    }
    if (readsStatus(row) && status !== 0n) {
      definitions.push(...TEST);
      if (!hasBranches) status = 0n;
    }
    before.push(definitions);
    starts.push(address);
    address += BigInt(definitions.length + bytes.length);
    const written = row.flags.written | row.flags.cleared | row.flags.set;
    if (!hasBranches && !mayKeepFlags(row)) flags &= ~written;
    flags |= row.flags.undefined;
    status |= undefinedStatus(row);
    everFlags |= flags;
    everStatus |= status;
  }
  const stop = address;
  const code = steps.flatMap(({ instruction, target }, index) => {
    const definitions = before[index] ?? [];
    const start = (starts[index] ?? stop) + BigInt(definitions.length);
    const bytes = placed(instruction, start, starts[target] ?? stop);
    if (bytes === undefined) throw new Error('a forward branch of a short program does not reach its target');
    return [...definitions, ...bytes];
  });
  return {
    code: Uint8Array.from([...code, INT3]),
    stop,
    undefinedFlags: BigInt(flags),
    undefinedStatus: status,
    everUndefinedFlags: BigInt(everFlags),
    everUndefinedStatus: everStatus,
  };
}

/** A program as a recorded test; without an outcome when that is not known yet. */
export function asVector(program: Program, placed: PlacedProgram, outcome?: NativeAnswer): Vector {
  const isCut = outcome?.fault !== undefined;
  return {
    id: 'program',
    mnemonic: 'program',
    form: '',
    shape: '',
    code: placed.code,
    before: program.state,
    after: outcome?.state ?? program.state,
    memoryBefore: program.memory,
    memoryAfter: outcome?.memory ?? [],
    fault: outcome?.fault,
    undefinedFlags: isCut ? placed.everUndefinedFlags : placed.undefinedFlags,
    undefinedRegisters: [],
    undefinedStatus: isCut ? placed.everUndefinedStatus : placed.undefinedStatus,
    isApproximate: false,
    isSpecific: false,
    hidesPointers: false,
    feature: undefined,
  };
}

/** The program as assembly text, an instruction with its address and bytes to each line. */
export function listing(program: Program): string {
  const { code } = place(program);
  const decoder = new iced.Decoder(64, code, iced.DecoderOptions.None);
  decoder.ip = program.state.rip;
  const formatter = new iced.Formatter(iced.FormatterSyntax.Nasm);
  const lines: string[] = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    const at = Number(instruction.ip - program.state.rip);
    const bytes = Buffer.from(code.subarray(at, at + instruction.length)).toString('hex');
    lines.push(`  ${instruction.ip.toString(16)}  ${bytes.padEnd(24)} ${formatter.format(instruction)}`);
    instruction.free();
  }
  formatter.free();
  decoder.free();
  return lines.join('\n');
}
