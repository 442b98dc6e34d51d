/**
 * `longmode boot`: boots a kernel, shows its screen and serial port where the user wants them, and says by the exit
 * code how it ended. Data goes to standard output, remarks to standard error.
 */
import { formatPostMortem, type Machine, maximumMemoryBytes, type TraceCategory } from '@longmode/machine';
import { formatProblem, UserError } from '../errors.ts';
import { ExitCode } from '../exit-codes.ts';
import { openForWriting } from '../files.ts';
import type { Host } from '../host.ts';
import type { InputOptions, InputPlan } from '../input/input-plan.ts';
import { jsonReport } from '../json-report.ts';
import type { ModuleOption } from '../options/module.ts';
import type { SerialTarget } from '../options/serial.ts';
import type { ShowItem } from '../options/show.ts';
import type { Outcome } from '../outcome.ts';
import { type OutputPlan, planOutput, type ScreenOption } from '../output-plan.ts';
import { Outputs, writeText } from '../run/outputs.ts';
import { runGuest } from '../run/run-guest.ts';
import { StandardInput } from '../run/standard-input.ts';
import { Stopper } from '../run/stopper.ts';
import type { WatchedTexts } from '../run/text-watch.ts';
import type { LiveScreen } from '../terminal/live-screen.ts';
import { colorDepthOfBits } from '../terminal/palette.ts';
import { frameToAnsi, frameToText } from '../terminal/renderer.ts';
import { TraceWriter } from '../trace-writer.ts';

/** The parsed options of the command; undefined is "not on the command line". */
export interface BootCommandOptions extends WatchedTexts {
  readonly cmdline?: string;
  readonly modules: readonly ModuleOption[];
  /** The machine's default if absent. */
  readonly memoryBytes?: number;
  readonly engine: 'interpreter' | 'js';
  readonly cpu?: string;
  /** Whether hot code is translated. The machine's default if absent. */
  readonly jit?: 'auto' | 'force' | false;
  readonly ignoreMsrs?: true;
  readonly randomSeed?: number | 'host';
  readonly json: boolean;
  readonly screen?: ScreenOption;
  readonly serial: SerialTarget;
  readonly maxInstructions?: number;
  readonly timeoutMillis?: number;
  readonly trace?: readonly TraceCategory[];
  readonly traceOut?: string;
  readonly show: readonly ShowItem[];
  /** Whether the counters of the translator are printed at the end. */
  readonly statistics: boolean;
  readonly input: InputOptions;
  /** Where to write the input of the run. */
  readonly recordInputs?: string;
  /** Where to write the final screen. */
  readonly screenshot?: string;
}

/** Refuses what cannot go together. @throws UserError */
function checkOptions(options: BootCommandOptions): void {
  const { trace, traceOut, memoryBytes, engine, jit, randomSeed, input, recordInputs } = options;
  const refuse = (message: string, remedy: string): never => {
    throw new UserError(ExitCode.usage, message, remedy);
  };
  if (traceOut !== undefined && !trace)
    refuse('--trace-out needs --trace', 'add --trace=insn,exc,io,msr or a part of it');
  const largest = maximumMemoryBytes[engine];
  if (memoryBytes !== undefined && memoryBytes > largest) {
    refuse(
      `--memory: the ${engine} engine can have at most ${largest / 2 ** 20}M`,
      'ask for less memory, or take --engine interpreter',
    );
  }
  if (jit && engine === 'js') refuse('--jit: the js engine cannot translate', 'leave --engine js out');
  if (input.inputs !== undefined && (input.type !== undefined || input.keys !== undefined)) {
    refuse('--inputs repeats a run with its input: --type and --keys cannot add to it', 'leave one out');
  }
  if (input.inputs !== undefined && randomSeed !== undefined) {
    refuse('--inputs repeats a run with its random numbers: --random-seed cannot change them', 'leave one out');
  }
  if (input.inputs !== undefined && input.inputs === recordInputs) {
    refuse('--inputs and --record-inputs name the same file', 'record to another file');
  }
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

/** What the whole command works with; a reset boots another machine for it. */
interface Command {
  readonly kernel: string;
  readonly options: BootCommandOptions;
  readonly host: Host;
  readonly plan: OutputPlan;
  readonly input: InputPlan;
  readonly stopper: Stopper;
  readonly standardInput: StandardInput | undefined;
  outputs: Outputs | undefined;
  live: LiveScreen | undefined;
}

/**
 * Boots `kernel` and runs it to its end.
 * @returns the exit code
 * @throws UserError, LoaderError for what the user can mend
 */
export async function bootCommand(kernel: string, options: BootCommandOptions, host: Host): Promise<number> {
  checkOptions(options);
  const plan = planOutput({
    json: options.json,
    screen: options.screen,
    serial: options.serial,
    traceOnStderr: options.trace !== undefined && options.traceOut === undefined,
    stdoutIsTerminal: host.stdout.isTTY === true,
    stderrIsTerminal: host.stderr.isTTY === true,
    terminalMovesCursor: host.environment.TERM !== 'dumb',
  });
  const input = await readInput(options.input);
  const command: Command = {
    kernel,
    options,
    host,
    plan,
    input,
    stopper: new Stopper(options.timeoutMillis),
    standardInput: plan.stdinToSerial ? new StandardInput(host.stdin) : undefined,
    outputs: undefined,
    live: undefined,
  };
  try {
    for (;;) {
      await using machine = await bootMachine(command);
      const outcome = await runMachine(machine, command);
      if (outcome.end.kind === 'restart') command.stopper.renew();
      else return await report(outcome, machine, command);
    }
  } finally {
    command.live?.close();
    command.stopper.dispose();
    command.standardInput?.close();
  }
}

async function readInput(options: InputOptions): Promise<InputPlan> {
  if (Object.keys(options).length === 0) return { script: [], recorded: undefined };
  const { planInput } = await import('../input/input-plan.ts');
  return planInput(options);
}

/** Whether somebody sits at the machine: guest time then passes no faster than that of the host. */
function isInteractive({ plan, host, input }: Command): boolean {
  if (input.recorded) return false;
  return host.stdin.isTTY === true && (plan.screen === 'live' || plan.stdinToSerial);
}

async function bootMachine(command: Command): Promise<Machine> {
  const { kernel, options, host, input, plan, live } = command;
  const machine = await host.boot({
    kernel,
    engine: options.engine,
    modules: options.modules,
    ...(options.memoryBytes === undefined ? {} : { memory: options.memoryBytes }),
    ...(options.cmdline === undefined ? {} : { cmdline: options.cmdline }),
    ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
    ...(options.jit === undefined ? {} : { jit: options.jit }),
    ...(options.ignoreMsrs === undefined ? {} : { ignoreMsrs: options.ignoreMsrs }),
    ...(options.randomSeed === undefined ? {} : { randomSeed: options.randomSeed }),
    ...input.recorded,
    ...(isInteractive(command) ? { pace: 'host' } : {}),
  });
  if (options.randomSeed === 'host') {
    host.stderr.write(formatProblem(`remark: the same run again with --random-seed ${machine.randomSeed}`));
  }
  // A machine after a reset says nothing new.
  if (!live) for (const warning of machine.warnings) host.stderr.write(formatProblem(`warning: ${warning}`));
  if (options.show.length > 0) {
    const { checkShown } = await import('../inspection.ts');
    checkShown(options.show, machine);
  }
  command.outputs ??= new Outputs(plan, options);
  command.outputs.connectSerial(machine, plan, host);
  return machine;
}

async function runMachine(machine: Machine, command: Command): Promise<Outcome> {
  const { options, host, plan, input, stopper, standardInput } = command;
  const trace = startTrace(machine, options, host);
  try {
    if (plan.screen === 'live') await showLive(machine, command);
    standardInput?.connect((bytes) => machine.serial.write(bytes));
    return await runGuest(machine, {
      script: input.script,
      texts: options,
      maxInstructions: options.maxInstructions,
      signal: stopper.signal,
      moreInput: isInteractive(command) ? undefined : async () => (await standardInput?.more(stopper.signal)) ?? false,
    });
  } finally {
    trace?.[Symbol.dispose]();
  }
}

/** Prints everything that is printed at the end. @returns the exit code */
async function report(outcome: Outcome, machine: Machine, command: Command): Promise<number> {
  const { options, host, plan, outputs } = command;
  command.live?.close();
  command.live = undefined;
  if (outputs?.inputs) {
    const { formatRecording } = await import('../input/recording.ts');
    writeText(outputs.inputs, formatRecording(machine));
  }
  if (outputs?.screenshot) {
    const { screenshotFor } = await import('../screenshot.ts');
    writeText(outputs.screenshot, screenshotFor(outputs.screenshot.path, machine));
  }
  const inspection = options.show.length > 0 ? await import('../inspection.ts') : undefined;
  if (options.json) {
    const shown = inspection?.shownAsData(options.show, machine);
    host.stdout.write(jsonReport(outcome, machine, shown));
  }
  const screenIsShown = printFinalScreen(machine, plan, host) || options.json;
  if (inspection && !options.json) host.stdout.write(inspection.shownAsText(options.show, machine));
  if (options.statistics) {
    const { formatTranslatorReport } = await import('@longmode/machine/inspect');
    host.stderr.write(formatTranslatorReport(machine.translator, machine.instructions));
  }
  if (outcome.report) host.stderr.write(`${formatPostMortem(outcome.report, { screen: !screenIsShown })}\n`);
  if (outcome.message) host.stderr.write(formatProblem(outcome.message, outcome.remedy));
  return outcome.exitCode;
}

async function showLive(machine: Machine, command: Command): Promise<void> {
  const { kernel, options, host, plan, input, outputs, stopper } = command;
  if (command.live) {
    command.live.attach(machine);
    return;
  }
  // Only terminals need it: pipes start without this code.
  const { LiveScreen } = await import('../terminal/live-screen.ts');
  command.live = new LiveScreen(machine, {
    stdin: host.stdin,
    stdout: host.stdout,
    depth: colorDepthOfBits(host.stdout.getColorDepth()),
    title: kernel,
    showSerial: plan.serial.kind === 'beside-screen',
    keysToGuest: input.recorded === undefined,
    noReset: outputs?.inputs || options.trace ? 'no reset while input is recorded or the guest is traced' : undefined,
    quit: (by) => stopper.stop(by === 'SIGINT' ? { kind: 'signal', signal: by } : { kind: by }),
  });
  command.live.open();
}
