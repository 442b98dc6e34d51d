/** The object that `longmode boot --json` prints: how the run ended, and what the guest left behind. */
import type { Machine } from '@longmode/machine';
import { formatBytes, type Outcome } from './outcome.ts';

const plainRegisters = [
  ...['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'],
  ...['rip', 'rflags', 'cr0', 'cr2', 'cr3', 'cr4', 'efer'],
] as ('rax' | 'rip' | 'cr0')[];
const segmentRegisters = ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'tr', 'ldtr'] as const;
const tableRegisters = ['gdtr', 'idtr'] as const;

/** Counters are JSON numbers, all other 64-bit values hexadecimal strings, which no JSON reader rounds. */
const counters: ReadonlySet<string> = new Set(['instructions', 'timeNanos']);

function replaceValue(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return counters.has(key) ? Number(value) : `0x${value.toString(16)}`;
  // An error's message is not enumerable.
  if (value instanceof Error) return { ...value, message: value.message };
  return value instanceof Uint8Array ? formatBytes(value) : value;
}

/** Any of our data as JSON text: 64-bit values as hexadecimal strings, bytes as in `0f 0b`. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, replaceValue, 2)}\n`;
}

function registersOf({ registers }: Machine['cpu']): Record<string, unknown> {
  const entries: [string, unknown][] = plainRegisters.map((name) => [
    name,
    `0x${registers[name].toString(16).padStart(16, '0')}`,
  ]);
  for (const name of segmentRegisters) {
    const { selector, base, limit, rights } = registers[name];
    entries.push([name, { selector, base, limit, rights }]);
  }
  for (const name of tableRegisters) {
    const { base, limit } = registers[name];
    entries.push([name, { base, limit }]);
  }
  return Object.fromEntries(entries);
}

/** The report of a run. @param shown what `--show` asks for, by name */
export function jsonReport(outcome: Outcome, machine: Machine, shown?: Readonly<Record<string, unknown>>): string {
  const report = {
    end: outcome.end,
    exitCode: outcome.exitCode,
    instructions: machine.instructions,
    timeNanos: machine.timeNanos,
    screen: machine.screen.lines().map((line) => line.trimEnd()),
    serial: machine.serial.output(),
    debugConsole: machine.debugConsole,
    warnings: machine.warnings,
    randomSeed: machine.randomSeed,
    registers: registersOf(machine.cpu),
    ...(shown && { shown }),
  };
  return toJson(report);
}

/** The same object for a kernel that did not come to run. */
export function jsonFailure(message: string, remedy: string | undefined, exitCode: number): string {
  const end = { kind: 'error', message, ...(remedy === undefined ? {} : { remedy }) };
  const nothing = {
    instructions: 0,
    timeNanos: 0,
    screen: [],
    serial: '',
    debugConsole: '',
    warnings: [],
    randomSeed: 0,
  };
  return toJson({ end, exitCode, ...nothing, registers: {} });
}
