/**
 * Who gets standard output. One rule: on a terminal the guest's screen is shown live and stays at the end; into a pipe
 * or file goes what the guest sends to its serial port, as it is sent, or, if it sends nothing, its final screen as
 * text. `--screen`, `--serial` and `--json` change that, and those that would mix two streams are refused.
 */
import { UserError } from './errors.ts';
import { ExitCode } from './exit-codes.ts';
import type { SerialTarget } from './options/serial.ts';

/** The value of `--screen`. */
export type ScreenOption = 'live' | 'final' | 'none';

/** What is asked for and where it would go. */
export interface OutputRequest {
  readonly json: boolean;
  /** undefined: not on the command line. */
  readonly screen: ScreenOption | undefined;
  readonly serial: SerialTarget;
  /** A trace is written to standard error. */
  readonly traceOnStderr: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** False for TERM=dumb: no cursor movement, no colours. */
  readonly terminalMovesCursor: boolean;
}

/** Where everything goes. */
export interface OutputPlan {
  /** `if-silent`: the final screen, but only of a guest that sent nothing to its serial port. */
  readonly screen: ScreenOption | 'if-silent';
  /** `beside-screen`: below the live screen, and after it at the end. */
  readonly serial: { readonly kind: 'stdout' | 'beside-screen' | 'none' } | { readonly kind: 'file'; path: string };
  /** Standard input goes to the serial port. */
  readonly stdinToSerial: boolean;
}

function refuse(message: string, remedy: string): never {
  throw new UserError(ExitCode.usage, message, remedy);
}

/** Applies the rule above. @throws UserError for a combination that cannot be had */
export function planOutput(request: OutputRequest): OutputPlan {
  const { json, screen, serial } = request;
  const serialFile = serial.kind === 'file' ? serial : undefined;
  if (json) {
    if (screen === 'live' || screen === 'final') {
      refuse(`--json and --screen ${screen} both want standard output`, 'the JSON object contains the screen');
    }
    if (serial.kind === 'stdio') {
      refuse('--json and --serial stdio both want standard output', 'the JSON object contains the serial output');
    }
    return { screen: 'none', serial: serialFile ?? { kind: 'none' }, stdinToSerial: false };
  }
  const traceInTheWay = request.traceOnStderr && request.stderrIsTerminal;
  if (screen === 'live') {
    if (!request.stdoutIsTerminal) refuse('--screen live needs a terminal as standard output', 'use --screen final');
    if (!request.terminalMovesCursor) refuse('--screen live needs more than a dumb terminal', 'use --screen final');
    if (serial.kind === 'stdio') refuse('--screen live and --serial stdio both want the terminal', 'leave one out');
    if (traceInTheWay) refuse('--screen live and --trace both want the terminal', 'send the trace to --trace-out FILE');
  }
  const canBeLive =
    request.stdoutIsTerminal && request.terminalMovesCursor && serial.kind !== 'stdio' && !traceInTheWay;
  const shown = screen ?? (canBeLive ? 'live' : request.stdoutIsTerminal ? 'final' : 'if-silent');
  const serialKind = serial.kind === 'none' ? 'none' : shown === 'live' ? 'beside-screen' : 'stdout';
  return {
    screen: shown === 'if-silent' && serialKind === 'none' ? 'final' : shown,
    serial: serialFile ?? { kind: serialKind },
    stdinToSerial: serial.kind === 'stdio',
  };
}
