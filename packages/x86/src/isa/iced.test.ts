/**
 * The instruction table against iced-x86, an independent decoder: every row in every mode, operand size and ModRM form,
 * and the reverse, every opcode that iced knows. Each difference that stays is listed here with its reason.
 */

import {
  CpuidFeature,
  Decoder,
  DecoderOptions,
  Instruction as IcedInstruction,
  MemorySizeExt,
  Mnemonic,
  OpKind,
  Register,
  RflagsBits,
} from 'iced-x86';
import { describe, expect, test } from 'vitest';
import { IMMEDIATE, MAP_BYTES, SAMPLE, type Sample, samples } from '../../test/row-samples.ts';
import { type Instruction, instructions } from './index.ts';
import { findInstruction, type OpcodeBytes } from './lookup.ts';
import { FLAG_LETTERS, type Operand } from './row.ts';
import { type Mode, operandBitsOf, sizePrefixes } from './size.ts';

const ADDRESS = 0x1000n;

function decode(mode: Mode, bytes: readonly number[], options = DecoderOptions.None): IcedInstruction {
  const decoder = new Decoder(mode, Uint8Array.from(bytes), options);
  decoder.ip = ADDRESS;
  const instruction = decoder.decode();
  decoder.free();
  return instruction;
}

const hex = (bytes: readonly number[]) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Rows whose r/m16 iced shows in the operand size, because only the low half is used. */
const SELECTOR_OPERAND = /^(MOV_8E|LAR|LSL|LLDT|LTR|VERR|VERW|LMSW)_/;

/** CPUID features of iced under our name; `undefined` = part of every 64-bit processor. */
const FEATURES: Readonly<Record<string, string | undefined>> = {
  CMPXCHG16B: 'CMPXCHG16B',
  CX8: 'CX8',
  CLFSH: 'CLFSH',
  SSE4_1: 'SSE41',
  SSE4_2: 'SSE42',
  AES: 'AESNI',
  FPU287: 'FPU',
  FPU387: 'FPU',
};
const BASELINE = /^(INTEL\d+|INTEL\d+_ONLY|X64|CPUID|PAUSE|MULTIBYTENOP|RDPMC|CET_IBT|UDBG)$/;

/** An operand of iced in our words. */
function icedOperand(instruction: IcedInstruction, index: number): string {
  const kind = instruction.opKind(index);
  const name = OpKind[kind] ?? '';
  if (kind === OpKind.Register) return Register[instruction.opRegister(index)] ?? '';
  if (kind === OpKind.Memory) return `memory ${MemorySizeExt.size(instruction.memorySize) * 8}`;
  if (name.startsWith('MemoryES')) return `Y ${MemorySizeExt.size(instruction.memorySize) * 8}`;
  if (name.startsWith('MemorySeg')) return `X ${MemorySizeExt.size(instruction.memorySize) * 8}`;
  if (name.startsWith('NearBranch')) return `branch ${instruction.nearBranchTarget}`;
  if (name.startsWith('FarBranch'))
    return `far ${instruction.farBranchSelector}:${kind === OpKind.FarBranch16 ? instruction.farBranch16 : instruction.farBranch32}`;
  return `immediate ${BigInt.asUintN(64, instruction.immediate(index))}`;
}

const GENERAL = ['AX', 'CX', 'DX', 'BX', 'SP', 'BP', 'SI', 'DI'];
const BYTES = ['AL', 'CL', 'DL', 'BL', 'AH', 'CH', 'DH', 'BH'];
const BYTES_REX = ['AL', 'CL', 'DL', 'BL', 'SPL', 'BPL', 'SIL', 'DIL'];

function registerName(number: number, bits: number, hasRex: boolean): string {
  if (number >= 8) return `R${number}${{ 8: 'L', 16: 'W', 32: 'D', 64: '' }[bits] ?? '?'}`;
  if (bits === 8) return (hasRex ? BYTES_REX : BYTES)[number] ?? '';
  return { 16: '', 32: 'E', 64: 'R' }[bits] + (GENERAL[number] ?? '');
}

/** A vector register; operands narrower than 128 bits are in XMM registers. */
const vectorName = (number: number, bits: number): string => `${bits === 256 ? 'YMM' : 'XMM'}${number}`;

function vectorBits(row: Instruction, operand: Operand): number {
  return operand.kind === 'encoded' ? (operandBitsOf(operand.size, 32, row.encoding.vexL) ?? 128) : 128;
}

/** An operand of the row in the same words. */
function expectedOperand(operand: Operand, sample: Sample): string {
  const { row, mode, operandBits, isMemory, extended, bytes } = sample;
  if (operand.kind === 'fixed') {
    const { register } = operand;
    if (register === 'STi') return `ST${SAMPLE.rm}`;
    if (register === '1') return 'immediate 1';
    if (register === 'eAX') return operandBits === 16 ? 'AX' : 'EAX';
    if (register === 'rAX') return registerName(0, operandBits, false);
    return register;
  }
  const size = operandBitsOf(operand.size, operandBits, row.encoding.vexL) ?? 0;
  const hasRex = extended || (sizePrefixes(row, operandBits, mode)?.rexW ?? false);
  const high = extended ? 8 : 0;
  const value = (count: number, signedFrom: number) => {
    const raw = IMMEDIATE.slice(0, count).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return BigInt.asUintN(signedFrom, BigInt.asIntN(count * 8, raw));
  };
  const z = operandBits === 16 ? 2 : 4;
  switch (operand.method) {
    case 'G':
      return registerName(SAMPLE.reg + high, size, hasRex);
    case 'B':
      return registerName(SAMPLE.vvvv, size, hasRex);
    case 'Z':
      return registerName(SAMPLE.opcodeRegister + high, size, hasRex);
    case 'R':
      return registerName(SAMPLE.rm + high, size, hasRex);
    case 'E':
      if (isMemory) return `memory ${size}`;
      return registerName(SAMPLE.rm + high, SELECTOR_OPERAND.test(row.key) ? operandBits : size, hasRex);
    case 'M':
      return `memory ${memoryBits(row, operand.size, size, mode)}`;
    case 'O':
      return `memory ${size}`;
    case 'X':
      return `X ${size}`;
    case 'Y':
      return `Y ${size}`;
    case 'C':
      return `CR${SAMPLE.reg}`;
    case 'D':
      return `DR${SAMPLE.reg}`;
    case 'S':
      return 'DS';
    case 'J': {
      const count = operand.size === 'b' ? 1 : z;
      const target = ADDRESS + BigInt(bytes.length) + BigInt.asIntN(64, value(count, 64));
      return `branch ${BigInt.asUintN(operandBits, target)}`;
    }
    case 'V':
      return vectorName(SAMPLE.reg + high, vectorBits(row, operand));
    case 'H':
      return vectorName(SAMPLE.vvvv, vectorBits(row, operand));
    case 'L':
      return vectorName(((IMMEDIATE[0] ?? 0) >> 4) & (mode === 64 ? 15 : 7), vectorBits(row, operand));
    case 'U':
      return vectorName(SAMPLE.rm + high, vectorBits(row, operand));
    case 'W':
      return isMemory ? `memory ${size}` : vectorName(SAMPLE.rm + high, vectorBits(row, operand));
    case 'P':
      return `MM${SAMPLE.reg}`;
    case 'N':
      return `MM${SAMPLE.rm}`;
    case 'Q':
      return isMemory ? `memory ${size}` : `MM${SAMPLE.rm}`;
    case 'A':
      return `far ${(IMMEDIATE[z] ?? 0) | ((IMMEDIATE[z + 1] ?? 0) << 8)}:${value(z, z * 8)}`;
    case 'sI':
      return `immediate ${BigInt.asUintN(64, BigInt.asIntN(operandBits, value(1, operandBits)))}`;
    case 'I': {
      const count = operand.text === 'Iv' ? operandBits / 8 : operand.size === 'z' ? z : operand.size === 'w' ? 2 : 1;
      // iced reports immediates narrower than 64 bits zero-extended, except those that the instruction sign-extends.
      const extends64 = operand.size === 'z' && operandBits === 64;
      return `immediate ${extends64 ? value(count, 64) : BigInt.asUintN(count * 8, value(count, 64))}`;
    }
  }
}

function memoryBits(row: Instruction, code: string, size: number, mode: Mode): number {
  if (code === 's') return mode === 64 ? 80 : 48;
  // LEA and INVLPG touch no memory; iced gives the prefetches a byte.
  if (code === '') return row.mnemonic.startsWith('prefetch') ? 8 : 0;
  return size;
}

/** RFLAGS bits of iced as our masks. */
function flagsOf(bits: number): number {
  const letters = {
    c: RflagsBits.CF,
    p: RflagsBits.PF,
    a: RflagsBits.AF,
    z: RflagsBits.ZF,
    s: RflagsBits.SF,
    i: RflagsBits.IF,
    d: RflagsBits.DF,
    o: RflagsBits.OF,
    A: RflagsBits.AC,
  } as const;
  let mask = 0;
  for (const [letter, bit] of Object.entries(letters))
    if (bits & bit) mask |= FLAG_LETTERS[letter as keyof typeof FLAG_LETTERS];
  return mask;
}

function flagLetters(mask: number): string {
  return Object.entries(FLAG_LETTERS)
    .filter(([, bit]) => mask & bit)
    .map(([letter]) => letter)
    .join('');
}

/** One column of a row as we and as iced see it. */
interface Difference {
  readonly column: string;
  readonly ours: string;
  readonly iced: string;
  readonly where: string;
}

function* differences(sample: Sample): Generator<Difference> {
  const { row, mode, operandBits, bytes } = sample;
  const where = `bits ${mode}, operand size ${operandBits}: ${hex(bytes)}`;
  const iced = decode(mode, bytes);
  const compare = function* (column: string, ours: unknown, theirs: unknown): Generator<Difference> {
    if (String(ours) !== String(theirs)) yield { column, ours: String(ours), iced: String(theirs), where };
  };
  if (iced.isInvalid) {
    yield* compare('valid', true, false);
    return;
  }
  yield* compare('length', bytes.length, iced.length);
  const size = row.namedBy === 'address' ? mode : operandBits;
  const name = row.mnemonics[{ 16: 0, 32: 1, 64: 2 }[size]] ?? row.mnemonics.at(-1);
  yield* compare('mnemonic', name, (Mnemonic[iced.mnemonic] ?? '').toLowerCase());
  const operands = Array.from({ length: iced.opCount }, (_, index) => icedOperand(iced, index));
  yield* compare(
    'operands',
    row.operands.map((operand) => expectedOperand(operand, sample)),
    operands,
  );
  const { flags } = row;
  yield* compare('flags written', flagLetters(flags.written), flagLetters(flagsOf(iced.rflagsWritten)));
  yield* compare('flags read', flagLetters(flags.read), flagLetters(flagsOf(iced.rflagsRead)));
  yield* compare('flags undefined', flagLetters(flags.undefined), flagLetters(flagsOf(iced.rflagsUndefined)));
  yield* compare('flags cleared', flagLetters(flags.cleared), flagLetters(flagsOf(iced.rflagsCleared)));
  yield* compare('flags set', flagLetters(flags.set), flagLetters(flagsOf(iced.rflagsSet)));
  yield* compare('lock', row.lock, iced.opCode.canUseLockPrefix);
  yield* compare('cpl 0', row.cpl === 0, iced.opCode.mustBeCpl0);
  if (mode !== 64) yield* compare('real mode', !row.protectedOnly, iced.opCode.realMode);
  const features = [...iced.cpuidFeatures()].map((feature) => CpuidFeature[feature] ?? '');
  const beyondBaseline = features
    .filter((feature) => !BASELINE.test(feature))
    .map((feature) => FEATURES[feature] ?? feature);
  // An instruction may need several; the row names the one that came last, and a second one if its encoding needs it.
  const [first] = beyondBaseline;
  yield* compare('cpuid', row.cpuid, beyondBaseline.find((feature) => feature === row.cpuid) ?? first);
  if (row.cpuidToo !== undefined) yield* compare('second cpuid', true, beyondBaseline.includes(row.cpuidToo));
}

/** A difference that stays, and why we are right or do not care. */
interface Justified {
  readonly rows: RegExp;
  readonly column: string;
  readonly reason: string;
}

const RESERVED_NOP = /^NOP_0F_(0D|1[89A-F])_r_Ev$/;

// biome-ignore format: one difference, one line
const JUSTIFIED: readonly Justified[] = [
  { rows: /^ARPL_/, column: 'operands', reason: 'only the low halves are used; iced shows 32-bit registers under 32-bit operand size' },
  { rows: /^(PUSHF|POPF|IRET)_/, column: 'flags read', reason: 'the row covers all sizes; the 16-bit forms do not reach AC' },
  { rows: /^(PUSHF|POPF|IRET)_/, column: 'flags written', reason: 'the row covers all sizes; the 16-bit forms do not reach AC' },
  { rows: /^(SAHF|LAHF)_/, column: 'cpuid', reason: 'the feature bit is needed in 64-bit mode only, iced has no bit for it' },
  { rows: /^SHL_.._6_/, column: 'mnemonic', reason: 'iced calls /6 SAL; it does exactly what /4 does' },
  { rows: /^XLATB_/, column: 'operands', reason: 'iced shows the implied [rBX+AL]' },
  { rows: /^(MONITOR|MWAIT)_/, column: 'cpl 0', reason: 'iced leaves it open, since AMD can allow them to user code by an MSR' },
  { rows: /^WAIT_/, column: 'cpuid', reason: 'it waits for the x87 unit; iced counts it to the integer instructions' },
  { rows: /^PADDQ_NP_/, column: 'cpuid', reason: 'SSE2 added it to MMX, as the manual says' },
  { rows: /MASKMOV(DQU|Q)_/, column: 'operands', reason: 'iced shows the implied [rDI]' },
  { rows: /^(PBLENDVB|BLENDVP[SD]|SHA256RNDS2)_/, column: 'operands', reason: 'iced leaves out the implied XMM0' },
  { rows: /^(FXSAVE|FXRSTOR|FLDENV|FNSTENV|FNSAVE|FRSTOR)/, column: 'operands', reason: 'iced gives the size of the whole area' },
  { rows: RESERVED_NOP, column: 'mnemonic', reason: 'iced says "reservednop" where the manual reserves hint space' },
  { rows: RESERVED_NOP, column: 'operands', reason: 'iced shows ModRM.reg as a second operand' },
  { rows: RESERVED_NOP, column: 'cpuid', reason: 'iced asks for the feature of the prefetches in the same space' },
];

test('every row, in every mode, operand size and form, agrees with iced-x86', { timeout: 60_000 }, () => {
  const used = new Set<Justified>();
  const open: string[] = [];
  for (const row of instructions) {
    let count = 0;
    const reported = new Set<string>();
    for (const sample of samples(row)) {
      count++;
      for (const { column, ours, iced, where } of differences(sample)) {
        const reason = JUSTIFIED.find((entry) => entry.column === column && entry.rows.test(row.key));
        if (reason) used.add(reason);
        else if (!reported.has(column)) open.push(`${row.key} ${column}: ours ${ours}, iced ${iced} (${where})`);
        reported.add(column);
      }
    }
    if (count === 0) open.push(`${row.key}: no sample was made`);
  }
  expect(open).toEqual([]);
  expect(JUSTIFIED.filter((entry) => !used.has(entry))).toEqual([]);
});

/**
 * CPUID features of iced that are outside this table. Each needs its own tables and state; until they exist their
 * opcodes are reported by the core as unimplemented or are #UD, as on a processor without the feature.
 */
const OUT_OF_SCOPE: Readonly<Record<string, RegExp>> = {
  'relatives of x87 and MMX by other makers':
    /^(FPU287XL_ONLY|INTEL8087_ONLY|INTEL287XL_ONLY|D3NOW.*|CYRIX.*|GEODE.*|EMMI|PADLOCK.*)$/,
  'vector extensions beyond AVX2':
    /^(SSE4A|AVX512.*|AVX_.*|AVX10.*|FMA4|XOP|SHA512|VAES|VPCLMULQDQ|SM3|SM4|AMX.*|KL|AESKLE|WIDE_KL)$/,
  'virtualization, SMX, SGX, SMM':
    /^(VMX|SVM|SMX|SGX1|RSM|SKINIT.*|INVEPT|INVVPID|SEV_.*|SNP|TDX|SEAM.*|VMFUNC|ENCLV.*|OSS|SMM|RMPQUERY)$/,
  'saving of supervisor states': /^XSAVES$/,
  'control-flow enforcement, protection keys': /^(CET_SS|PKU|PKS|UINTR|FRED|LKGS|WRMSRNS|MSRLIST|HRESET|LAM)$/,
  'newer hints and stores':
    /^(CLDEMOTE|CLZERO|MONITORX|WBNOINVD|PREFETCHWT1|PREFETCHITI|MOVDIRI|MOVDIR64B|ENQCMD|PCOMMIT|WAITPKG|PTWRITE|PCONFIG|INVLPGB|TLBSYNC|MCOMMIT|RDPRU|TSXLDTRK|RTM|HLE.*|RAO_INT|RDPRU|CMPCCXADD|TSE|PBNDKB|PADLOCK.*)$/,
  'instructions of discontinued processors':
    /^(MPX|TBM|LWP|UDBG|KNC.*|ALTINST|CL1INVMB|TEST.*|INTEL386_A0_ONLY|INTEL286_ONLY|INTEL386_486_ONLY|INTEL486_A_ONLY|INTEL386_ONLY)$/,
};

/** Where a row exists although iced decodes something else or nothing, and why. */
const JUSTIFIED_SWEEP: readonly { readonly rows: RegExp; readonly iced: RegExp; readonly reason: string }[] = [
  {
    rows: /^MOV_8[CE]_/,
    iced: /^invalid/,
    reason: 'segment registers 6 and 7, and CS as destination: #UD by the body',
  },
  {
    rows: /^MOV_0F_2[02]_/,
    iced: /^invalid/,
    reason: 'control registers other than 0, 2, 3, 4 and 8: #UD by the body',
  },
  { rows: /^SHL_.._6_/, iced: /^sal /, reason: 'iced calls /6 SAL' },
  { rows: /^WBINVD_/, iced: /^wbnoinvd /, reason: 'F3 is ignored by processors without WBNOINVD' },
  {
    rows: /^VP?GATHER/,
    iced: /^invalid/,
    reason: 'without a SIB byte there is no vector index: the decoder refuses what the opcode alone does not tell',
  },
  { rows: /^V?PCMPESTR/, iced: /^v?pcmpestr[im]64 /, reason: 'iced has its own name for 64-bit lengths (REX.W)' },
  {
    rows: RESERVED_NOP,
    iced: /^(reservednop|prefetch\w*|cldemote|rdssp[dq]) /,
    reason: 'hint space: NOP on processors that do not know the hint',
  },
];

/** What has no row although iced knows it, beside the features of OUT_OF_SCOPE. */
const JUSTIFIED_ABSENT: readonly { readonly iced: RegExp; readonly reason: string }[] = [
  {
    iced: /^(syscall|sysret) .*\[(16|32)-bit\]$/,
    reason: 'Intel processors have SYSCALL and SYSRET in 64-bit mode only; AMD has them everywhere',
  },
];

/** Entries of JUSTIFIED_SWEEP that the sweeps needed. */
const usedReasons = new Set<unknown>();

/** Decodes many instructions with one decoder, 16 bytes apart: creating decoders is what costs time. */
class BatchDecoder {
  private readonly decoder: Decoder;
  private readonly instruction = new IcedInstruction();
  private static readonly names = new Map<number, { name: string; features: readonly string[] }>();

  constructor(mode: Mode, batch: readonly (readonly number[])[]) {
    const bytes = new Uint8Array(batch.length * 16);
    for (const [index, item] of batch.entries()) bytes.set(item, index * 16);
    this.decoder = new Decoder(mode, bytes, DecoderOptions.None);
  }

  /** `name (FEATURES)` of the instruction at this place, or `invalid`. */
  decode(index: number): { readonly name: string; readonly features: readonly string[] } {
    this.decoder.position = index * 16;
    this.decoder.decodeOut(this.instruction);
    const { instruction } = this;
    const known = BatchDecoder.names.get(instruction.code);
    if (known) return known;
    const features = [...instruction.cpuidFeatures()].map((feature) => CpuidFeature[feature] ?? '');
    const name = instruction.isInvalid ? 'invalid' : (Mnemonic[instruction.mnemonic] ?? '').toLowerCase();
    BatchDecoder.names.set(instruction.code, { name, features });
    return { name, features };
  }

  free(): void {
    this.decoder.free();
    this.instruction.free();
  }
}

/** What iced and the table say about one opcode, as a line of text; undefined when they agree or a reason is known. */
function disagreement(code: OpcodeBytes, iced: { name: string; features: readonly string[] }): string | undefined {
  const row = findInstruction(code);
  const { name, features } = iced;
  const text = `${name} (${features.join()}) [${code.mode}-bit]`;
  if (row !== undefined) {
    if (row.mnemonics.includes(name)) return undefined;
    const reason = JUSTIFIED_SWEEP.find((entry) => entry.rows.test(row.key) && entry.iced.test(text));
    if (reason) usedReasons.add(reason);
    return reason ? undefined : `${row.key}: iced says ${text}`;
  }
  if (name === 'invalid' || JUSTIFIED_ABSENT.some((entry) => entry.iced.test(text))) return undefined;
  const isOutside = features.some((feature) => Object.values(OUT_OF_SCOPE).some((pattern) => pattern.test(feature)));
  return isOutside ? undefined : `no row: iced says ${text}`;
}

/** ModRM bytes: memory and register with each reg; in the 0F map, where they can be opcodes, all of mod = 3. */
const MODRM_BYTES = Array.from({ length: 16 }, (_, index) => (index & 8 ? 0xc0 : 0) | ((index & 7) << 3));
const MODRM_BYTES_0F = [...MODRM_BYTES.slice(0, 8), ...Array.from({ length: 64 }, (_, low) => 0xc0 | low)];
const PREFIXES: readonly (readonly number[])[] = [[], [0x66], [0xf2], [0xf3], [0x66, 0xf2], [0x66, 0xf3]];
/** Bytes of the one-byte map that are prefixes or escapes. */
const PREFIX_BYTES: ReadonlySet<number> = new Set([
  0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x0f,
]);

interface Probe {
  readonly bytes: readonly number[];
  readonly code: OpcodeBytes;
}

function* legacyProbes(mode: Mode): Generator<Probe> {
  for (const map of ['1', '0F', '0F38', '0F3A'] as const)
    for (let opcode = 0; opcode < 256; opcode++) {
      if (map === '1' && (PREFIX_BYTES.has(opcode) || (mode === 64 && (opcode & 0xf0) === 0x40))) continue;
      if (map === '0F' && (opcode === 0x38 || opcode === 0x3a)) continue;
      for (const prefix of PREFIXES)
        for (const rex of mode === 64 ? [0, 0x41, 0x48] : [0])
          for (const modRm of map === '0F' && rex === 0 ? MODRM_BYTES_0F : MODRM_BYTES) {
            // C4, C5 and 62 are VEX and EVEX in 64-bit mode or with mod = 3, 8F with a reg other than 0 may be XOP.
            const isVex =
              map === '1' && (opcode === 0xc4 || opcode === 0xc5 || opcode === 0x62) && (mode === 64 || modRm >= 0xc0);
            if (isVex || (map === '1' && opcode === 0x8f && (modRm & 0x38) !== 0)) continue;
            const repeat = prefix.includes(0xf2) ? 'F2' : prefix.includes(0xf3) ? 'F3' : undefined;
            yield {
              bytes: [...prefix, ...(rex ? [rex] : []), ...MAP_BYTES[map], opcode, modRm],
              code: {
                mode,
                space: 'legacy',
                map,
                opcode,
                has66: prefix.includes(0x66),
                repeat,
                rexW: rex === 0x48,
                rexB: rex === 0x41,
                vexL: false,
                modRm,
              },
            };
          }
    }
}

function* vexProbes(mode: Mode): Generator<Probe> {
  for (const [mapIndex, map] of (['0F', '0F38', '0F3A'] as const).entries())
    for (let opcode = 0; opcode < 256; opcode++)
      for (let pp = 0; pp < 4; pp++)
        for (const rexW of [false, true])
          for (const vexL of [false, true])
            for (const modRm of MODRM_BYTES) {
              const repeat = ([undefined, undefined, 'F3', 'F2'] as const)[pp];
              yield {
                bytes: [0xc4, 0xe0 | (mapIndex + 1), (rexW ? 0x80 : 0) | 0x78 | (vexL ? 4 : 0) | pp, opcode, modRm],
                code: { mode, space: 'vex', map, opcode, has66: pp === 1, repeat, rexW, rexB: false, vexL, modRm },
              };
            }
}

function sweep(mode: Mode, probes: Iterable<Probe>): readonly string[] {
  const found = new Map<string, string>();
  const all = [...probes];
  const decoder = new BatchDecoder(
    mode,
    all.map(({ bytes }) => bytes),
  );
  for (const [index, { bytes, code }] of all.entries()) {
    const line = disagreement(code, decoder.decode(index));
    if (line !== undefined && !found.has(line)) found.set(line, hex(bytes));
  }
  decoder.free();
  return [...found].map(([line, where]) => `${line}: ${where}`);
}

describe.each([16, 32, 64] as const)(
  'every opcode of iced-x86 has its row, and no other, in %i-bit code',
  { timeout: 60_000 },
  (mode) => {
    test('legacy maps', () => {
      expect(sweep(mode, legacyProbes(mode))).toEqual([]);
    });
    test('VEX maps', () => {
      expect(sweep(mode, vexProbes(mode))).toEqual([]);
    });
  },
);

test('no reason for a difference is stale', () => {
  expect(JUSTIFIED_SWEEP.filter((entry) => !usedReasons.has(entry))).toEqual([]);
});
