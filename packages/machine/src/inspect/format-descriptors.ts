/** GDT, IDT and TSS as text for people. */

import { formatLocation } from '../post-mortem/format.ts';
import type { GlobalDescriptorTable } from './global-descriptors.ts';
import type { InterruptDescriptorTable, InterruptGate } from './interrupt-gates.ts';
import type { TaskStack, TaskState } from './task-state.ts';
import { hex, indent, table } from './text.ts';

/** One line for each descriptor, with the segment registers that hold it. */
export function formatGdt({ base, limit, descriptors, unreadableFrom }: GlobalDescriptorTable): string {
  const rows = descriptors.map((descriptor) => {
    const { selector, kind, text, usedBy, privilegeLevel, present } = descriptor;
    // In 64-bit mode base and limit of CS count for nothing.
    const bounds =
      kind === 'null' || text.startsWith('64-bit code')
        ? ''
        : `base ${hex(descriptor.base)}, limit ${hex(descriptor.limit)}`;
    const rights = kind === 'null' ? '' : `ring ${privilegeLevel}${present ? '' : ', not present'}`;
    return [hex(selector), text, rights, bounds, usedBy.length > 0 ? `<- ${usedBy.join(' ')}` : ''];
  });
  return [`GDT at ${hex(base)}, limit ${hex(limit)}`, ...indent(table(rows)), ...unreadable(unreadableFrom)].join('\n');
}

/** One line for each gate, with its handler and what is wrong with it; stubs in a row for interrupts share a line. */
export function formatIdt({ base, limit, vectorCount, gates, unreadableFrom }: InterruptDescriptorTable): string {
  const rows = rowsOfStubs(gates).map(({ first, last }) => [
    first === last ? `${first.vector}` : `${first.vector}..${last.vector}`,
    first.mnemonic ?? '',
    `${first.type}${first.present ? '' : ', not present'}`,
    `${hex(first.selector)}:${formatLocation(first.handler)}${first === last ? '' : ` .. ${hex(last.handler.address)}`}`,
    [
      ...(first.interruptStack ? [`IST${first.interruptStack}`] : []),
      ...(first.privilegeLevel ? [`ring ${first.privilegeLevel} may use it`] : []),
      ...first.problems.map((problem) => `! ${problem}`),
    ].join(', '),
  ]);
  const head =
    vectorCount === 0
      ? `IDT at ${hex(base)}, limit ${hex(limit)}: no room for a gate, so any exception is a triple fault`
      : `IDT at ${hex(base)}, limit ${hex(limit)}: ${gates.length} of ${vectorCount} vectors have a gate`;
  return [head, ...indent(table(rows)), ...unreadable(unreadableFrom)].join('\n');
}

const FIRST_INTERRUPT_VECTOR = 32;

/** Joins gates of neighbouring interrupt vectors that differ in nothing but the place inside one symbol. */
function rowsOfStubs(gates: readonly InterruptGate[]): { first: InterruptGate; last: InterruptGate }[] {
  const rows: { first: InterruptGate; last: InterruptGate }[] = [];
  for (const gate of gates) {
    const row = rows.at(-1);
    if (row && gate.vector > FIRST_INTERRUPT_VECTOR && isNextStub(row.last, gate)) row.last = gate;
    else rows.push({ first: gate, last: gate });
  }
  return rows;
}

function isNextStub(before: InterruptGate, gate: InterruptGate): boolean {
  return (
    gate.vector === before.vector + 1 &&
    gate.type === before.type &&
    gate.present === before.present &&
    gate.selector === before.selector &&
    gate.privilegeLevel === before.privilegeLevel &&
    gate.interruptStack === before.interruptStack &&
    gate.handler.symbol !== undefined &&
    gate.handler.symbol === before.handler.symbol &&
    gate.problems.join() === before.problems.join()
  );
}

function unreadable(from: number | undefined): string[] {
  return from === undefined ? [] : [`  ! nothing is mapped from ${hex(from)} on`];
}

/** The stacks of the TSS. Those that are zero are left out, as the kernel did not set them. */
export function formatTss(tss: TaskState | undefined): string {
  if (!tss) return 'TSS: none is loaded (TR is null), or it is not mapped';
  const stacks = [...tss.privilegeStacks, ...tss.interruptStacks].filter(({ pointer }) => pointer !== 0n);
  const row = ({ name, pointer, isMapped }: TaskStack) => [name, hex(pointer), isMapped ? '' : '! not mapped below'];
  const { selector, bits, base, limit } = tss;
  return [
    `${bits}-bit TSS, selector ${hex(selector)}, at ${hex(base)}, limit ${hex(limit)}`,
    ...indent(stacks.length > 0 ? table(stacks.map(row)) : ['no stack is set']),
  ].join('\n');
}
