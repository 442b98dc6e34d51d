/** Where each structured block of a function begins and ends, as instruction indices. */
import type { Instruction } from '../wasm/module.ts';
import { Op } from '../wasm/opcodes.ts';

export interface ControlMap {
  /** Index of the `end` (or, for an `if` that has one, of the `else`) -> index of `block`, `loop` or `if`; -1 = function. */
  readonly opener: ReadonlyMap<number, number>;
}

/** Matches every `else` and `end` with its opener. The module is valid, so they match. */
export function mapControl(body: readonly Instruction[]): ControlMap {
  const opener = new Map<number, number>();
  const open: number[] = [-1];
  for (const [position, { opcode }] of body.entries()) {
    if (opcode.code === Op.block || opcode.code === Op.loop || opcode.code === Op.if) open.push(position);
    else if (opcode.code === Op.else) opener.set(position, open.at(-1)!);
    else if (opcode.code === Op.end) opener.set(position, open.pop()!);
  }
  return { opener };
}
