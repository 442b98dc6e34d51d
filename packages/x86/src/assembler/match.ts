/**
 * Which rows, in which operand sizes, an instruction as written can mean. A size is "pinned" when a register, a size word,
 * a prefix (`o32`) or the mnemonic (`movsd`) says it; what is not pinned gets the default size of the mode, except that a
 * memory operand whose width nothing tells is an error, as in NASM.
 */

import type { Instruction } from '../isa/index.ts';
import type { Operand } from '../isa/row.ts';
import { defaultOperandBits, type Mode, operandBitsOf, sizePrefixes } from '../isa/size.ts';
import { AssemblerError, type SourcePlace } from './error.ts';
import { evaluate, type Lookup } from './expression.ts';
import { type MnemonicMeaning, meaningsOf, nearestMnemonic } from './mnemonic.ts';
import { splitAddress, vectorIndexOf, type WrittenOperand } from './operand.ts';
import type { Register } from './register.ts';

/** An instruction as written. */
export interface WrittenInstruction extends SourcePlace {
  readonly mnemonic: string;
  readonly lock: boolean;
  readonly repeat: 'rep' | 'repe' | 'repne' | undefined;
  /** Segment override written before the mnemonic (`es lodsb`). */
  readonly segment: Register | undefined;
  /** `o16` `o32` `o64`. */
  readonly operandBits: Mode | undefined;
  /** `a16` `a32` `a64`. */
  readonly addressBits: Mode | undefined;
  readonly operands: readonly WrittenOperand[];
}

/** A row in one operand size that fits the written operands. */
export interface Match {
  readonly row: Instruction;
  readonly operandBits: Mode;
  readonly addressBits: Mode | undefined;
  /** The operands in the order of the row. */
  readonly operands: readonly WrittenOperand[];
}

interface Candidate extends Match {
  readonly pinned: boolean;
  /** Width of the memory operand when no size word says it. */
  readonly openMemoryBits: number | undefined;
}

/** Bodies that use only the low 16 bits of a register whose width the assembler therefore leaves open. */
const SELECTOR_BODIES: ReadonlySet<string> = new Set('movToSegment lar lsl lldt ltr verr verw lmsw'.split(' '));

/** All rows and sizes that an instruction can mean. @throws AssemblerError saying why there is none. */
export function findMatches(written: WrittenInstruction, mode: Mode, lookup: Lookup): readonly Match[] {
  const all = meaningsOf(written.mnemonic);
  if (all === undefined) {
    const near = nearestMnemonic(written.mnemonic);
    const remedy = near === undefined ? 'check the spelling; a label needs a colon' : `did you mean "${near}"?`;
    throw new AssemblerError(written, `"${written.mnemonic}" is no instruction or directive`, remedy);
  }
  checkRegisters(written, mode);
  const meanings = all.filter(({ row }) => row.mode !== (mode === 64 ? 'i64' : 'o64'));
  if (meanings.length === 0)
    throw new AssemblerError(
      written,
      `"${written.mnemonic}" ${mode === 64 ? 'does not exist in' : 'exists only in'} 64-bit mode`,
      mode === 64 ? 'write "bits 32" before 32-bit code' : 'write "bits 64" before 64-bit code',
    );

  const candidates: Candidate[] = [];
  for (const meaning of meanings)
    for (const operands of operandOrders(meaning.row, written))
      for (const operandBits of [16, 32, 64] as const) {
        const candidate = matchRow(meaning, operands, operandBits, written, mode, lookup);
        if (candidate) candidates.push(candidate);
      }
  if (candidates.length === 0)
    throw new AssemblerError(
      written.operands[0] ?? written,
      `"${written.mnemonic}" does not take these operands`,
      `it takes ${formsOf(meanings)}`,
    );
  return resolveSizes(candidates, written, mode);
}

function checkRegisters({ operands }: WrittenInstruction, mode: Mode): void {
  if (mode === 64) return;
  for (const operand of operands) {
    if (operand.kind !== 'register') continue;
    const { register } = operand;
    if ((register.kind === 'general' && register.bits === 64) || register.number > 7 || register.rex === 'needed')
      throw new AssemblerError(
        operand,
        `register ${register.name} exists only in 64-bit mode`,
        'write "bits 64" or use another register',
      );
  }
}

/** The written operands in the orders and with the implied ones that a row accepts. */
function operandOrders(row: Instruction, { operands }: WrittenInstruction): readonly (readonly WrittenOperand[])[] {
  const [first, second] = operands;
  if ((row.mnemonic === 'aam' || row.mnemonic === 'aad') && first === undefined) return [[TEN]];
  if (row.body === 'imul3' && operands.length === 2 && first && second) return [[first, first, second]];
  if (row.mnemonic.startsWith('loop') && second?.kind === 'register' && first) return [[first]];
  if ((row.mnemonic === 'xchg' || row.mnemonic === 'test') && first && second && operands.length === 2)
    return [operands, [second, first]];
  if (
    first?.kind === 'register' &&
    first.register.kind === 'x87' &&
    operands.length === 1 &&
    row.operands.length === 2
  ) {
    // ST(0) goes without saying: it is the destination, unless `to` or the name of the instruction (FADDP) says otherwise.
    const isDestination = first.distance === 'to' || row.mnemonic.endsWith('p');
    const [destination] = row.operands;
    if (destination?.text === 'STi') return isDestination ? [[first, ST0]] : [];
    return first.distance === 'to' ? [] : [[ST0, first]];
  }
  if (row.operands.at(-1)?.text === 'XMM0' && operands.length === row.operands.length - 1) return [[...operands, XMM0]];
  return [operands];
}

const NOWHERE = { line: 0, column: 0, sizeBits: undefined, distance: undefined } as const;

const ST0: WrittenOperand = {
  ...NOWHERE,
  kind: 'register',
  register: { name: 'st0', kind: 'x87', bits: 80, number: 0, rex: 'free' },
};

/** The last operand of BLENDVPS and its kin is implied. */
const XMM0: WrittenOperand = {
  ...NOWHERE,
  kind: 'register',
  register: { name: 'xmm0', kind: 'vector', bits: 128, number: 0, rex: 'free' },
};

/** AAM and AAD without an operand work in base ten. */
const TEN: WrittenOperand = {
  line: 0,
  column: 0,
  kind: 'immediate',
  sizeBits: undefined,
  distance: undefined,
  value: { line: 0, column: 0, kind: 'number', value: 10n },
};

function matchRow(
  { row, sizes }: MnemonicMeaning,
  operands: readonly WrittenOperand[],
  operandBits: Mode,
  written: WrittenInstruction,
  mode: Mode,
  lookup: Lookup,
): Candidate | undefined {
  if (sizePrefixes(row, operandBits, mode) === undefined) return undefined;
  let pinned = false;
  let addressBits = written.addressBits;
  if (row.namedBy === 'operand' && sizes) {
    if (!sizes.includes(operandBits)) return undefined;
    pinned = sizes.length === 1;
  }
  if (row.namedBy === 'address' && sizes) addressBits = sizes[0];
  const counter = row.mnemonic.startsWith('loop') ? written.operands[1] : undefined;
  if (counter?.kind === 'register') {
    if (counter.register.number !== 1 || counter.register.bits < 16) return undefined;
    addressBits = counter.register.bits as Mode;
  }
  if (addressBits !== undefined && (mode === 64 ? addressBits === 16 : addressBits === 64)) return undefined;
  if (written.operandBits !== undefined && row.usesOperandSize) {
    if (written.operandBits !== operandBits) return undefined;
    pinned = true;
  }
  // The operands of string instructions are implied: only the mnemonic is written.
  const patterns = row.kind === 'string' ? [] : row.operands;
  if (patterns.length !== operands.length) return undefined;
  let openMemoryBits: number | undefined;
  for (const [index, pattern] of patterns.entries()) {
    const operand = operands[index];
    if (operand === undefined) return undefined;
    const fit = matchOperand(row, pattern, operand, operandBits, mode, lookup);
    if (fit === undefined) return undefined;
    pinned ||= fit.pins;
    openMemoryBits ??= fit.openMemoryBits;
  }
  if (isNopByAccident(row, operands, mode)) return undefined;
  return { row, operandBits, addressBits, operands, pinned, openMemoryBits };
}

interface Fit {
  readonly pins: boolean;
  readonly openMemoryBits?: number | undefined;
}

const FITS: Fit = { pins: false };

function matchOperand(
  row: Instruction,
  pattern: Operand,
  operand: WrittenOperand,
  operandBits: Mode,
  mode: Mode,
  lookup: Lookup,
): Fit | undefined {
  if (pattern.kind === 'fixed') return matchFixed(pattern.register, operand, operandBits, lookup);
  const bits = operandBitsOf(pattern.size, operandBits, row.encoding.vexL);
  const varies =
    pattern.size === 'v' ||
    pattern.size === 'z' ||
    pattern.size === 'y' ||
    pattern.size === 'p' ||
    pattern.size === 'a';
  switch (pattern.method) {
    case 'G':
    case 'R':
    case 'Z':
    case 'B':
      return matchGeneral(operand, bits, varies);
    case 'E':
      if (operand.kind === 'memory') return matchMemory(row, operand, bits, varies, operandBits);
      if (
        operand.kind === 'register' &&
        operand.register.kind === 'general' &&
        pattern.size === 'w' &&
        SELECTOR_BODIES.has(row.body)
      )
        return operand.register.bits >= 16 ? FITS : undefined;
      return matchGeneral(operand, bits, varies);
    case 'V':
    case 'H':
    case 'L':
    case 'U':
      return matchVector(operand, bits);
    case 'W':
      if (operand.kind === 'memory') return matchMemory(row, operand, bits, varies, operandBits);
      return matchVector(operand, bits);
    case 'P':
    case 'N':
      return operand.kind === 'register' && operand.register.kind === 'mmx' ? FITS : undefined;
    case 'Q':
      if (operand.kind === 'memory') return matchMemory(row, operand, bits, varies, operandBits);
      return operand.kind === 'register' && operand.register.kind === 'mmx' ? FITS : undefined;
    case 'M':
      return operand.kind === 'memory' ? matchMemory(row, operand, bits, varies, operandBits) : undefined;
    case 'O':
      if (operand.kind !== 'memory' || !isOffset(operand, mode, lookup)) return undefined;
      return matchMemory(row, operand, bits, varies, operandBits);
    case 'S':
      return operand.kind === 'register' && operand.register.kind === 'segment' ? FITS : undefined;
    case 'C':
      return operand.kind === 'register' && operand.register.kind === 'control' ? FITS : undefined;
    case 'D':
      return operand.kind === 'register' && operand.register.kind === 'debug' ? FITS : undefined;
    case 'I':
    case 'sI':
      return matchImmediate(row, pattern.text, operand, operandBits);
    case 'J':
      if (operand.kind !== 'immediate' || operand.distance === 'far') return undefined;
      if (operand.distance === 'short' && pattern.size !== 'b') return undefined;
      if (operand.distance === 'near' && pattern.size === 'b') return undefined;
      if (operand.sizeBits === undefined || mode === 64) return FITS;
      return operand.sizeBits === operandBits ? { pins: true } : undefined;
    case 'A':
      if (operand.kind !== 'far') return undefined;
      if (operand.sizeBits === undefined) return FITS;
      return operand.sizeBits === operandBits ? { pins: true } : undefined;
    default:
      return undefined;
  }
}

function matchFixed(name: string, operand: WrittenOperand, operandBits: Mode, lookup: Lookup): Fit | undefined {
  if (name === '1') return operand.kind === 'immediate' && evaluate(operand.value, lookup) === 1n ? FITS : undefined;
  if (operand.kind !== 'register') return undefined;
  if (name === 'eAX' || name === 'rAX') {
    const bits = name === 'eAX' ? Math.min(operandBits, 32) : operandBits;
    const { kind, bits: width, number } = operand.register;
    return kind === 'general' && width === bits && number === 0 ? { pins: true } : undefined;
  }
  if (name === 'STi') return operand.register.kind === 'x87' ? FITS : undefined;
  return operand.register.name === name.toLowerCase() ? FITS : undefined;
}

function matchGeneral(operand: WrittenOperand, bits: number | undefined, varies: boolean): Fit | undefined {
  if (operand.kind !== 'register' || operand.register.kind !== 'general' || operand.register.bits !== bits)
    return undefined;
  return { pins: varies };
}

/** A vector register; an operand of at most 128 bits is in an XMM register. */
function matchVector(operand: WrittenOperand, bits: number | undefined): Fit | undefined {
  const isVector = operand.kind === 'register' && operand.register.kind === 'vector';
  return isVector && operand.register.bits === (bits === 256 ? 256 : 128) ? FITS : undefined;
}

function matchMemory(
  row: Instruction,
  operand: WrittenOperand,
  bits: number | undefined,
  varies: boolean,
  operandBits: Mode,
): Fit | undefined {
  const isFarPointer = bits === operandBits + 16 && row.operands.some(({ text }) => text === 'Mp');
  if (row.kind === 'flow') {
    // `jmp [x]` is near; `jmp far [x]` and `jmp fword [x]` read a far pointer.
    const saysFar = operand.distance === 'far' || operand.sizeBits === 48;
    if (saysFar !== isFarPointer) return undefined;
  }
  if (operand.kind === 'memory') {
    const index = vectorIndexOf(operand.address);
    if (index?.bits !== (row.vsib === undefined ? undefined : row.vsib === 'qq' ? 256 : 128)) return undefined;
  }
  // Where a vector or MMX register says what is meant, memory needs no size.
  const isOpen = row.operands.every((other) => other.kind === 'fixed' || !'HNPUV'.includes(other.method));
  if (operand.sizeBits === undefined) return { pins: false, openMemoryBits: isOpen ? bits : undefined };
  // `far dword` is an offset of 32 bits, `fword` a whole pointer of 48.
  const written = isFarPointer && operand.distance === 'far' ? operand.sizeBits + 16 : operand.sizeBits;
  return bits === undefined || written === bits ? { pins: varies } : undefined;
}

/** MOV with an offset in the instruction takes the accumulator only; in 64-bit mode just where disp32 cannot reach. */
function isOffset(operand: WrittenOperand & { kind: 'memory' }, mode: Mode, lookup: Lookup): boolean {
  const { registers, displacement } = splitAddress(operand.address, lookup);
  if (registers.length > 0) return false;
  if (mode !== 64 || operand.displacementBits === 64) return true;
  return operand.relative !== 'rel' && displacement !== undefined && BigInt.asIntN(32, displacement) !== displacement;
}

function matchImmediate(row: Instruction, text: string, operand: WrittenOperand, operandBits: Mode): Fit | undefined {
  if (operand.kind !== 'immediate' || operand.distance !== undefined) return undefined;
  const { sizeBits } = operand;
  if (sizeBits === undefined) return FITS;
  if (text === 'Ib' || text === 'Iw') return sizeBits === (text === 'Ib' ? 8 : 16) ? FITS : undefined;
  if (text === 'sIb' && sizeBits === 8) return FITS;
  if (row.mnemonic === 'push' && text === 'Iz' && operandBits === 64 && sizeBits === 32) return { pins: true };
  return sizeBits === operandBits ? { pins: true } : undefined;
}

/** `xchg eax,eax` clears the upper half of RAX in 64-bit mode; its one-byte form would be NOP. */
function isNopByAccident(row: Instruction, operands: readonly WrittenOperand[], mode: Mode): boolean {
  const [first] = operands;
  return mode === 64 && row.encoding.text === '90+r' && first?.kind === 'register' && first.register.name === 'eax';
}

function resolveSizes(candidates: readonly Candidate[], written: WrittenInstruction, mode: Mode): readonly Match[] {
  const isDefault = (candidate: Candidate) =>
    candidate.pinned || candidate.operandBits === defaultOperandBits(candidate.row, mode);
  const open = candidates.filter((candidate) => candidate.row.size === 'normal' || isDefault(candidate));
  const widths = new Set(
    open.flatMap(({ pinned, openMemoryBits, row }) =>
      openMemoryBits === undefined || (pinned && row.kind === 'flow') ? [] : [openMemoryBits],
    ),
  );
  const hasFarPointer = open.some(({ row }) => row.operands.some(({ text }) => text === 'Mp'));
  if (widths.size > 1 && !hasFarPointer) {
    const memory = written.operands.find(({ kind }) => kind === 'memory') ?? written;
    throw new AssemblerError(
      memory,
      'the size of the memory operand is not known',
      'write byte, word, dword or qword before the bracket',
    );
  }
  const chosen = open.filter(isDefault);
  return chosen.length > 0 ? chosen : open;
}

/** The operand forms that an instruction takes, in the manual's style, for error messages. */
function formsOf(meanings: readonly MnemonicMeaning[]): string {
  const forms = meanings.map(({ row }) =>
    row.kind === 'string' || row.operands.length === 0 ? 'no operands' : row.operands.map(operandInWords).join(', '),
  );
  return [...new Set(forms)].join(' | ');
}

const WIDTH_WORDS: Readonly<Record<string, string>> = {
  b: '8',
  w: '16',
  d: '32',
  q: '64',
  dq: '128',
  qq: '256',
  x: '128/256',
  ss: '32',
  sd: '64',
  v: '16/32/64',
  z: '16/32',
  y: '32/64',
};

function operandInWords(operand: Operand): string {
  if (operand.kind === 'fixed') return operand.text;
  const width = WIDTH_WORDS[operand.size] ?? '';
  switch (operand.method) {
    case 'E':
      return `r/m${width}`;
    case 'M':
    case 'O':
      return `m${width}`;
    case 'I':
    case 'sI':
      return `imm${width}`;
    case 'J':
      return 'label';
    case 'A':
      return 'selector:offset';
    case 'S':
      return 'segment register';
    case 'C':
      return 'control register';
    case 'D':
      return 'debug register';
    case 'V':
    case 'H':
    case 'L':
    case 'U':
      return operand.size === 'qq' ? 'ymm' : operand.size === 'x' ? 'xmm or ymm' : 'xmm';
    case 'W':
      return `xmm or m${width}`;
    case 'P':
    case 'N':
      return 'mm';
    case 'Q':
      return `mm or m${width}`;
    default:
      return `r${width}`;
  }
}
