/** Registers, stack and code as text for people. */

import { formatLocation } from '../post-mortem/format.ts';
import type { CodeLine } from './code.ts';
import type { FlagRegister, RegisterInspection } from './registers.ts';
import type { StackInspection } from './stack.ts';
import { address64, hex, indent, table } from './text.ts';

/** All registers, the flags of control registers by name. */
export function formatRegisters(registers: RegisterInspection): string {
  const { general, rflags, segments } = registers;
  const cells = Object.entries({ ...general, rip: registers.rip, cr2: registers.cr2, cr3: registers.cr3 }).map(
    ([name, value]) => `${name.padEnd(3)} ${value.toString(16).padStart(16, '0')}`,
  );
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += 4) rows.push(cells.slice(i, i + 4).join('  '));
  const flags = ([name, { value, set }]: [string, FlagRegister]) => [name, hex(value), set.join(' ')];
  const named: [string, FlagRegister][] = [
    ['rflags', rflags],
    ['cr0', registers.cr0],
    ['cr4', registers.cr4],
    ['efer', registers.efer],
  ];
  return [
    `${registers.mode} mode, ring ${registers.privilegeLevel}, IOPL ${rflags.ioPrivilegeLevel}`,
    ...indent(rows),
    ...indent(table(named.map(flags))),
    ...indent([
      Object.entries(segments)
        .map(([name, { selector }]) => `${name} ${selector.toString(16).padStart(4, '0')}`)
        .join('  '),
    ]),
    ...indent(
      table([
        ['gdtr', hex(registers.gdtr.base), `limit ${hex(registers.gdtr.limit)}`],
        ['idtr', hex(registers.idtr.base), `limit ${hex(registers.idtr.limit)}`],
      ]),
    ),
  ].join('\n');
}

/** The words from RSP upward, then the calls. */
export function formatStack({ pointer, wordBytes, words, endsUnmapped, backtrace }: StackInspection): string {
  const rows = words.map(({ address, value, code, isFramePointer }) => [
    address64(address),
    value.toString(16).padStart(2 * wordBytes, '0'),
    [...(isFramePointer ? ['<- rbp'] : []), ...(code ? [formatLocation(code)] : [])].join('  '),
  ]);
  const calls = backtrace.map(({ location, guessed }) => `${guessed ? '? ' : ''}${formatLocation(location)}`);
  return [
    `stack at ${hex(pointer)}`,
    ...indent(table(rows)),
    ...(endsUnmapped ? ['  nothing is mapped above'] : []),
    ...(calls.length > 0 ? ['called from', ...indent(calls)] : []),
  ].join('\n');
}

/** Instructions, the current one marked. */
export function formatCode(lines: readonly CodeLine[]): string {
  if (lines.length === 0) return 'code: nothing is mapped there';
  const rows = lines.map(({ location, bytes, text, target, isCurrent }) => [
    isCurrent ? '>' : ' ',
    formatLocation(location),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' '),
    `${text ?? '(no instruction)'}${target ? `  ; ${target.symbol}${target.offset ? `+${hex(target.offset)}` : ''}` : ''}`,
  ]);
  return ['code', ...indent(table(rows))].join('\n');
}
