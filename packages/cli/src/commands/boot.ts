/**
 * `longmode boot`: boots a kernel, shows its screen and serial port where the user wants them, and says by the exit
 * code how it ended. Data goes to standard output, remarks to standard error.
 */
import { formatPostMortem, type Machine, maximumMemoryBytes, type TraceCategory, type Until } from '@longmode/machine';
import { formatProblem, UserError } from '../errors.ts';
import { ExitCode, signalExitCodes } from '../exit-codes.ts';
import { openForWriting, writeAll } from '../files.ts';
import type { Host } from '../host.ts';
import { jsonReport } from '../json-report.ts';
import type { ModuleOption } from '../options/module.ts';
import type { SerialTarget } from '../options/serial.ts';
import { type Outcome, outcomeOf, type StopReason } from '../outcome.ts';
import { type OutputPlan, planOutput, type ScreenOption } from '../output-plan.ts';
import { colorDepthOfBits } from '../terminal/palette.ts';
import { frameToAnsi, frameToText } from '../terminal/renderer.ts';
import { TraceWriter } from '../trace-writer.ts';

/** The parsed options of the command; undefined is "not on the command line". */
export interface BootCommandOptions {
  readonly cmdline?: string;
  readonly modules: readonly ModuleOption[];
  /** The machine's default if absent. */
  readonly memoryBytes?: number;
  readonly engine: 'interpreter' | 'js';
  readonly cpu?: string;
  readonly json: boolean;
  readonly screen?: ScreenOption;
  readonly serial: SerialTarget;
  readonly maxInstructions?: number;
  readonly timeoutMillis?: number;
  readonly trace?: readonly TraceCategory[];
  readonly traceOut?: string;
  readonly until?: RegExp;
}

/** Signals, keys and the clock all end the run in the same way: by aborting it with the reason. */
class Stopper {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;
  readonly signal = this.controller.signal;

  constructor(timeoutMillis: number | undefined) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.onSignal);
    if (timeoutMillis !== undefined) {
      this.timer = setTimeout(() => this.stop({ kind: 'timeout', milliseconds: timeoutMillis }), timeoutMillis);
    }
  }

  stop(reason: StopReason): void {
    this.controller.abort(reason);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.onSignal);
  }

  private readonly onSignal = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void => {
    // The second one does not wait for the guest to come to a stop.
    if (this.signal.aborted) process.exit(signalExitCodes[signal]);
    this.stop({ kind: 'signal', signal });
  };
}

/** The condition of `--until`: the text is on the screen, or in what was sent to the serial port. */
function untilCondition(pattern: RegExp, machine: Machine): (machine: Machine) => boolean {
  let serialBytes = -1;
  let serialMatches = false;
  let sentBytes = 0;
  machine.on('serial', ({ port, bytes }) => {
    if (port === 1) sentBytes += bytes.length;
  });
  return () => {
    if (sentBytes !== serialBytes) {
      serialBytes = sentBytes;
      serialMatches = pattern.test(machine.serial.output());
    }
    return serialMatches || pattern.test(machine.screen.text());
  };
}

async function runToEnd(machine: Machine, options: BootCommandOptions, stopper: Stopper): Promise<Outcome> {
  const seen = options.until ? untilCondition(options.until, machine) : undefined;
  const limits = { instructions: options.maxInstructions ?? Number.POSITIVE_INFINITY, signal: stopper.signal };
  const end = await machine.run(seen satisfies Until | undefined, limits);
  // The condition is looked at now and then; a guest that prints its last words and halts is not failed for that.
  if ((end.kind === 'halted' || end.kind === 'limit') && seen?.(machine)) return outcomeOf({ kind: 'until' }, machine);
  return outcomeOf(end, machine);
}

function connectSerial(machine: Machine, plan: OutputPlan, host: Host): void {
  if (plan.serial.kind === 'file') {
    const { path } = plan.serial;
    const descriptor = openForWriting(path, '--serial');
    machine.on('serial', ({ port, bytes }) => {
      if (port === 1) writeAll(descriptor, bytes, path);
    });
  } else if (plan.serial.kind === 'stdout') {
    machine.on('serial', ({ port, bytes }) => {
      if (port === 1) host.stdout.write(bytes.slice());
    });
  }
  if (plan.stdinToSerial) host.stdin.on('data', (bytes: Uint8Array) => machine.serial.write(bytes));
}

function startTrace(machine: Machine, options: BootCommandOptions, host: Host): TraceWriter | undefined {
  if (!options.trace) return undefined;
  const descriptor = options.traceOut ? openForWriting(options.traceOut, '--trace-out') : host.stderr.fd;
  return new TraceWriter(machine, options.trace, descriptor, options.traceOut);
}

/** @returns whether the user has the final screen before his eyes now */
function printFinalScreen(machine: Machine, plan: OutputPlan, host: Host): boolean {
  const wanted = plan.screen === 'final' || (plan.screen === 'if-silent' && machine.serial.bytes().length === 0);
  if (!wanted) return plan.screen === 'live';
  const frame = machine.screen.frame();
  const { stdout } = host;
  if (!stdout.isTTY) stdout.write(frameToText(frame));
  else stdout.write(frameToAnsi(frame, colorDepthOfBits(stdout.getColorDepth()), stdout.columns || 80));
  return true;
}

/**
 * Boots `kernel` and runs it to its end.
 * @returns the exit code
 * @throws UserError, LoaderError for what the user can mend
 */
export async function bootCommand(kernel: string, options: BootCommandOptions, host: Host): Promise<number> {
  if (options.traceOut !== undefined && !options.trace) {
    throw new UserError(ExitCode.usage, '--trace-out needs --trace', 'add --trace=insn,exc,io or a part of it');
  }
  const largest = maximumMemoryBytes[options.engine];
  if (options.memoryBytes !== undefined && options.memoryBytes > largest) {
    throw new UserError(
      ExitCode.usage,
      `--memory: the ${options.engine} engine can have at most ${largest / 2 ** 20}M`,
      'ask for less memory, or take --engine interpreter',
    );
  }
  const plan = planOutput({
    json: options.json,
    screen: options.screen,
    serial: options.serial,
    traceOnStderr: options.trace !== undefined && options.traceOut === undefined,
    stdoutIsTerminal: host.stdout.isTTY === true,
    stderrIsTerminal: host.stderr.isTTY === true,
    terminalMovesCursor: host.environment.TERM !== 'dumb',
  });
  await using machine = await host.boot({
    kernel,
    engine: options.engine,
    modules: options.modules,
    ...(options.memoryBytes === undefined ? {} : { memory: options.memoryBytes }),
    ...(options.cmdline === undefined ? {} : { cmdline: options.cmdline }),
    ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
  });
  for (const warning of machine.warnings) host.stderr.write(formatProblem(`warning: ${warning}`));
  connectSerial(machine, plan, host);
  const trace = startTrace(machine, options, host);
  const stopper = new Stopper(options.timeoutMillis);
  const live = plan.screen === 'live' ? await openLiveScreen(machine, kernel, plan, host, stopper) : undefined;
  let outcome: Outcome;
  try {
    outcome = await runToEnd(machine, options, stopper);
  } finally {
    live?.close();
    stopper.dispose();
    trace?.[Symbol.dispose]();
    if (plan.stdinToSerial) host.stdin.pause().unref?.();
  }
  if (options.json) host.stdout.write(jsonReport(outcome, machine));
  const screenIsShown = printFinalScreen(machine, plan, host) || options.json;
  if (outcome.report) host.stderr.write(`${formatPostMortem(outcome.report, { screen: !screenIsShown })}\n`);
  if (outcome.message) host.stderr.write(formatProblem(outcome.message, outcome.remedy));
  return outcome.exitCode;
}

async function openLiveScreen(machine: Machine, kernel: string, plan: OutputPlan, host: Host, stopper: Stopper) {
  // Only terminals need it: pipes start without this code.
  const { LiveScreen } = await import('../terminal/live-screen.ts');
  const screen = new LiveScreen(machine, {
    stdin: host.stdin,
    stdout: host.stdout,
    depth: colorDepthOfBits(host.stdout.getColorDepth()),
    title: kernel,
    showSerial: plan.serial.kind === 'beside-screen',
    quit: (by) => stopper.stop(by === 'quit' ? { kind: 'quit' } : { kind: 'signal', signal: by }),
  });
  screen.open();
  return screen;
}
