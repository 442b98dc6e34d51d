/**
 * The command line: its grammar (by commander, strict), its help, and what becomes of errors. Every error is one
 * block on standard error (what, where, how to mend it), never a stack trace.
 */
import { existsSync } from 'node:fs';
import { LoaderError } from '@longmode/loader';
import { parseCpuModel } from '@longmode/machine';
import { Command, CommanderError, type Help, Option } from 'commander';
import { type BootCommandOptions, bootCommand } from './commands/boot.ts';
import { formatProblem, UserError } from './errors.ts';
import { ExitCode } from './exit-codes.ts';
import type { Host } from './host.ts';
import { jsonFailure } from './json-report.ts';
import { type ModuleOption, parseModule } from './options/module.ts';
import { parsePattern } from './options/pattern.ts';
import { parseDuration, parseInstructionCount, parseMemorySize, parseRandomSeed } from './options/quantity.ts';
import { parseScreenshotPath } from './options/screenshot.ts';
import { parseSerialTarget, type SerialTarget } from './options/serial.ts';
import { parseShow, type ShowItem } from './options/show.ts';
import { parseTraceCategories } from './options/trace.ts';
import { version } from './version.ts';

const examples = `
Examples:
  longmode boot kernel.elf                          show the screen until the guest ends
  longmode boot kernel.elf --memory 1G --cmdline "debug=1" --module initrd.img
  longmode boot kernel.elf --json --max-instructions 50M      for scripts and CI
  longmode boot kernel.elf --until '/tests? passed/' --timeout 10s
  longmode info kernel.elf                          what would be loaded, and where

Exit codes of boot: 0/1 the guest wrote 0x10/0x11 to port 0xf4, 2 usage, 65 not bootable, 66 no
file, 70 gap in longmode, 100 triple fault, 101 halted, 102 --expect or --fail-on, 103 reset,
104 waits for input, 124 out of time or instructions, 130/143 interrupted.`;

/** Runs a parser of an option's value; its one-line error gets the option's name. */
function valueParser<T>(option: string, parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new UserError(ExitCode.usage, `${option}: ${(error as Error).message}`);
    }
  };
}

function oneOf<const T extends string>(option: string, ...choices: T[]): (text: string) => T {
  return valueParser(option, (text) => {
    if (choices.includes(text as T)) return text as T;
    const list = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
    throw new Error(`expected ${list}, found ${text === '' ? 'nothing' : `"${text}"`}`);
  });
}

/** Collects the values of an option that may be repeated. */
function collect<T>(option: string, parse: (text: string) => T | T[]): (text: string, before: T[]) => T[] {
  return (text, before) => before.concat(valueParser(option, parse)(text));
}

/** What commander collects for `boot`. */
interface BootFlags {
  cmdline?: string;
  module: ModuleOption[];
  memory?: number;
  engine: 'interpreter' | 'js';
  jit?: 'auto' | 'force' | 'off';
  stats?: true;
  cpu?: string;
  ignoreMsrs?: true;
  randomSeed?: number | 'host';
  json?: true;
  screen?: 'live' | 'final' | 'none';
  serial: SerialTarget;
  maxInstructions?: number;
  timeout?: number;
  trace?: ReturnType<typeof parseTraceCategories> | true;
  traceOut?: string;
  until?: RegExp;
  expect: RegExp[];
  failOn: RegExp[];
  show: ShowItem[];
  type?: string;
  keys?: string;
  inputs?: string;
  recordInputs?: string;
  screenshot?: string;
}

function bootOptionsOf(flags: BootFlags): BootCommandOptions {
  const given = <K extends string, V>(name: K, value: V | undefined) =>
    (value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
  return {
    modules: flags.module,
    engine: flags.engine,
    json: flags.json === true,
    serial: flags.serial,
    expect: flags.expect,
    failOn: flags.failOn,
    show: flags.show,
    statistics: flags.stats === true,
    input: { ...given('type', flags.type), ...given('keys', flags.keys), ...given('inputs', flags.inputs) },
    ...given('recordInputs', flags.recordInputs),
    ...given('screenshot', flags.screenshot),
    ...given('memoryBytes', flags.memory),
    ...given('cmdline', flags.cmdline),
    ...given('cpu', flags.cpu),
    ...(flags.jit && { jit: flags.jit === 'off' ? false : flags.jit }),
    ...given('ignoreMsrs', flags.ignoreMsrs),
    ...given('randomSeed', flags.randomSeed),
    ...given('screen', flags.screen),
    ...given('maxInstructions', flags.maxInstructions),
    ...given('timeoutMillis', flags.timeout),
    ...given('trace', flags.trace === true ? parseTraceCategories(true) : flags.trace),
    ...given('traceOut', flags.traceOut),
    ...given('until', flags.until),
  };
}

function addBoot(program: Command, host: Host, finish: (exitCode: number) => void): Command {
  const nonEmptyText = (text: string) => {
    if (text === '') throw new Error('expected a text such as "help\\n", found nothing');
    return text;
  };
  const nonEmpty = (text: string) => {
    if (text === '') throw new Error('expected the path of a file, found nothing');
    return text;
  };
  return (
    program
      .command('boot')
      .summary('boot a kernel')
      .description('Boot a kernel (ELF with a Multiboot 1 or 2 header) and run it to its end.')
      .usage('<kernel> [options]')
      .argument('<kernel>')
      .option('--cmdline <text>', "the kernel's command line")
      .option(
        '--module <file[:arguments]>',
        'a boot module; may be repeated',
        collect<ModuleOption>('--module', parseModule),
        [],
      )
      .option('--memory <size>', 'guest RAM, 1M to 3G (default: 128M)', valueParser('--memory', parseMemorySize))
      .option(
        '--engine <name>',
        'interpreter (Wasm, default) or js (its JavaScript twin)',
        oneOf('--engine', 'interpreter', 'js'),
        'interpreter',
      )
      .option(
        '--jit <when>',
        'translate hot code: auto (default), force or off; --stats counts it',
        oneOf('--jit', 'auto', 'force', 'off'),
      )
      .option(
        '--cpu <model>',
        'x86-64-v1, -v2, -v3 or max (default), with changes as in max,-avx2',
        valueParser('--cpu', (text) => parseCpuModel(text).text),
      )
      // Not in the help, which fits a screen; the README has them.
      .addOption(new Option('--ignore-msrs').hideHelp())
      .addOption(new Option('--stats').hideHelp())
      .addOption(new Option('--random-seed <seed>').argParser(valueParser('--random-seed', parseRandomSeed)).hideHelp())
      .option('--json', 'print one JSON object at the end: how it ended, screen, registers')
      .option(
        '--screen <when>',
        'live (default on a terminal), final or none',
        oneOf('--screen', 'live', 'final', 'none'),
      )
      .option('--serial <where>', 'COM1 to stdio, none or file:PATH', valueParser('--serial', parseSerialTarget), {
        kind: 'auto',
      })
      .option(
        '--max-instructions <n>',
        'stop after so many, as in 50M',
        valueParser('--max-instructions', parseInstructionCount),
      )
      .option('--timeout <time>', 'stop after so long, as in 10s', valueParser('--timeout', parseDuration))
      .option(
        '--until <text>',
        'stop with success when screen or serial shows it; /re/ too',
        valueParser('--until', parsePattern),
      )
      .option(
        '--screenshot <file>',
        'write the final screen to a .txt, .ans or .svg',
        valueParser('--screenshot', parseScreenshotPath),
      )
      .option('--expect <text>', 'fail (102) unless it is shown by the end', collect('--expect', parsePattern), [])
      .option('--fail-on <text>', 'stop and fail (102) when it is shown', collect('--fail-on', parsePattern), [])
      .option('--type <text>', 'type it, as in "help\\n"', valueParser('--type', nonEmptyText))
      .option('--keys <file>', 'type by a script: type, press, wait, sleep, at', valueParser('--keys', nonEmpty))
      .option(
        '--record-inputs <file>',
        'write what was typed, to the instruction',
        valueParser('--record-inputs', nonEmpty),
      )
      .option('--inputs <file>', 'repeat that, to the instruction', valueParser('--inputs', nonEmpty))
      .option(
        '--show <list>',
        'print at the end: pages,idt,gdt,stack,... (see the README)',
        collect('--show', parseShow),
        [],
      )
      .option(
        '--trace [list]',
        'print what the guest does: insn,exc,io,msr (default: all)',
        valueParser('--trace', parseTraceCategories),
      )
      .option(
        '--trace-out <file>',
        'where the trace goes (default: standard error)',
        valueParser('--trace-out', nonEmpty),
      )
      .action(async (kernel: string, flags: BootFlags) => finish(await bootCommand(kernel, bootOptionsOf(flags), host)))
  );
}

function addInfo(program: Command, host: Host, finish: (exitCode: number) => void): Command {
  return program
    .command('info')
    .summary('show what a kernel image contains')
    .description('Show what a kernel image contains, and what would be loaded where.')
    .usage('<kernel> [options]')
    .argument('<kernel>')
    .option('--json', 'print one JSON object')
    .action(async (kernel: string, flags: { json?: true }) => {
      const { infoCommand } = await import('./commands/info.ts');
      finish(await infoCommand(kernel, flags.json === true, host));
    });
}

/** The help of a command with many options, without the empty lines that would push it off a screen. */
function denseHelp(command: Command, help: Help): string {
  const options = help.visibleOptions(command);
  const width = Math.max(...options.map((option) => help.optionTerm(option).length));
  const lines = options.map(
    (option) => `  ${help.optionTerm(option).padEnd(width)}  ${help.optionDescription(option)}`,
  );
  return [`Usage: ${help.commandUsage(command)}`, ...lines, ''].join('\n');
}

function addBuild(program: Command, host: Host, finish: (exitCode: number) => void): Command {
  return program
    .command('build')
    .summary('build a kernel from TypeScript')
    .description("Build a kernel from a TypeScript file that exports main(), against 'longmode/kernel'.")
    .usage('<kernel.ts> [options]')
    .argument('<kernel.ts>')
    .option('-o, --output <file>', 'where the image goes (default: beside the source, .elf)')
    .option(
      '--heap <size>',
      'memory for new, arrays, maps and strings (default: none)',
      valueParser('--heap', parseMemorySize),
    )
    .action(async (kernel: string, flags: { output?: string; heap?: number }) => {
      const { buildCommand } = await import('./commands/build.ts');
      const { output, heap: heapBytes } = flags;
      const options = { ...(output !== undefined && { output }), ...(heapBytes !== undefined && { heapBytes }) };
      finish(await buildCommand(kernel, options, host));
    });
}

function addNew(program: Command, host: Host, finish: (exitCode: number) => void): Command {
  return program
    .command('new')
    .summary('make a project with a kernel, a test and a web page')
    .description('Make a project with a kernel in TypeScript, a test and a web page.')
    .usage('<folder>')
    .argument('<folder>')
    .action(async (folder: string) => {
      const { newCommand } = await import('./commands/new.ts');
      finish(await newCommand(folder, host));
    });
}

function makeProgram(host: Host, finish: (exitCode: number) => void): Command {
  const program = new Command('longmode')
    .description('A 64-bit PC that boots your kernel.')
    .usage('<command> [options]')
    .version(version, '--version', 'print the version')
    .addHelpText('after', examples);
  const helpWidth = 92;
  const commands = [addBoot, addInfo, addBuild, addNew].map((add) => add(program, host, finish));
  for (const command of [program, ...commands]) {
    command
      .exitOverride()
      .helpOption('-h, --help', 'print this help')
      .helpCommand(false)
      .configureHelp({
        helpWidth,
        showGlobalOptions: false,
        visibleArguments: () => [],
        optionDescription: (o) => o.description,
        ...(command === program ? {} : { formatHelp: denseHelp }),
      })
      .configureOutput({
        writeOut: (text) => host.stdout.write(text),
        writeErr: (text) => host.stderr.write(text),
        outputError: () => {},
      });
  }
  return program;
}

/** Commander's message as one line of ours. */
function usageProblem(error: CommanderError, words: readonly string[]): UserError {
  const message = error.message.replace(/^error: /, '').replace(/\n\(?(Did you mean[^)]*)\)?/, '; did you mean$1');
  const text = message.replace(/; did you meanDid you mean/, '; did you mean');
  const kernel = words.find((word) => !word.startsWith('-'));
  const remedy =
    error.code === 'commander.unknownCommand' && kernel !== undefined && existsSync(kernel)
      ? `to boot it: longmode boot ${kernel}`
      : 'see: longmode --help';
  return new UserError(ExitCode.usage, text, remedy);
}

/** What is said about an error, and the exit code. */
function explain(error: unknown, host: Host): { message: string; remedy: string | undefined; exitCode: number } {
  if (error instanceof UserError) return error;
  if (error instanceof LoaderError)
    return { message: error.message, remedy: error.remedy, exitCode: ExitCode.badImage };
  const { stack, message } = error instanceof Error ? error : { stack: undefined, message: String(error) };
  if (host.environment.LONGMODE_DEBUG) host.stderr.write(`${stack ?? message}\n`);
  return {
    message: `internal error: ${message}`,
    remedy: 'this is a bug of longmode, please report it (LONGMODE_DEBUG=1 prints where it happened)',
    exitCode: ExitCode.software,
  };
}

/**
 * Runs the command line tool.
 * @param words the arguments, without the program's name
 * @returns the exit code; nothing is thrown
 */
export async function runCli(words: readonly string[], host: Host): Promise<number> {
  let exitCode: number = ExitCode.success;
  try {
    await makeProgram(host, (code) => (exitCode = code)).parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return ExitCode.success;
      if (error.code === 'commander.help') return ExitCode.usage;
    }
    const {
      message,
      remedy,
      exitCode: code,
    } = explain(error instanceof CommanderError ? usageProblem(error, words) : error, host);
    host.stderr.write(formatProblem(message, remedy));
    if (code !== ExitCode.usage && words.includes('--json')) host.stdout.write(jsonFailure(message, remedy, code));
    return code;
  }
}
