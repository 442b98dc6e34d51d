/**
 * Random instructions of the table as bytes, for property tests: any row, mode, operand size and addressing form. Not
 * every draft is an instruction (CS as a destination, LOCK with a register): ask a decoder.
 */

import fc from 'fast-check';
import { type Instruction, instructions } from '../src/isa/index.ts';
import { type Mode, sizePrefixes } from '../src/isa/size.ts';
import { MAP_BYTES } from './row-samples.ts';

const rows = instructions.filter((row) => !row.alias);

/** Raw material of a random instruction: the row, and bytes that fill its free fields. */
export interface Draft {
  readonly row: Instruction;
  readonly mode: Mode;
  readonly operandBits: Mode;
  readonly modRm: number;
  readonly sib: number;
  readonly rex: number;
  readonly vvvv: number;
  readonly opcodeRegister: number;
  readonly addressPrefix: boolean;
  readonly segmentPrefix: number | undefined;
  readonly lock: boolean;
  readonly tail: readonly number[];
}

const byte = fc.nat(255);
/** Drafts of every row that an assembler may choose. */
export const draft: fc.Arbitrary<Draft> = fc.record({
  row: fc.constantFrom(...rows),
  mode: fc.constantFrom(16 as const, 32 as const, 64 as const),
  operandBits: fc.constantFrom(16 as const, 32 as const, 64 as const),
  modRm: byte,
  sib: byte,
  rex: fc.nat(7),
  vvvv: fc.nat(15),
  opcodeRegister: fc.nat(7),
  addressPrefix: fc.boolean(),
  segmentPrefix: fc.option(fc.constantFrom(0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65), { nil: undefined, freq: 4 }),
  lock: fc.boolean(),
  // Small, negative and arbitrary values alike: the choice between short and long forms depends on them.
  tail: fc.oneof(
    fc.array(byte, { minLength: 16, maxLength: 16 }),
    fc.nat(127).map((low) => [low, ...Array.from({ length: 15 }, () => 0)]),
    fc.nat(127).map((low) => [0x80 | low, ...Array.from({ length: 15 }, () => 0xff)]),
  ),
});

function usesAddressSize(row: Instruction): boolean {
  const isMemory = (text: string) => /^[EMOQWXY]/.test(text);
  return (
    row.namedBy === 'address' || row.mnemonic.startsWith('loop') || row.operands.some(({ text }) => isMemory(text))
  );
}

/** Bytes of the draft, undefined when the row has no such form. */
export function buildDraft(d: Draft): number[] | undefined {
  const { row, mode, operandBits } = d;
  const { encoding } = row;
  if (row.mode === 'i64' ? mode === 64 : row.mode === 'o64' && mode !== 64) return undefined;
  const sizes = sizePrefixes(row, operandBits, mode);
  if (!sizes) return undefined;
  const hasRegister = encoding.modRm.kind === 'reg' || encoding.modRm.kind === 'digit' || encoding.plusRegister;
  const rex = (sizes.rexW ? 8 : 0) | (mode === 64 && hasRegister && encoding.rexB === undefined ? d.rex : 0);
  const bytes: number[] = [];
  if (d.segmentPrefix !== undefined && row.kind !== 'flow') bytes.push(d.segmentPrefix);
  if (d.addressPrefix && usesAddressSize(row)) bytes.push(0x67);
  const { modRm } = encoding;
  if (encoding.space === 'vex') {
    const pp = { NP: 0, '66': 1, F3: 2, F2: 3 }[encoding.prefix as string] ?? 0;
    const map = { '1': 0, '0F': 1, '0F38': 2, '0F3A': 3 }[encoding.map];
    const vvvv = row.operands.some(({ text }) => /^[BH]/.test(text)) ? d.vvvv & (mode === 64 ? 15 : 7) : 0;
    const l = encoding.vexL === 1 ? 4 : 0;
    bytes.push(0xc4, ((~rex & 7) << 5) | map, (sizes.rexW ? 0x80 : 0) | ((~vvvv & 15) << 3) | l | pp);
  } else {
    if (d.lock && row.lock && d.modRm < 0xc0) bytes.push(0xf0);
    if (sizes.osz || encoding.prefix === '66') bytes.push(0x66);
    if (encoding.prefix === 'F2' || encoding.prefix === 'F3') bytes.push(Number.parseInt(encoding.prefix, 16));
    if (rex !== 0) bytes.push(0x40 | rex);
    bytes.push(...MAP_BYTES[encoding.map]);
  }
  bytes.push(encoding.opcode + (encoding.plusRegister ? d.opcodeRegister : 0));
  if (modRm.kind === 'fixed') bytes.push(modRm.byte);
  else if (modRm.kind !== 'none') {
    const mod =
      encoding.mod === 'register' ? 0xc0 : encoding.mod === 'memory' ? (d.modRm & 0xc0) % 0xc0 : d.modRm & 0xc0;
    const reg = modRm.kind === 'digit' ? modRm.digit << 3 : d.modRm & 0x38;
    bytes.push(mod | reg | (row.vsib === undefined ? d.modRm & 7 : 4), d.sib);
  }
  bytes.push(...d.tail);
  return bytes;
}
