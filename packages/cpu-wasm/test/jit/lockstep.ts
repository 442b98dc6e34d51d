/**
 * Compares two processors that should be in the same state: all that a guest can see, field by field of the state (gen/state.ts),
 * and memory.
 */

import { type StateFieldName, stateLayout } from '../../src/generated/state-layout.ts';
import type { CpuCore } from '../../src/index.ts';

/**
 * What may differ: the three words that the arithmetic flags are kept in (RFLAGS is compared instead), the bookkeeping of the run
 * loop, and addresses of decoded records.
 */
const INTERNAL: ReadonlySet<string> = new Set<StateFieldName>([
  'flagResult',
  'flagCarries',
  'flagAux',
  'budgetStart',
  'budget',
  'attention',
  'currentRecord',
  'ringIndex',
]);

const ENTRIES = Object.entries(stateLayout) as [StateFieldName, { offset: number; type: string }][];
const FIELDS = ENTRIES.filter(([name]) => !INTERNAL.has(name));
const START = Math.min(...ENTRIES.map(([, { offset }]) => offset));
const END = Math.max(...ENTRIES.map(([, { offset }]) => offset)) + 8;
const IGNORED = ENTRIES.filter(([name]) => INTERNAL.has(name)).map(([, { offset, type }]) => ({
  first: offset - START,
  end: offset - START + (/64/.test(type) ? 8 : 4),
}));

type Comparable = Pick<CpuCore, 'registers' | 'instructions'> & { readonly ram: Uint8Array };

/** All of the state that counts, as bytes: linear memory is behind `ram`. */
function stateBytes({ ram }: Comparable): Buffer {
  const bytes = Buffer.from(Buffer.from(ram.buffer, START, END - START));
  for (const { first, end } of IGNORED) bytes.fill(0, first, end);
  return bytes;
}

/** Names what differs between two processors; empty = nothing. */
export function stateDifferences(plain: Comparable, translated: Comparable): string[] {
  const differences: string[] = [];
  const compare = (name: string, a: bigint, b: bigint): void => {
    if (a !== b) differences.push(`${name}: interpreter ${a.toString(16)}, translated ${b.toString(16)}`);
  };
  compare('instructions', plain.instructions, translated.instructions);
  compare('rflags', plain.registers.get('rflags'), translated.registers.get('rflags'));
  if (stateBytes(plain).equals(stateBytes(translated))) return differences;
  for (const [name] of FIELDS) compare(name, plain.registers.field(name), translated.registers.field(name));
  return differences;
}

/** Names the first byte of memory that differs. */
export function memoryDifferences(plain: Comparable, translated: Comparable): string[] {
  const a = Buffer.from(plain.ram.buffer, plain.ram.byteOffset, plain.ram.length);
  const b = Buffer.from(translated.ram.buffer, translated.ram.byteOffset, translated.ram.length);
  if (a.equals(b)) return [];
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return [`memory at ${at.toString(16)}: interpreter ${a[at]?.toString(16)}, translated ${b[at]?.toString(16)}`];
}
