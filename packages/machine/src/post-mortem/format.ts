/** A post mortem as text for people: the cause first, then the evidence. */

import type { CodeLocation } from '../api.ts';
import type { FaultReport, InstructionReport, PostMortem, WalkLine } from './types.ts';

/** What to print. */
export interface FormatOptions {
  /** Whether the screen is part of it. Default true. */
  readonly screen?: boolean;
}

/** Formats a report; lines of at most some 120 characters, joined by newlines, no colours. */
export function formatPostMortem(report: PostMortem, { screen = true }: FormatOptions = {}): string {
  const lines = [` ${report.title.toUpperCase()} at instruction ${grouped(report.instructions)} (${duration(report)})`];
  report.faults.forEach((fault, i) => {
    lines.push(...formatFault(fault, i === 0));
  });
  if (report.faults.length === 0) lines.push(`   rip ${formatLocation(report.location)}`);
  for (const hint of report.hints) lines.push(` hint: ${hint}`);
  lines.push('', ...formatRegisters(report.registers));
  if (!report.stack.isMapped) lines.push('', ' below the stack pointer:', ...report.stack.walk.map(formatWalkLine));
  if (report.backtrace.length > 0) {
    lines.push('', ' backtrace');
    for (const { location, guessed } of report.backtrace)
      lines.push(`   ${guessed ? '? ' : ''}${formatLocation(location)}`);
  }
  if (report.lastInstructions.length > 0) {
    lines.push('', ` last ${report.lastInstructions.length} instructions`);
    lines.push(...report.lastInstructions.map((instruction) => `   ${formatInstruction(instruction)}`));
  }
  const shown = screen ? withoutEmptyEnd(report.screen) : [];
  if (shown.length > 0) lines.push('', ' screen', ...shown.map((line) => `   │${line}`));
  return lines.join('\n');
}

/** `0x241626 heap::init+0x36 (src/heap.rs:41)` */
export function formatLocation({ address, symbol, offset, file, line }: CodeLocation): string {
  const name = symbol === undefined ? '' : ` ${symbol}${offset ? `+0x${offset.toString(16)}` : ''}`;
  return `0x${address.toString(16)}${name}${file === undefined ? '' : ` (${file}:${line})`}`;
}

function formatFault(fault: FaultReport, isFirst: boolean): string[] {
  const code = fault.errorCode === undefined ? '' : `  error code 0x${fault.errorCode.toString(16)}`;
  const words = fault.errorText === '' ? '' : ` (${fault.errorText})`;
  const cr2 = fault.cr2 === undefined ? '' : `  cr2 0x${fault.cr2.toString(16).padStart(16, '0')}`;
  const lines = [`   ${isFirst ? '' : '-> '}${fault.mnemonic} ${fault.name}${code}${words}${cr2}`];
  if (isFirst) {
    lines.push(`     rip  ${formatLocation(fault.location)}`);
    if (fault.instruction?.text !== undefined) lines.push(`          ${fault.instruction.text}`);
  }
  if (isFirst || fault.cr2 !== undefined) lines.push(...fault.walk.map(formatWalkLine));
  if (fault.deliveryFailure !== undefined) lines.push(`     could not be delivered: ${fault.deliveryFailure}`);
  return lines;
}

function formatWalkLine({ name, index, entryPhysicalAddress, entry, text }: WalkLine): string {
  const where = `${name}[${index}]`.padEnd(11);
  return `     walk ${where} at 0x${entryPhysicalAddress.toString(16)} = 0x${entry.toString(16)}  ${text}`;
}

function formatInstruction({ location, bytes, text }: InstructionReport): string {
  const code = text ?? Array.from(bytes.slice(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${formatLocation(location).padEnd(48)}  ${code}`;
}

/** Four 64-bit registers to a line, then the selectors, then the descriptor tables. */
function formatRegisters(registers: Readonly<Record<string, bigint>>): string[] {
  const wide: string[] = [];
  const selectors: string[] = [];
  const tables: string[] = [];
  for (const [name, value] of Object.entries(registers)) {
    const digits = value.toString(16);
    if (name.includes('.')) tables.push(`${name} 0x${digits}`);
    else if (/^(r|cr|efer)/.test(name)) wide.push(`${name.padEnd(6)} ${digits.padStart(16, '0')}`);
    else selectors.push(`${name} ${digits.padStart(4, '0')}`);
  }
  const lines: string[] = [];
  for (let i = 0; i < wide.length; i += 4) lines.push(` ${wide.slice(i, i + 4).join('  ')}`);
  return [...lines, ` ${selectors.join('  ')}`, ` ${tables.join('  ')}`];
}

function withoutEmptyEnd(lines: readonly string[]): readonly string[] {
  let count = lines.length;
  while (count > 0 && lines[count - 1] === '') count--;
  return lines.slice(0, count);
}

/** 1,204,331 */
function grouped(value: bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

function duration({ timeNanos }: PostMortem): string {
  return `${(Number(timeNanos) / 1e6).toFixed(3)} ms of guest time`;
}
