/**
 * From a mnemonic to the rows it can mean. Rows marked `alias` are never assembled: they are second encodings of the same
 * instruction. Synonyms are those of the manual and of NASM.
 */

import { CONDITION_SYNONYMS, CONDITIONS } from '../isa/condition.ts';
import { type Instruction, instructions } from '../isa/index.ts';

/** A row and the operand or address sizes that the mnemonic leaves open; undefined: all. */
export interface MnemonicMeaning {
  readonly row: Instruction;
  readonly sizes: readonly (16 | 32 | 64)[] | undefined;
}

const SYNONYMS: Readonly<Record<string, string>> = {
  sal: 'shl',
  xlat: 'xlatb',
  loopz: 'loope',
  loopnz: 'loopne',
  retn: 'ret',
  icebp: 'int1',
  int01: 'int1',
  int03: 'int3',
  fwait: 'wait',
  ud2a: 'ud2',
};

/** Bare names that mean "in the operand size of the mode", although the manual gives them to the 16-bit form. */
const SIZED_BY_MODE: ReadonlySet<string> = new Set(['iret', 'pushf', 'popf', 'pusha', 'popa', 'sysret', 'sysexit']);

/** NASM's names of returns with an explicit operand size: `retw`, `retfq`. */
const RETURN_SUFFIXES = [
  ['w', 16],
  ['d', 32],
  ['q', 64],
] as const;

function build(): ReadonlyMap<string, readonly MnemonicMeaning[]> {
  const meanings = new Map<string, MnemonicMeaning[]>();
  const add = (name: string, meaning: MnemonicMeaning) => meanings.set(name, [...(meanings.get(name) ?? []), meaning]);
  for (const row of instructions) {
    if (row.alias) continue;
    if (row.mnemonics.length === 1) {
      add(row.mnemonic, { row, sizes: undefined });
      if (row.mnemonic === 'ret' || row.mnemonic === 'retf')
        for (const [suffix, size] of RETURN_SUFFIXES) add(row.mnemonic + suffix, { row, sizes: [size] });
      if (row.condition !== undefined)
        for (const [suffix, condition] of Object.entries(CONDITION_SYNONYMS))
          if (condition === row.condition)
            add(row.mnemonic.slice(0, row.mnemonic.length - (CONDITIONS[condition] ?? '').length) + suffix, {
              row,
              sizes: undefined,
            });
      continue;
    }
    for (const name of new Set(row.mnemonics)) {
      const sizes = ([16, 32, 64] as const).filter((_, index) => row.mnemonics[index] === name);
      if (SIZED_BY_MODE.has(name)) {
        add(name, { row, sizes: undefined });
        add(`${name}w`, { row, sizes: [16] });
      } else {
        add(name, { row, sizes });
      }
    }
  }
  for (const [synonym, name] of Object.entries(SYNONYMS)) {
    const list = meanings.get(name);
    if (list) meanings.set(synonym, [...list]);
  }
  return meanings;
}

const MEANINGS = build();

/** Rows that a mnemonic (any case) can mean; undefined when it is none. */
export function meaningsOf(mnemonic: string): readonly MnemonicMeaning[] | undefined {
  return MEANINGS.get(mnemonic.toLowerCase());
}

/** The known mnemonic that differs least from a misspelt one, if any is near. */
export function nearestMnemonic(mnemonic: string): string | undefined {
  const wanted = mnemonic.toLowerCase().slice(0, 16);
  let best: string | undefined;
  let bestDistance = 2.5;
  for (const name of MEANINGS.keys()) {
    const distance = editDistance(wanted, name);
    if (distance < bestDistance && distance < wanted.length / 2 + 0.5) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace, swap));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
