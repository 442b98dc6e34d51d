/** Runs a guest on our machine in this process: on the Wasm engine, with its translator or without, or on the JS engine. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { boot, type CoreCode, describeEnd } from '@longmode/machine';
import { imagePath } from './guests/build.ts';
import type { Runner } from './guests.ts';

const { resolve } = createRequire(import.meta.url);

/** RAM of the machine that runs a guest, in MiB; QEMU gets the same. */
export const GUEST_MEBIBYTES = 32;

/** The runners that are our own. */
export type OwnRunner = Exclude<Runner, 'qemu'>;

/** What a run produced and what it cost. */
export interface Run {
  readonly checksum: string;
  /** Guest instructions, boot and output included. */
  readonly instructions: number;
  /** CPU time of the thread that executes the guest, in seconds; of the whole process where the system does not tell. */
  readonly cpuSeconds: number;
  /** The same for the whole process: with V8's compiler threads. */
  readonly processCpuSeconds: number;
}

/** CPU time of this thread in seconds (the first number of Linux' `schedstat`, in nanoseconds), or undefined elsewhere. */
function threadCpuSeconds(): number | undefined {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e9;
  } catch {
    return undefined;
  }
}

/** Loads an engine's code. @throws if `@longmode/cpu-wasm` has not been built */
export async function loadEngine(runner: OwnRunner): Promise<CoreCode> {
  if (runner !== 'js') return new WebAssembly.Module(readFileSync(resolve('@longmode/cpu-wasm/core.wasm')));
  const twin = await import(pathToFileURL(resolve('@longmode/cpu-wasm/core.js')).href);
  return twin.instantiate;
}

/** Runs one guest from its boot to its exit. @throws if it ends in another way */
export async function runOnEngine(runner: OwnRunner, code: CoreCode, name: string, size: number): Promise<Run> {
  await using machine = await boot({
    kernel: readFileSync(imagePath),
    code,
    engine: runner === 'js' ? 'js' : 'interpreter',
    jit: runner === 'jit' ? 'auto' : false,
    cmdline: `${name} ${size}`,
    memory: GUEST_MEBIBYTES * 2 ** 20,
    limits: { instructions: 1e12 },
  });
  const before = process.cpuUsage();
  const threadBefore = threadCpuSeconds();
  const end = await machine.run();
  const threadAfter = threadCpuSeconds();
  const { user, system } = process.cpuUsage(before);
  const processCpuSeconds = (user + system) / 1e6;
  const checksum = machine.serial.output().trim();
  if (end.kind !== 'exit' || end.code !== 0) {
    throw new Error(`${name} on ${runner}: ${describeEnd(end)}; it printed ${JSON.stringify(checksum)}`);
  }
  const cpuSeconds =
    threadBefore === undefined || threadAfter === undefined ? processCpuSeconds : threadAfter - threadBefore;
  return { checksum, instructions: Number(machine.instructions), cpuSeconds, processCpuSeconds };
}
