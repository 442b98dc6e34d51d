/** Runs the 32-bit image, which v86 gets, on our machine. */
import { readFileSync } from 'node:fs';
import { type CoreCode, describeEnd } from '@longmode/machine';
import { type Cost, startClock, type Task } from './engine.ts';
import { bootGuest } from './guest-machine.ts';
import { IMAGE_PATHS } from './guests/build.ts';

/** Guests that the image does not have, and why. */
const MISSING: Readonly<Record<string, string>> = {
  divide: 'products of 128 bits do not exist in 32-bit code',
  bignum: 'products of 128 bits do not exist in 32-bit code',
  short_strings: 'its assembly is 64-bit',
  rep_movs: 'moves of quadwords do not exist in 32-bit code',
  page_fault: 'it uses the page tables of 64-bit mode',
  soft_interrupt: 'it uses the gates of 64-bit mode',
  breakpoint: 'it uses the gates of 64-bit mode',
  screen: 'it is written for the 64-bit image',
  ports: 'it is written for the 64-bit image',
  address_space: 'it uses the page tables of 64-bit mode',
};

/** Why a guest cannot be run as 32-bit code, or undefined. */
export const whyNotI386 = ({ name, pages }: Pick<Task, 'name' | 'pages'>): string | undefined =>
  pages === '4k' ? 'the 32-bit image has large pages only' : MISSING[name];

/**
 * Runs one guest from its boot to the HLT behind its line. Its instructions are not those of the table, which are of the 64-bit
 * image.
 * @throws if it ends in another way
 */
export async function runOnI386(
  runner: 'jit' | 'interpreter',
  code: CoreCode,
  task: Task,
): Promise<{ readonly checksum: string } & Cost> {
  await using machine = await bootGuest(readFileSync(IMAGE_PATHS.i386), code, runner, task);
  const stop = startClock();
  const end = await machine.run();
  const cost = stop();
  if (end.kind !== 'halted') throw new Error(`${task.name} as 32-bit code on ${runner}: ${describeEnd(end)}`);
  return { checksum: machine.serial.output().trim(), ...cost };
}
