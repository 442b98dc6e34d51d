/** The process around the command line tool, as far as it is used: what a test replaces. */
import type { Machine } from '@longmode/machine';
import { type BootOptions, boot } from './index.ts';

/** Streams, and the function that boots. */
export interface Host {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream & { readonly fd: number };
  readonly stderr: NodeJS.WriteStream & { readonly fd: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly boot: (options: BootOptions) => Promise<Machine>;
}

/** The real one. */
export const processHost: Host = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  boot,
};
