/** Runs the command line tool inside the test, on captured streams and a fake machine (or the real one). */
import { PassThrough } from 'node:stream';
import { runCli } from '../src/cli.ts';
import { readImage } from '../src/files.ts';
import type { Host } from '../src/host.ts';
import type { BootOptions } from '../src/index.ts';
import { FakeMachine, type Script } from './fake-machine.ts';

/** What a run of the tool left behind. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The options that reached `boot`, if it came to that. */
  readonly bootOptions: BootOptions | undefined;
  readonly machine: FakeMachine | undefined;
}

/** How the streams of the test present themselves. */
export interface CliSetting {
  readonly terminal?: boolean;
  readonly environment?: Record<string, string>;
  readonly stdin?: string;
  /** Thrown instead of booting. */
  readonly bootError?: Error;
}

function capture(terminal: boolean) {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const look = { isTTY: terminal, columns: 100, rows: 30, fd: -1, getColorDepth: () => 24 };
  return { stream: Object.assign(stream, look), text: () => Buffer.concat(chunks).toString() };
}

/**
 * Runs `longmode <words>` on a guest that follows `script` (the kernel's and modules' files are really read), or on what
 * another `boot` makes.
 */
export async function cli(
  words: readonly string[],
  guest: Script | Pick<Host, 'boot'>,
  setting: CliSetting = {},
): Promise<CliResult> {
  const stdout = capture(setting.terminal ?? false);
  const stderr = capture(setting.terminal ?? false);
  const stdin = new PassThrough();
  if (setting.stdin !== undefined) stdin.end(setting.stdin);
  let bootOptions: BootOptions | undefined;
  let machine: FakeMachine | undefined;
  const host = {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: setting.environment ?? {},
    async boot(options: BootOptions) {
      if ('boot' in guest) return guest.boot(options);
      bootOptions = options;
      await readImage(options.kernel as string, 'kernel');
      for (const module of options.modules ?? []) await readImage((module as { path: string }).path, 'module');
      if (setting.bootError) throw setting.bootError;
      return (machine = new FakeMachine(guest));
    },
  } as unknown as Host;
  const exitCode = await runCli(words, host);
  await new Promise((resolve) => setImmediate(resolve));
  return { exitCode, stdout: stdout.text(), stderr: stderr.text(), bootOptions, machine };
}
