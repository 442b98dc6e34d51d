/**
 * Bytes of an instruction (SDM Vol. 2A 2.1, 2.2, VEX: 2.3.5).
 *
 * ```
 *  legacy:  [lock/rep] [segment] [67] [66] [F2/F3] [REX] [0F [38|3A]] opcode [ModRM [SIB] [disp]] [imm]
 *  VEX:     [segment] [67] C4  ~R~X~B mmmmm  W ~vvvv L pp  opcode ModRM [SIB] [disp] [imm]
 * ```
 */

import { type Mode, sizePrefixes } from '../isa/size.ts';
import { type AddressWish, type MemoryForm, memoryForms } from './address.ts';
import { AssemblerError, type SourcePlace } from './error.ts';
import { type Expression, evaluate, type Lookup } from './expression.ts';
import { findMatches, type Match, type WrittenInstruction } from './match.ts';
import { splitAddress, type WrittenOperand } from './operand.ts';
import { SEGMENT_OVERRIDES } from './register.ts';

/** Where and how an instruction is assembled. */
export interface EncodeContext {
  readonly mode: Mode;
  /** Address of the instruction. */
  readonly address: bigint;
  /** Addresses without registers are RIP-relative in 64-bit mode (`default rel`). */
  readonly defaultRelative: boolean;
  readonly lookup: Lookup;
}

/** A value that does not fit into its field. */
interface Problem {
  readonly place: SourcePlace;
  readonly text: string;
}

/** One possible encoding. */
export interface Encoded {
  readonly bytes: readonly number[];
  /** Whether all values, as far as they are known, fit into their fields. */
  readonly fits: boolean;
  /** What does not fit, and where it is written. */
  readonly problems: readonly Problem[];
  /** The bytes hold a distance and change when the instruction moves. */
  readonly dependsOnAddress: boolean;
}

/** All encodings of an instruction, shortest first. @throws AssemblerError when it has none. */
export function encodings(written: WrittenInstruction, context: EncodeContext): readonly Encoded[] {
  const matches = findMatches(written, context.mode, context.lookup);
  checkPrefixes(written, matches);
  const encoded = matches.flatMap((match) => encodeMatch(match, written, context));
  if (encoded.length === 0)
    throw new AssemblerError(
      written,
      'AH, BH, CH, DH cannot be used together with a REX prefix',
      'use another byte register',
    );
  return encoded.sort((a, b) => a.bytes.length - b.bytes.length);
}

function checkPrefixes(written: WrittenInstruction, matches: readonly Match[]): void {
  if (written.lock && !matches.some(({ row, operands }) => row.lock && operands[0]?.kind === 'memory'))
    throw new AssemblerError(
      written,
      `lock is not allowed on this "${written.mnemonic}"`,
      'it needs a memory destination (add, xchg, cmpxchg, ...)',
    );
  if (written.repeat !== undefined && !matches.some(({ row }) => row.kind === 'string' || row.body === 'ret'))
    throw new AssemblerError(
      written,
      `${written.repeat} has no meaning before "${written.mnemonic}"`,
      'it repeats string instructions only',
    );
}

/** Fields of an instruction, collected from the operands. */
interface Fields {
  reg: number;
  rm: number;
  vvvv: number;
  opcodeRegister: number;
  memory: (WrittenOperand & { kind: 'memory' }) | undefined;
  /** Offset in the instruction (`moffs`): memory without ModRM. */
  offset: (WrittenOperand & { kind: 'memory' }) | undefined;
  needsRex: boolean;
  forbidsRex: boolean;
}

function collectFields({ row, operands }: Match): Fields {
  const { modRm } = row.encoding;
  const fields: Fields = {
    reg: modRm.kind === 'digit' ? modRm.digit : modRm.kind === 'fixed' ? (modRm.byte >> 3) & 7 : 0,
    rm: modRm.kind === 'fixed' ? modRm.byte & 7 : 0,
    vvvv: 0,
    opcodeRegister: 0,
    memory: undefined,
    offset: undefined,
    needsRex: false,
    forbidsRex: false,
  };
  for (const [index, operand] of operands.entries()) {
    const pattern = row.operands[index];
    if (pattern?.kind === 'fixed' && pattern.register === 'STi' && operand.kind === 'register')
      fields.rm = operand.register.number;
    if (pattern === undefined || pattern.kind === 'fixed') continue;
    if (operand.kind === 'memory') {
      if (pattern.method === 'O') fields.offset = operand;
      else fields.memory = operand;
    }
    if (operand.kind !== 'register') continue;
    const { number, rex } = operand.register;
    fields.needsRex ||= rex === 'needed';
    fields.forbidsRex ||= rex === 'forbidden';
    if ('ENQRUW'.includes(pattern.method)) fields.rm = number;
    else if (pattern.method === 'B' || pattern.method === 'H') fields.vvvv = number;
    else if (pattern.method === 'L') continue;
    else if (pattern.method === 'Z') fields.opcodeRegister = number;
    else fields.reg = number;
  }
  return fields;
}

function encodeMatch(match: Match, written: WrittenInstruction, context: EncodeContext): readonly Encoded[] {
  const fields = collectFields(match);
  const memory = fields.memory ?? fields.offset;
  if (memory === undefined) return encodeForm(match, fields, undefined, written, context);
  const { registers, displacement } = splitAddress(memory.address, context.lookup);
  const relativeByDefault = context.defaultRelative && memory.segment === undefined && memory.relative !== 'abs';
  const wish: AddressWish = {
    mode: context.mode,
    displacementBits: memory.displacementBits ?? (registers.length === 0 ? match.addressBits : undefined),
    ripRelative: fields.offset === undefined && (memory.relative === 'rel' || relativeByDefault),
    place: memory,
  };
  return memoryForms({ registers, displacement }, wish).flatMap((form) =>
    encodeForm(match, fields, form, written, context),
  );
}

const MAP_BYTES = { '1': [], '0F': [0x0f], '0F38': [0x0f, 0x38], '0F3A': [0x0f, 0x3a] } as const;
const VEX_MAP = { '1': 0, '0F': 1, '0F38': 2, '0F3A': 3 } as const;
const VEX_PP: Readonly<Record<string, number>> = { NP: 0, '66': 1, F3: 2, F2: 3 };

function encodeForm(
  match: Match,
  fields: Fields,
  form: MemoryForm | undefined,
  written: WrittenInstruction,
  context: EncodeContext,
): readonly Encoded[] {
  const bytes = headBytes(match, fields, form, written, context.mode);
  if (bytes === undefined) return [];
  const problems: Problem[] = [];
  const report = (operand: WrittenOperand | undefined, text: string) =>
    problems.push({ place: operand ?? written, text });

  const memory = fields.memory ?? fields.offset;
  const immediates = immediateFields(match, form, context, report);
  const displacementBytes = fields.memory ? (form?.displacementBytes ?? 0) : 0;
  const length = bytes.length + displacementBytes + immediates.reduce((sum, { size }) => sum + size, 0);
  const next = context.address + BigInt(length);
  if (form && fields.memory) {
    const displacement = form.isTarget ? BigInt.asIntN(form.addressBits, form.displacement - next) : form.displacement;
    if (form.isTarget && BigInt.asIntN(32, displacement) !== displacement)
      report(memory, 'the RIP-relative distance exceeds 2 GiB');
    if (!form.fits) report(memory, `the displacement ${form.displacement} does not fit`);
    pushInteger(bytes, displacement, displacementBytes);
  }
  for (const { operand, value, size, isTarget } of immediates) {
    if (!isTarget) pushInteger(bytes, value ?? 0n, size);
    else
      pushInteger(
        bytes,
        branchDistance(value, next, size, match.operandBits, context.mode, (text) => report(operand, text)),
        size,
      );
  }
  if (bytes.length > 15) report(undefined, 'an instruction has at most 15 bytes');
  const dependsOnAddress = form?.isTarget === true || immediates.some(({ isTarget }) => isTarget);
  return [{ bytes, fits: problems.length === 0, problems, dependsOnAddress }];
}

/** Prefixes, opcode, ModRM and SIB; undefined when a byte register cannot be combined with REX. */
function headBytes(
  match: Match,
  fields: Fields,
  form: MemoryForm | undefined,
  written: WrittenInstruction,
  mode: Mode,
): number[] | undefined {
  const { row, operandBits } = match;
  const { encoding } = row;
  const sizes = sizePrefixes(row, operandBits, mode);
  if (sizes === undefined) throw new Error(`${row.key} matched an operand size that it does not have`);
  const hasModRm = encoding.modRm.kind !== 'none';
  const bytes: number[] = [];
  if (written.lock) bytes.push(0xf0);
  if (written.repeat !== undefined) bytes.push(written.repeat === 'repne' ? 0xf2 : 0xf3);
  const segment = (fields.memory ?? fields.offset)?.segment ?? written.segment;
  if (segment !== undefined) bytes.push(SEGMENT_OVERRIDES[segment.number] ?? 0);
  if (addressWidth(match, form, mode) !== mode) bytes.push(0x67);
  if (sizes.osz || (encoding.prefix === '66' && encoding.space === 'legacy')) bytes.push(0x66);

  const r = fields.reg >> 3;
  const x = (form?.sib?.index ?? 0) >> 3;
  const b = (form ? (form.sib?.base ?? form.rm) : hasModRm ? fields.rm : fields.opcodeRegister) >> 3;
  if (encoding.space === 'vex') {
    bytes.push(0xc4, ((~(r * 4 + x * 2 + b) & 7) << 5) | VEX_MAP[encoding.map]);
    const l = encoding.vexL === 1 ? 4 : 0;
    bytes.push((sizes.rexW ? 0x80 : 0) | ((~fields.vvvv & 15) << 3) | l | (VEX_PP[encoding.prefix] ?? 0));
  } else {
    if (encoding.prefix === 'F2' || encoding.prefix === 'F3') bytes.push(Number.parseInt(encoding.prefix, 16));
    const rex = (sizes.rexW ? 8 : 0) | (r << 2) | (x << 1) | b;
    if (rex !== 0 || fields.needsRex) {
      if (fields.forbidsRex || mode !== 64) return undefined;
      bytes.push(0x40 | rex);
    }
    bytes.push(...MAP_BYTES[encoding.map]);
  }
  bytes.push(encoding.opcode + (fields.opcodeRegister & 7));
  if (hasModRm) bytes.push(((form?.mod ?? 3) << 6) | ((fields.reg & 7) << 3) | ((form?.rm ?? fields.rm) & 7));
  if (hasModRm && form?.sib) bytes.push((form.sib.scale << 6) | ((form.sib.index & 7) << 3) | (form.sib.base & 7));
  return bytes;
}

function addressWidth(match: Match, form: MemoryForm | undefined, mode: Mode): Mode {
  return form?.addressBits ?? match.addressBits ?? mode;
}

interface ImmediateField {
  readonly operand: WrittenOperand;
  readonly value: bigint | undefined;
  readonly size: number;
  /** The value is an address; its distance is encoded. */
  readonly isTarget: boolean;
}

type Report = (operand: WrittenOperand | undefined, text: string) => void;

function immediateFields(
  match: Match,
  form: MemoryForm | undefined,
  context: EncodeContext,
  report: Report,
): readonly ImmediateField[] {
  const { row, operands, operandBits } = match;
  const z = operandBits === 16 ? 2 : 4;
  return row.operands.flatMap((pattern, index): ImmediateField[] => {
    const operand = operands[index];
    if (pattern.kind === 'fixed' || operand === undefined) return [];
    const field = (expression: Expression, bits: number, size: number, what: string): ImmediateField => {
      const value = evaluate(expression, context.lookup);
      if (value !== undefined && !survives(value, bits, size))
        report(operand, `${what} ${value} does not fit in ${size * 8} bits`);
      return { operand, value, size, isTarget: false };
    };
    if (operand.kind === 'memory' && pattern.method === 'O')
      return [
        { operand, value: form?.displacement, size: addressWidth(match, form, context.mode) / 8, isTarget: false },
      ];
    if (operand.kind === 'far')
      return [field(operand.offset, z * 8, z, 'the offset'), field(operand.selector, 16, 2, 'the selector')];
    if (pattern.method === 'L' && operand.kind === 'register') {
      return [{ operand, value: BigInt(operand.register.number << 4), size: 1, isTarget: false }];
    }
    if (operand.kind !== 'immediate') return [];
    if (pattern.method === 'J')
      return [
        { operand, value: evaluate(operand.value, context.lookup), size: pattern.size === 'b' ? 1 : z, isTarget: true },
      ];
    const size = pattern.text === 'Iv' ? operandBits / 8 : pattern.size === 'z' ? z : pattern.size === 'w' ? 2 : 1;
    const effectiveBits = pattern.text === 'Ib' || pattern.text === 'Iw' ? size * 8 : operandBits;
    return [field(operand.value, effectiveBits, size, 'the immediate')];
  });
}

/** Whether a value, signed or unsigned in `bits`, survives being cut to `size` bytes and sign-extended again. */
function survives(value: bigint, bits: number, size: number): boolean {
  if (value < -(1n << BigInt(bits - 1)) || value >= 1n << BigInt(bits)) return false;
  const signed = BigInt.asIntN(bits, value);
  return size * 8 >= bits || BigInt.asIntN(size * 8, signed) === signed;
}

/** Distance of a branch, from the end of the instruction, wrapped as the instruction pointer wraps. */
function branchDistance(
  target: bigint | undefined,
  next: bigint,
  size: number,
  operandBits: Mode,
  mode: Mode,
  report: (text: string) => void,
): bigint {
  if (target === undefined) return 0n;
  const distance = BigInt.asIntN(operandBits, target - next);
  if (BigInt.asIntN(size * 8, distance) !== distance)
    report(`the target is ${distance} bytes away, out of reach of a ${size === 1 ? 'short jump' : 'near branch'}`);
  if (operandBits < mode && (target < 0n || target >> BigInt(operandBits) !== 0n))
    report(`the target 0x${target.toString(16)} lies outside the first 64 KiB`);
  return distance;
}

function pushInteger(bytes: number[], value: bigint, size: number): void {
  for (let i = 0; i < size; i++) bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
}
