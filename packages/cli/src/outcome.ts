/**
 * What the end of a run means to the caller of the command: an exit code, one line for people, one object for
 * programs. The table of exit codes is in exit-codes.ts.
 */
import { type End, formatLocation, type Machine, type PostMortem } from '@longmode/machine';
import { disassemble } from './disassembler.ts';
import { ExitCode, exitCodeOfDebugExit, signalExitCodes } from './exit-codes.ts';

/** Why we, not the guest, ended the run: the reason of the abort signal. */
export type StopReason =
  | { readonly kind: 'signal'; readonly signal: keyof typeof signalExitCodes }
  | { readonly kind: 'quit' }
  /** Ctrl-A r: there will be another run. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'timeout'; readonly milliseconds: number };

/** The end of a run, ready to be reported. */
export interface Outcome {
  readonly exitCode: number;
  /** For `--json`: `kind` and its details. */
  readonly end: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** One line for people; absent if there is nothing to say. */
  readonly message?: string;
  readonly remedy?: string;
  /** The state of a guest that crashed, to be printed in full. */
  readonly report?: PostMortem;
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** Bytes as the manuals print them: `0f 0b`. */
export function formatBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function haltedAt({ cpu, symbols }: Machine): string {
  return formatLocation(symbols.locate(cpu.registers.rip));
}

const HALTED_BY = {
  hlt: 'hlt',
  'jump-to-self': 'a jump to itself',
  'numeric-error': 'an x87 exception that waits for IRQ 13, because CR0.NE is 0',
} as const;

function haltMessage(end: Extract<End, { kind: 'halted' }>, machine: Machine): string {
  const place = formatLocation(machine.symbols.locate(end.rip));
  const instruction = HALTED_BY[end.by];
  const interrupts = end.interrupts ? 'interrupts are enabled, but nothing can raise one' : 'interrupts are disabled';
  return `the guest halted for good at ${place}: ${instruction}, and ${interrupts}`;
}

function unimplementedOutcome(end: Extract<End, { kind: 'unimplemented' }>, machine: Machine): Outcome {
  const instruction = disassemble(end.bytes, end.rip, machine.cpu.bits);
  const bytes = formatBytes(instruction ? end.bytes.subarray(0, instruction.lengthBytes) : end.bytes);
  const place = formatLocation(machine.symbols.locate(end.rip));
  return {
    exitCode: ExitCode.software,
    end: { ...end, text: instruction?.text },
    message: `not implemented yet: ${bytes}  ${instruction?.text ?? '(no known instruction)'}  at ${place}`,
    report: end.report,
    remedy: 'this is a gap in longmode, not a fault of the guest; please report this line',
  };
}

function stopOutcome(reason: StopReason): Outcome {
  switch (reason.kind) {
    case 'signal':
      return { exitCode: signalExitCodes[reason.signal], end: reason };
    case 'quit':
    case 'restart':
      return { exitCode: ExitCode.success, end: reason };
    case 'timeout':
      return {
        exitCode: ExitCode.limit,
        end: { kind: 'limit', milliseconds: reason.milliseconds },
        message: `the guest was still running after ${reason.milliseconds} ms (--timeout)`,
      };
  }
}

/** The meaning of `end`. `machine` is the one that ended so. */
export function outcomeOf(end: End, machine: Machine): Outcome {
  switch (end.kind) {
    case 'exit': {
      const exitCode = exitCodeOfDebugExit(end.code);
      const value = `the guest wrote ${hex(end.code)} to the debug-exit port ${hex(end.port)}`;
      return { exitCode, end, ...(exitCode > 1 ? { message: `${value}: exit code ${exitCode}` } : {}) };
    }
    case 'until':
      return { exitCode: ExitCode.success, end };
    case 'halted':
      return { exitCode: ExitCode.halted, end, message: haltMessage(end, machine) };
    case 'triple-fault':
      return { exitCode: ExitCode.tripleFault, end, report: end.report };
    case 'idle':
      return {
        exitCode: ExitCode.idle,
        end,
        message: `the guest sleeps until there is input, and none will come (${haltedAt(machine)})`,
        remedy: 'boot it on a terminal, or type by --type "help\\n" or --keys FILE',
      };
    case 'reset':
      return {
        exitCode: ExitCode.reset,
        end,
        message: `the guest asked for a reset through port ${hex(end.port)}; longmode does not start it again`,
      };
    case 'unimplemented':
      return unimplementedOutcome(end, machine);
    case 'limit':
      return {
        exitCode: ExitCode.limit,
        end,
        message: `the guest was still running after ${end.instructions} instructions (--max-instructions)`,
      };
    case 'aborted':
      return stopOutcome(end.reason as StopReason);
    case 'paused':
    case 'breakpoint':
      throw new Error(`the run ended with ${end.kind}, but nothing in the command line tool asks for that`);
  }
}
