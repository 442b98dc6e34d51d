/** Boots a guest on our machine and runs it to its exit, wherever the engine is: this file runs in Node and in a web page. */
import { boot, type CoreCode, describeEnd, type Machine } from '@longmode/machine';
import type { OwnRunner, Task } from './engine.ts';

/** RAM of the machine that runs a guest, in MiB; everybody else's gets the same. */
export const GUEST_MEBIBYTES = 32;

/** The guest's command line. */
export const commandLine = ({ name, size, pages }: Task): string => `${pages === '4k' ? '4k ' : ''}${name} ${size}`;

/** A machine with the guest loaded that has not run yet. */
export const bootGuest = (kernel: Uint8Array, code: CoreCode, runner: OwnRunner, task: Task): Promise<Machine> =>
  boot({
    kernel,
    code,
    engine: runner === 'js' ? 'js' : 'interpreter',
    jit: runner === 'jit' ? 'auto' : false,
    cmdline: commandLine(task),
    memory: GUEST_MEBIBYTES * 2 ** 20,
    limits: { instructions: 1e12 },
  });

/** Runs it from its boot to its exit. @throws if it ends in another way */
export async function runToExit(
  machine: Machine,
): Promise<{ readonly checksum: string; readonly instructions: number }> {
  const end = await machine.run();
  const checksum = machine.serial.output().trim();
  if (end.kind !== 'exit' || end.code !== 0) {
    throw new Error(`${describeEnd(end)}; it printed ${JSON.stringify(checksum)}`);
  }
  return { checksum, instructions: Number(machine.instructions) };
}
