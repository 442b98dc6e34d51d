/**
 * The screen of a kernel as text, for pages that are read without JavaScript and by search engines: the kernel is booted while the site
 * is built. Guest time is what the guest executes, so the text is the same wherever that happens.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { boot, type CoreCode, describeEnd } from '@longmode/machine';

const { resolve } = createRequire(import.meta.url);

/** The kernels of the book show what they have to show, and wait, well before. */
const INSTRUCTIONS = 20_000_000;

let core: CoreCode | undefined;

/**
 * Screen of one of our images (`chapters/04-printing`) when it ends or waits, without its empty last rows.
 * @throws if it does neither in time
 */
export async function screenOf(image: string): Promise<string> {
  core ??= new WebAssembly.Module(readFileSync(resolve('@longmode/cpu-wasm/core.wasm')));
  await using machine = await boot({
    kernel: readFileSync(resolve(`@longmode/kernel/${image}.elf`)),
    code: core,
    limits: { instructions: INSTRUCTIONS },
  });
  const end = await machine.run();
  if (end.kind !== 'halted' && end.kind !== 'idle')
    throw new Error(`${image}: ${describeEnd(end)}; expected it to halt or wait`);
  return machine.screen.text().replace(/[ \n]+$/, '');
}
