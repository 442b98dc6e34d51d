/**
 * Turns the instruction table into operations: a row has one for every operand size and form (register, flat memory, memory
 * through a segment) that it allows, and rows that end up at the same instance of a body share it. Operations of the hot list
 * come first, so that the one switch of the Wasm engine has dense cases.
 */
import { type Instruction, instructions, type Operand, operandBitsOf } from '@longmode/x86';
import type { Body } from './bodies.ts';
import { isHot } from './hot.ts';

/** Kind of an operand in the words of assembly/operands.ts. */
export type OperandKind = 'Reg' | 'Mem' | 'MemSeg' | 'Imm';

/** One instance of a body. */
export interface Operation {
  /** Unique; also the name of its handler: `add_u64_Reg_Mem`. */
  readonly name: string;
  readonly body: Body;
  /** Type arguments in order. */
  readonly types: readonly string[];
  readonly condition: number | undefined;
  /** How the handler continues: by itself, at the next record, or through `next` (ends the block). */
  readonly continues: 'itself' | 'record' | 'block';
  /** Sets `cpu.currentRecord` first. */
  readonly isSystem: boolean;
  /** Which operands are read and written around a function of values. */
  readonly packed: PackedShape | undefined;
  /** Bytes of an operand in memory, where its size does not depend on the operand size; 0: it has none. */
  readonly memoryBytes: number;
}

/** How a function of 128-bit values meets its operands. */
export interface PackedShape {
  readonly registers: 'vector' | 'mmx';
  /** Bytes of the r/m operand for each 128 bits of the result. */
  readonly sourceBytes: number;
  /** 256-bit results read the r/m operand once (shift counts). */
  readonly isShared: boolean;
}

/** A row as the decoder sees it. */
export interface DecodedRow {
  readonly row: Instruction;
  /** Operand codes by place: dst, src, third, and a fourth. */
  readonly operands: readonly number[];
  readonly forms: 1 | 3;
  readonly sizes: 1 | 3;
  /** Operation names by `[size][form]`; undefined = no body. */
  readonly names: readonly (string | undefined)[];
  readonly ignoresMod: boolean;
}

/** Operations that no row stands for; assembly/decode.ts and blocks.ts use them. The dispatchers know them by heart. */
export const SPECIAL_OPERATIONS = [
  'STOP',
  'BLOCK',
  'BLOCK_GONE',
  'LOOK_AGAIN',
  'LIMIT',
  'UNDEFINED',
  'GENERAL_PROTECTION',
  'UNIMPLEMENTED',
  'DEVICE_NOT_AVAILABLE',
  'BLOCK_COLD',
  'REGION',
] as const;

/** Operand codes; assembly/decode.ts has the same list. */
const CODES: Readonly<Record<string, number>> = {
  Eb: 1,
  E: 2,
  Gb: 3,
  G: 4,
  Zb: 5,
  Z: 6,
  B: 7,
  number: 8,
  Ib: 9,
  sIb: 10,
  Iw: 11,
  Iz: 12,
  Iv: 13,
  Id: 14,
  Jb: 15,
  Jz: 16,
  A: 17,
  O: 18,
  string: 19,
  AL: 20,
  AX: 20,
  eAX: 20,
  rAX: 20,
  CL: 21,
  DX: 22,
  '1': 23,
  ES: 24,
  CS: 25,
  SS: 26,
  DS: 27,
  FS: 28,
  GS: 29,
  V: 31,
  W: 32,
  U: 32,
  H: 33,
  L: 34,
  P: 35,
  Q: 36,
  N: 36,
  XMM0: 37,
  ST0: 39,
  STi: 39,
};

/** Nothing at this place. */
const GAP = 38;

function codeOf(operand: Operand): number {
  if (operand.kind === 'fixed') return CODES[operand.register] ?? fail(operand.text);
  switch (operand.method) {
    case 'E':
    case 'M':
    case 'R':
      return operand.size === 'b' ? 1 : 2;
    case 'G':
      return operand.size === 'b' ? 3 : 4;
    case 'Z':
      return operand.size === 'b' ? 5 : 6;
    case 'S':
      return 30;
    case 'C':
    case 'D':
      return 8;
    case 'X':
    case 'Y':
      return 19;
    case 'H':
    case 'L':
    case 'N':
    case 'P':
    case 'Q':
    case 'U':
    case 'V':
    case 'W':
    case 'B':
    case 'A':
    case 'O':
      return CODES[operand.method] ?? fail(operand.text);
    default:
      return CODES[operand.text] ?? fail(operand.text);
  }
}

function fail(text: string): never {
  throw new Error(`no decoder code for operand "${text}"`);
}

const isRm = (operand: Operand): boolean => operand.kind === 'encoded' && 'EMR'.includes(operand.method);
const isImmediate = (operand: Operand): boolean =>
  operand.kind === 'fixed' ? operand.register === '1' : ['I', 'sI', 'J', 'A'].includes(operand.method);

/** Places the operands: the first in dst, the second in src, the third in third; but r/m never in third. */
function placed(operands: readonly Operand[]): Operand[] {
  const order = [...operands];
  const rm = order.findIndex(isRm);
  if (rm === 2) [order[1], order[2]] = [order[2] as Operand, order[1] as Operand];
  return order;
}

/** Whether a row has vector or MMX registers; its operands are then placed by role, see assembly/record.ts. */
const isVectorRow = (row: Instruction): boolean =>
  row.operands.some((operand) => operand.kind === 'encoded' && 'HLNPQUVW'.includes(operand.method));

/** Operand codes of a vector row by role: register written, first source, r/m, fourth register or immediate. */
function placedByRole({ operands, encoding }: Instruction): number[] {
  const find = (letters: string): Operand | undefined =>
    operands.find((operand) => operand.kind === 'encoded' && letters.includes(operand.method));
  const reg = find('GPV');
  const vvvv = find('BH');
  const rm = find('EMNQRUW');
  const rest = operands.find((operand) => isImmediate(operand) || operand.text === 'XMM0' || operand.text === 'Lx');
  const code = (operand: Operand | undefined): number => (operand === undefined ? GAP : codeOf(operand));
  const written = reg ?? vvvv ?? rm;
  const first = vvvv ?? (encoding.space === 'legacy' ? written : undefined);
  return [code(written), code(first), code(rm), code(rest)];
}

/** How a function of values is called for a row. */
function packedShape({ row, body }: { row: Instruction; body: Body }): PackedShape {
  const rm = row.operands.find((operand) => operand.kind === 'encoded' && 'EMNQRUW'.includes(operand.method));
  if (rm?.kind !== 'encoded') throw new Error(`${row.key}: body ${body.name} needs an r/m operand`);
  const isMmx = row.operands.some((operand) => operand.kind === 'encoded' && operand.method === 'P');
  const isWide = row.encoding.vexL === 1;
  const bytes = (operandBitsOf(rm.size, 32, row.encoding.vexL) ?? fail(rm.text)) / 8;
  // Shift counts: 128 bits in memory, whatever the length of the vector.
  const isShared = rm.size === 'dq' && row.operands[0]?.kind === 'encoded' && row.operands[0].size === 'x';
  const sourceBytes = isWide && !isShared ? bytes / 2 : bytes;
  return { registers: isMmx || 'NQ'.includes(rm.method) ? 'mmx' : 'vector', sourceBytes, isShared };
}

const shapeName = ({ registers, sourceBytes, isShared }: PackedShape): string =>
  registers === 'mmx' ? `mmx${sourceBytes}` : `${sourceBytes * 8}${isShared ? 'shared' : ''}`;

/** Width in bytes of the instruction, for one effective operand size. */
function widthOf(operands: readonly Operand[], operandSize: number): number {
  for (const operand of operands) {
    if (operand.kind === 'fixed') {
      if (operand.register === 'eAX') return Math.min(operandSize, 4);
      if (operand.register === 'rAX') return operandSize;
      if (operand.register === 'AL') return 1;
      continue;
    }
    // PUSH, RET, CALL: the operand size, not the bytes of the immediate.
    if (isImmediate(operand)) continue;
    switch (operand.size) {
      case 'b':
        return 1;
      case 'w':
        return operand.method === 'S' ? operandSize : 2;
      case 'd':
        return 4;
      case 'q':
        return 8;
      case 'z':
        return Math.min(operandSize, 4);
      case 'y':
        return Math.max(operandSize, 4);
      case 'v':
      case 'p':
      case 'a':
        return operandSize;
    }
  }
  return operandSize;
}

/** Bytes of the r/m operand in memory. */
function memoryBytesOf(operands: readonly Operand[]): number {
  const rm = operands.find(isRm);
  return rm?.kind === 'encoded' ? (operandBitsOf(rm.size, 32) ?? 0) / 8 : 0;
}

const TYPE_OF_WIDTH: Readonly<Record<number, string>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' };

/** All operations in dispatch order, and the rows that refer to them. */
export interface OperationTable {
  readonly operations: readonly Operation[];
  /** How many of them, from the start, are cases of the one switch. */
  readonly hotCount: number;
  readonly rows: readonly DecodedRow[];
  /** Bodies that rows name but nobody has written. */
  readonly missingBodies: readonly string[];
}

export function buildOperations(bodies: ReadonlyMap<string, Body>): OperationTable {
  const operations = new Map<string, Operation>();
  const missing = new Set<string>();
  const rows = instructions.map((row): DecodedRow => {
    const body = row.implemented ? bodies.get(row.body) : undefined;
    if (!body && row.implemented) missing.add(row.body);
    const places = placed(row.operands);
    const hasRm = row.operands.some(isRm);
    const hasOffset = row.operands.some((operand) => operand.kind === 'encoded' && operand.method === 'O');
    const ignoresMod =
      row.encoding.mod === 'any' &&
      row.operands.some((operand) => operand.kind === 'encoded' && operand.method === 'R');
    const isVector = isVectorRow(row);
    const packed = body?.packed && packedShape({ row, body });
    const forms = (hasRm || hasOffset) && !ignoresMod && !isVector ? 3 : 1;
    const sizes =
      row.usesOperandSize || row.operands.some((o) => o.kind === 'encoded' && 'vzypa'.includes(o.size) && o.size !== '')
        ? 3
        : 1;
    const names: (string | undefined)[] = [];
    for (let size = 0; size < sizes; size++) {
      const width = widthOf(places, sizes === 3 ? ([2, 4, 8][size] as number) : 4);
      for (let form = 0; form < forms; form++) {
        if (!body) {
          names.push(undefined);
          continue;
        }
        const kinds = places.map((operand): OperandKind => {
          if (isImmediate(operand)) return 'Imm';
          const isMemoryPlace = isRm(operand) || (operand.kind === 'encoded' && operand.method === 'O');
          if (!isMemoryPlace || ignoresMod) return 'Reg';
          return (['Reg', 'Mem', 'MemSeg'] as const)[form] as OperandKind;
        });
        const all = [TYPE_OF_WIDTH[width] as string, kinds[0] ?? 'Reg', kinds[1] ?? 'Reg'];
        const types = all.slice(0, body.typeParameters);
        const condition = body.takesCondition ? row.condition : undefined;
        if (body.takesCondition && condition === undefined)
          throw new Error(`${row.key}: body ${body.name} takes a condition, the row has none`);
        const continues = body.returnsRecord ? 'itself' : row.endsBlock ? 'block' : 'record';
        const isSystem = row.kind === 'system' || row.kind === 'flow';
        const name = [
          body.name,
          ...(condition === undefined ? [] : [`c${condition}`]),
          ...types,
          ...(packed ? [shapeName(packed)] : []),
          ...(continues === 'block' ? ['ends'] : []),
        ].join('_');
        const isInMemory = types.includes('Mem') || types.includes('MemSeg');
        operations.set(name, {
          name,
          body,
          types,
          condition,
          continues,
          isSystem: isSystem && row.body !== 'jcc',
          packed,
          memoryBytes: isInMemory && sizes === 1 ? memoryBytesOf(places) : 0,
        });
        names.push(name);
      }
    }
    return { row, operands: isVector ? placedByRole(row) : places.map(codeOf), forms, sizes, names, ignoresMod };
  });
  const sorted = [...operations.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hot = sorted.filter((operation) => isHot(operation.name));
  return {
    operations: [...hot, ...sorted.filter((operation) => !isHot(operation.name))],
    hotCount: hot.length,
    rows,
    missingBodies: [...missing].sort(),
  };
}
