/** Runs a guest on our machine, on either engine, in this process. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { boot, type CoreCode, describeEnd, type Engine } from '@longmode/machine';
import { imagePath } from './guests/build.ts';

const { resolve } = createRequire(import.meta.url);

/** RAM of the machine that runs a guest, in MiB; QEMU gets the same. */
export const GUEST_MEBIBYTES = 32;

/** What a run produced and what it cost. */
export interface Run {
  readonly checksum: string;
  /** Guest instructions, boot and output included. */
  readonly instructions: number;
  /** User and system time of the process in seconds, its compiler threads included. */
  readonly cpuSeconds: number;
}

/** Loads an engine's code. @throws if `@longmode/cpu-wasm` has not been built */
export async function loadEngine(engine: Engine): Promise<CoreCode> {
  if (engine !== 'js') return new WebAssembly.Module(readFileSync(resolve('@longmode/cpu-wasm/core.wasm')));
  const twin = await import(pathToFileURL(resolve('@longmode/cpu-wasm/core.js')).href);
  return twin.instantiate;
}

/** Runs one guest from its boot to its exit. @throws if it ends in another way */
export async function runOnEngine(engine: Engine, code: CoreCode, name: string, size: number): Promise<Run> {
  await using machine = await boot({
    kernel: readFileSync(imagePath),
    code,
    engine,
    cmdline: `${name} ${size}`,
    memory: GUEST_MEBIBYTES * 2 ** 20,
    limits: { instructions: 1e12 },
  });
  const before = process.cpuUsage();
  const end = await machine.run();
  const { user, system } = process.cpuUsage(before);
  const checksum = machine.serial.output().trim();
  if (end.kind !== 'exit' || end.code !== 0) {
    throw new Error(`${name} on ${engine}: ${describeEnd(end)}; it printed ${JSON.stringify(checksum)}`);
  }
  return { checksum, instructions: Number(machine.instructions), cpuSeconds: (user + system) / 1e6 };
}
