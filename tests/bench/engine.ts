/** Runs a guest on our machine in this process: on the Wasm engine, with its translator or without, or on the JS engine. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { CoreCode } from '@longmode/machine';
import { useBranchHints } from 'longmode/branch-hints';
import { bootGuest, runToExit } from './guest-machine.ts';
import { IMAGE_PATHS } from './guests/build.ts';
import type { Runner } from './guests.ts';

const { resolve } = createRequire(import.meta.url);

/** The runners that are our own. */
export type OwnRunner = Extract<Runner, 'jit' | 'interpreter' | 'js'>;

/** Sizes of the pages with which a guest maps its memory. */
export type Pages = '2m' | '4k';

/** One guest at one size. */
export interface Task {
  readonly name: string;
  readonly size: number;
  /** Default `2m`. */
  readonly pages?: Pages;
}

/** What a run cost. */
export interface Cost {
  /** CPU time of the thread that executes the guest, in seconds; of the whole process where the system does not tell. */
  readonly cpuSeconds: number;
  /** The same for the whole process: with V8's compiler threads. */
  readonly processCpuSeconds: number;
}

/** What a run produced and what it cost. */
export interface Run extends Cost {
  readonly checksum: string;
  /** Guest instructions, boot and output included. */
  readonly instructions: number;
}

/**
 * CPU time of a thread in seconds (the first number of Linux' `schedstat`, in nanoseconds), or undefined elsewhere.
 * @param thread number of a process, for its first thread; default this thread
 */
export function threadCpuSeconds(thread: number | 'thread-self' = 'thread-self'): number | undefined {
  try {
    return Number(readFileSync(`/proc/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
  } catch {
    return undefined;
  }
}

/** Begins to measure this thread and this process; the result tells the cost since then. */
export function startClock(): () => Cost {
  const before = process.cpuUsage();
  const threadBefore = threadCpuSeconds();
  return () => {
    const threadAfter = threadCpuSeconds();
    const { user, system } = process.cpuUsage(before);
    const processCpuSeconds = (user + system) / 1e6;
    const isKnown = threadBefore !== undefined && threadAfter !== undefined;
    return { cpuSeconds: isKnown ? threadAfter - threadBefore : processCpuSeconds, processCpuSeconds };
  };
}

/** Loads an engine's code, as the command line tool does. @throws if `@longmode/cpu-wasm` has not been built */
export async function loadEngine(runner: OwnRunner): Promise<CoreCode> {
  useBranchHints();
  if (runner !== 'js') return new WebAssembly.Module(readFileSync(resolve('@longmode/cpu-wasm/core.wasm')));
  const twin = await import(pathToFileURL(resolve('@longmode/cpu-wasm/core.js')).href);
  return twin.instantiate;
}

/** Runs one guest from its boot to its exit. @throws if it ends in another way */
export async function runOnEngine(runner: OwnRunner, code: CoreCode, task: Task): Promise<Run> {
  await using machine = await bootGuest(readFileSync(IMAGE_PATHS['x86-64']), code, runner, task);
  const stop = startClock();
  try {
    const result = await runToExit(machine);
    return { ...result, ...stop() };
  } catch (error) {
    throw new Error(`${task.name} on ${runner}: ${(error as Error).message}`, { cause: error });
  }
}
