/** The whole instruction table in one list, in the order of the opcode maps, with ids. */

import type { InstructionRow as Row } from './row.ts';
import { alu } from './table/alu.ts';
import { bit } from './table/bit.ts';
import { bmi } from './table/bmi.ts';
import { control } from './table/control.ts';
import { io } from './table/io.ts';
import { misc } from './table/misc.ts';
import { mmx } from './table/mmx.ts';
import { mov } from './table/mov.ts';
import { muldiv } from './table/muldiv.ts';
import { segment } from './table/segment.ts';
import { shift } from './table/shift.ts';
import { stack } from './table/stack.ts';
import { string } from './table/string.ts';
import { system } from './table/system.ts';
import { vectorCrypto } from './table/vector-crypto.ts';
import { vectorFloat } from './table/vector-float.ts';
import { vectorInteger } from './table/vector-integer.ts';
import { vectorMove } from './table/vector-move.ts';
import { vectorState } from './table/vector-state.ts';
import { x87 } from './table/x87.ts';

/** A row with its place in {@link instructions}. */
export interface Instruction extends Row {
  /** Index into {@link instructions}; dense from 0. Stable as long as no row is added or removed: use `key` to persist. */
  readonly id: number;
}

const families: readonly (readonly Row[])[] = [
  alu,
  bit,
  bmi,
  control,
  io,
  misc,
  mmx,
  mov,
  muldiv,
  segment,
  shift,
  stack,
  string,
  system,
  vectorCrypto,
  vectorFloat,
  vectorInteger,
  vectorMove,
  vectorState,
  x87,
];

const MAP_ORDER = ['1', '0F', '0F38', '0F3A'];

/** Sorts by space, map, opcode, ModRM digit, then by prefix and the rest of the encoding's text. */
function sortKey({ encoding }: Row): string {
  const { modRm } = encoding;
  const extension = modRm.kind === 'digit' ? modRm.digit : modRm.kind === 'fixed' ? 0x100 + modRm.byte : 0;
  const number = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return [
    encoding.space,
    MAP_ORDER.indexOf(encoding.map),
    number(encoding.opcode, 2),
    number(extension, 3),
    encoding.prefix,
    encoding.text,
  ].join(' ');
}

function collect(): readonly Instruction[] {
  const keyed = families.flat().map((row) => ({ row, order: `${sortKey(row)} ${row.key}` }));
  keyed.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  const keys = new Set<string>();
  return keyed.map(({ row }, id) => {
    if (keys.has(row.key)) throw new Error(`two instruction rows are called ${row.key}`);
    keys.add(row.key);
    return { ...row, id };
  });
}

/** Every instruction of the core, sorted by opcode. */
export const instructions: readonly Instruction[] = collect();
