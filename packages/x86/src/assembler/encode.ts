/**
 * Bytes of an instruction (SDM Vol. 2A 2.1, 2.2, VEX: 2.3.5).
 *
 * ```
 *  legacy:  [lock/rep] [segment] [67] [66] [F2/F3] [REX] [0F [38|3A]] opcode [ModRM [SIB] [disp]] [imm]
 *  VEX:     [segment] [67] C4  ~R~X~B mmmmm  W ~vvvv L pp  opcode ModRM [SIB] [disp] [imm]
 * ```
 */

import { type AddressWish, type MemoryForm, memoryForms } from './address.ts';
import { AssemblerError } from './error.ts';
import { type Expression, evaluate, type Lookup } from './expression.ts';
import { findMatches, type Match, type Mode, sizePrefixes, type WrittenInstruction } from './match.ts';
import { splitAddress, type WrittenOperand } from './operand.ts';
import { type Register, SEGMENT_OVERRIDES } from './register.ts';

/** Where and how an instruction is assembled. */
export interface EncodeContext {
  readonly mode: Mode;
  /** Address of the instruction. */
  readonly address: bigint;
  /** Addresses without registers are RIP-relative in 64-bit mode (`default rel`). */
  readonly defaultRelative: boolean;
  readonly lookup: Lookup;
}

/** One possible encoding. */
export interface Encoded {
  readonly bytes: readonly number[];
  /** Whether all values, as far as they are known, fit into their fields. */
  readonly fits: boolean;
  /** What does not fit. */
  readonly problem: string;
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
    if (pattern === undefined || pattern.kind === 'fixed') continue;
    if (operand.kind === 'memory') {
      if (pattern.method === 'O') fields.offset = operand;
      else fields.memory = operand;
    }
    if (operand.kind !== 'register') continue;
    const { number, rex } = operand.register;
    fields.needsRex ||= rex === 'needed';
    fields.forbidsRex ||= rex === 'forbidden';
    if (pattern.method === 'E' || pattern.method === 'R') fields.rm = number;
    else if (pattern.method === 'B') fields.vvvv = number;
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
  const { row, operandBits } = match;
  const { encoding } = row;
  const sizes = sizePrefixes(row, operandBits, context.mode);
  if (sizes === undefined) throw new Error(`${row.key} matched an operand size that it does not have`);
  const hasModRm = encoding.modRm.kind !== 'none';
  const addressBits = form?.addressBits ?? match.addressBits ?? context.mode;

  const bytes: number[] = [];
  if (written.lock) bytes.push(0xf0);
  if (written.repeat !== undefined) bytes.push(written.repeat === 'repne' ? 0xf2 : 0xf3);
  const segment: Register | undefined = (fields.memory ?? fields.offset)?.segment ?? written.segment;
  if (segment !== undefined) bytes.push(SEGMENT_OVERRIDES[segment.number] ?? 0);
  if (addressBits !== context.mode) bytes.push(0x67);
  if (sizes.osz || (encoding.prefix === '66' && encoding.space === 'legacy')) bytes.push(0x66);

  const r = fields.reg >> 3;
  const x = (form?.sib?.index ?? 0) >> 3;
  const b = (form ? (form.sib?.base ?? form.rm) : hasModRm ? fields.rm : fields.opcodeRegister) >> 3;
  if (encoding.space === 'vex') {
    const pp = VEX_PP[encoding.prefix] ?? 0;
    bytes.push(0xc4, ((~(r * 4 + x * 2 + b) & 7) << 5) | VEX_MAP[encoding.map]);
    bytes.push((sizes.rexW ? 0x80 : 0) | ((~fields.vvvv & 15) << 3) | pp);
  } else {
    if (encoding.prefix === 'F2' || encoding.prefix === 'F3') bytes.push(Number.parseInt(encoding.prefix, 16));
    const rex = (sizes.rexW ? 8 : 0) | (r << 2) | (x << 1) | b;
    if (rex !== 0 || fields.needsRex) {
      if (fields.forbidsRex || context.mode !== 64) return [];
      bytes.push(0x40 | rex);
    }
    bytes.push(...MAP_BYTES[encoding.map]);
  }
  bytes.push(encoding.opcode + (fields.opcodeRegister & 7));

  let targetAt = -1;
  if (hasModRm) {
    const mod = form?.mod ?? 3;
    bytes.push((mod << 6) | ((fields.reg & 7) << 3) | ((form?.rm ?? fields.rm) & 7));
    if (form?.sib) bytes.push((form.sib.scale << 6) | ((form.sib.index & 7) << 3) | (form.sib.base & 7));
    if (form?.isTarget) targetAt = bytes.length;
    if (form) pushInteger(bytes, form.displacement, form.displacementBytes);
  }
  const problems: string[] = [];
  const immediates = immediateFields(match, form, context, addressBits, problems);
  const length = bytes.length + immediates.reduce((sum, { size }) => sum + size, 0);
  const next = context.address + BigInt(length);
  for (const { value, size, isTarget } of immediates) {
    const encoded = isTarget ? relative(value, next, size, operandBits, context.mode, problems) : (value ?? 0n);
    pushInteger(bytes, encoded, size);
  }
  if (form?.isTarget) {
    const distance = form.displacement - next;
    if (BigInt.asIntN(32, distance) !== distance) problems.push('the RIP-relative distance exceeds 2 GiB');
    const patch: number[] = [];
    pushInteger(patch, distance, 4);
    bytes.splice(targetAt, 4, ...patch);
  }
  if (form && fields.memory && !form.fits) problems.push(`the displacement ${form.displacement} does not fit`);
  if (bytes.length > 15) problems.push('an instruction has at most 15 bytes');
  return [{ bytes, fits: problems.length === 0, problem: problems.join('; ') }];
}

interface ImmediateField {
  readonly value: bigint | undefined;
  readonly size: number;
  readonly isTarget: boolean;
}

function immediateFields(
  { row, operands, operandBits }: Match,
  form: MemoryForm | undefined,
  context: EncodeContext,
  addressBits: number,
  problems: string[],
): readonly ImmediateField[] {
  const z = operandBits === 16 ? 2 : 4;
  const value = (expression: Expression) => evaluate(expression, context.lookup);
  return row.operands.flatMap((pattern, index): ImmediateField[] => {
    const operand = operands[index];
    if (pattern.kind === 'fixed' || operand === undefined) return [];
    if (operand.kind === 'memory' && pattern.method === 'O')
      return [{ value: form?.displacement, size: addressBits / 8, isTarget: false }];
    if (operand.kind === 'far') {
      const offset = range(value(operand.offset), z * 8, z, 'the offset', problems);
      return [
        { value: offset, size: z, isTarget: false },
        { value: range(value(operand.selector), 16, 2, 'the selector', problems), size: 2, isTarget: false },
      ];
    }
    if (operand.kind !== 'immediate') return [];
    if (pattern.method === 'J')
      return [{ value: value(operand.value), size: pattern.size === 'b' ? 1 : z, isTarget: true }];
    const size = pattern.text === 'Iv' ? operandBits / 8 : pattern.size === 'z' ? z : pattern.size === 'w' ? 2 : 1;
    const effectiveBits = pattern.text === 'Ib' || pattern.text === 'Iw' ? size * 8 : operandBits;
    return [
      { value: range(value(operand.value), effectiveBits, size, 'the immediate', problems), size, isTarget: false },
    ];
  });
}

/** Checks that a value, signed or unsigned in `bits`, survives sign extension from `size` bytes. */
function range(
  value: bigint | undefined,
  bits: number,
  size: number,
  what: string,
  problems: string[],
): bigint | undefined {
  if (value === undefined) return undefined;
  const signed = BigInt.asIntN(bits, value);
  const inRange = value >= -(1n << BigInt(bits - 1)) && value < 1n << BigInt(bits);
  if (!inRange || (size * 8 < bits && BigInt.asIntN(size * 8, signed) !== signed))
    problems.push(`${what} ${value} does not fit in ${size * 8} bits`);
  return value;
}

/** Distance of a branch, from the end of the instruction, wrapped as the instruction pointer wraps. */
function relative(
  target: bigint | undefined,
  next: bigint,
  size: number,
  operandBits: Mode,
  mode: Mode,
  problems: string[],
): bigint {
  if (target === undefined) return 0n;
  const distance = BigInt.asIntN(operandBits, target - next);
  if (BigInt.asIntN(size * 8, distance) !== distance)
    problems.push(
      size === 1
        ? `the target is ${distance} bytes away, out of reach of a short jump`
        : `the target is ${distance} bytes away`,
    );
  if (operandBits < mode && (target < 0n || target >> BigInt(operandBits) !== 0n))
    problems.push(`the target 0x${target.toString(16)} lies outside the first 64 KiB`);
  return distance;
}

function pushInteger(bytes: number[], value: bigint, size: number): void {
  for (let i = 0; i < size; i++) bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
}
