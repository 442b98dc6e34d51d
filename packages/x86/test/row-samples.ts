/** Deterministic instructions for tests: every row in every form that it has. */

import type { Instruction } from '../src/isa/index.ts';
import { type Mode, sizePrefixes } from '../src/isa/size.ts';

/** One instruction made from a row, with fixed registers and values. */
export interface Sample {
  readonly row: Instruction;
  readonly mode: Mode;
  readonly operandBits: Mode;
  readonly bytes: readonly number[];
  readonly isMemory: boolean;
  readonly extended: boolean;
}

/** Escape bytes of each opcode map. */
export const MAP_BYTES = { '1': [], '0F': [0x0f], '0F38': [0x0f, 0x38], '0F3A': [0x0f, 0x3a] } as const;
/** Register numbers in the samples: distinct, because iced knows that `xor eax,eax` clears flags. */
export const SAMPLE = { reg: 3, rm: 5, vvvv: 6, opcodeRegister: 2, index: 1 } as const;
const DISPLACEMENT = 0x11;
/** Immediate bytes of the samples: each negative when sign-extended, so that zero extension shows. */
export const IMMEDIATE = [0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c];

function modesOf(row: Instruction): readonly Mode[] {
  const modes = row.mode === 'i64' ? [16, 32] : row.mode === 'o64' ? [64] : [16, 32, 64];
  return modes as Mode[];
}

/** A row in every mode, operand size and ModRM form, in 64-bit mode with and without the upper eight registers. */
export function* samples(row: Instruction): Generator<Sample> {
  const { encoding } = row;
  const hasModRm = encoding.modRm.kind === 'reg' || encoding.modRm.kind === 'digit';
  const ignoresMod = encoding.mod === 'any' && row.operands.some(({ text }) => text.startsWith('R'));
  for (const mode of modesOf(row))
    for (const operandBits of [16, 32, 64] as const) {
      // 16-bit addresses have no SIB byte.
      if (row.vsib !== undefined && mode === 16) continue;
      const sizes = sizePrefixes(row, operandBits, mode);
      if (!sizes) continue;
      for (const extended of mode === 64 ? [false, true] : [false])
        for (const isMemory of hasModRm ? [false, true] : [false]) {
          if (isMemory && (encoding.mod === 'register' || ignoresMod)) continue;
          if (!isMemory && hasModRm && encoding.mod === 'memory') continue;
          if (extended && encoding.rexB === 0) continue;
          yield {
            row,
            mode,
            operandBits,
            isMemory,
            extended,
            bytes: build(row, mode, operandBits, sizes, isMemory, extended),
          };
        }
    }
}

function build(
  { encoding, operands, vsib }: Instruction,
  mode: Mode,
  operandBits: Mode,
  sizes: { osz: boolean; rexW: boolean },
  isMemory: boolean,
  extended: boolean,
): number[] {
  const bytes: number[] = [];
  const extendsReg = extended && operands.some(({ text }) => /^[GV]/.test(text));
  const rex = (sizes.rexW ? 8 : 0) | (extendsReg ? 4 : 0) | (extended ? 1 : 0);
  if (encoding.space === 'vex') {
    const pp = { NP: 0, '66': 1, F3: 2, F2: 3 }[encoding.prefix as string] ?? 0;
    const map = { '1': 0, '0F': 1, '0F38': 2, '0F3A': 3 }[encoding.map];
    const vvvv = operands.some(({ text }) => /^[BH]/.test(text)) ? SAMPLE.vvvv : 0;
    const l = encoding.vexL === 1 ? 4 : 0;
    bytes.push(0xc4, ((~rex & 7) << 5) | map, (sizes.rexW ? 0x80 : 0) | ((~vvvv & 15) << 3) | l | pp);
  } else {
    if (sizes.osz || encoding.prefix === '66') bytes.push(0x66);
    if (encoding.prefix === 'F2' || encoding.prefix === 'F3') bytes.push(Number.parseInt(encoding.prefix, 16));
    if (rex !== 0) bytes.push(0x40 | rex);
    bytes.push(...MAP_BYTES[encoding.map]);
  }
  bytes.push(encoding.opcode + (encoding.plusRegister ? SAMPLE.opcodeRegister : 0));
  const { modRm } = encoding;
  if (modRm.kind === 'fixed') bytes.push(modRm.byte);
  else if (modRm.kind !== 'none') {
    const reg = modRm.kind === 'digit' ? modRm.digit : SAMPLE.reg;
    bytes.push((isMemory ? 0x40 : 0xc0) | (reg << 3) | (vsib === undefined ? SAMPLE.rm : 4));
    if (vsib !== undefined) bytes.push((SAMPLE.index << 3) | SAMPLE.rm);
    if (isMemory) bytes.push(DISPLACEMENT);
  }
  for (const code of encoding.immediates) bytes.push(...IMMEDIATE.slice(0, immediateBytes(code, operandBits, mode)));
  return bytes;
}

function immediateBytes(code: string, operandBits: Mode, mode: Mode): number {
  const z = operandBits === 16 ? 2 : 4;
  const sizes: Readonly<Record<string, number>> = {
    ib: 1,
    iw: 2,
    id: 4,
    iz: z,
    iv: operandBits / 8,
    cb: 1,
    cw: 2,
    cz: z,
    cp: z + 2,
    moffs: mode / 8,
  };
  return sizes[code] ?? 0;
}
