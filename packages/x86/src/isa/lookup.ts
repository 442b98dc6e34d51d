/**
 * The meaning of the precedence rules of `row.ts` as code: which row a decoded opcode selects. It is the reference for
 * generated decoders, written for clarity, not for speed.
 */

import { type Instruction, instructions } from './index.ts';
import type { OpcodeMap, PrefixRule } from './row.ts';

/** What a decoder knows of an instruction when it must choose the row. */
export interface OpcodeBytes {
  readonly mode: 16 | 32 | 64;
  readonly space: 'legacy' | 'vex';
  readonly map: OpcodeMap;
  readonly opcode: number;
  /** Whether 66 is among the prefixes; in VEX space, whether `pp` says 66. */
  readonly has66: boolean;
  /** The last of F2 and F3 among the prefixes; in VEX space what `pp` says. */
  readonly repeat: 'F2' | 'F3' | undefined;
  readonly rexW: boolean;
  readonly rexB: boolean;
  /** VEX.L. */
  readonly vexL: boolean;
  /** The byte after the opcode. Ignored by rows without ModRM. */
  readonly modRm: number;
}

/** The row that these bytes select; undefined: #UD. */
export function findInstruction(code: OpcodeBytes): Instruction | undefined {
  return (ROWS_BY_OPCODE.get(opcodeKey(code.space, code.map, code.opcode)) ?? []).find((row) => matches(row, code));
}

function matches({ encoding, mode }: Instruction, code: OpcodeBytes): boolean {
  if (mode !== 'any' && (mode === 'o64') !== (code.mode === 64)) return false;
  if ((encoding.vexL !== undefined && (encoding.vexL === 1) !== code.vexL) || !prefixMatches(encoding.prefix, code))
    return false;
  if (encoding.rexW !== undefined && (encoding.rexW === 1) !== code.rexW) return false;
  if (encoding.rexB !== undefined && (encoding.rexB === 1) !== code.rexB) return false;
  const { modRm } = encoding;
  if (modRm.kind === 'fixed') return modRm.byte === code.modRm;
  if (modRm.kind === 'digit' && modRm.digit !== ((code.modRm >> 3) & 7)) return false;
  return encoding.mod === 'any' || (encoding.mod === 'register') === code.modRm >= 0xc0;
}

function prefixMatches(rule: PrefixRule, { has66, repeat }: OpcodeBytes): boolean {
  switch (rule) {
    case 'any':
      return true;
    case 'NP':
      return !has66 && repeat === undefined;
    case 'NFx':
      return repeat === undefined;
    case '66':
      return has66 && repeat === undefined;
    default:
      return repeat === rule;
  }
}

const opcodeKey = (space: string, map: OpcodeMap, opcode: number) => `${space} ${map} ${opcode}`;

/** Less is more specific. */
function rank({ encoding }: Instruction): number {
  const modRm = { fixed: 0, digit: 1, reg: 2, none: 0 }[encoding.modRm.kind];
  const prefix = encoding.prefix === 'any' ? 2 : encoding.prefix === 'NP' || encoding.prefix === 'NFx' ? 1 : 0;
  const w = encoding.rexW === undefined ? 2 : 0;
  return modRm * 100 + prefix * 10 + w + (encoding.plusRegister ? 1 : 0);
}

function index(): ReadonlyMap<string, readonly Instruction[]> {
  const rows = new Map<string, Instruction[]>();
  for (const row of instructions) {
    const { space, map, opcode, plusRegister } = row.encoding;
    for (let low = 0; low < (plusRegister ? 8 : 1); low++) {
      const key = opcodeKey(space, map, opcode + low);
      rows.set(
        key,
        [...(rows.get(key) ?? []), row].sort((a, b) => rank(a) - rank(b)),
      );
    }
  }
  return rows;
}

const ROWS_BY_OPCODE = index();
