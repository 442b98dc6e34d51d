/** The kit on the real machine, for its own tests: guests in assembly, booted from memory. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { boot, type Machine } from '@longmode/machine';
import { guest } from '../../machine/test/guest.ts';
import { createKernelTests, createTest } from '../src/index.ts';

export { ENTER_LONG_MODE } from '../../machine/test/guest.ts';

const code = new WebAssembly.Module(
  readFileSync(createRequire(import.meta.url).resolve('@longmode/cpu-wasm/core.wasm')),
);

/** An image, as `boot` takes it, made from assembly source. */
export const image = (source: string) => ({ kernel: guest(source) });

/** Boots an image; it runs for 10 million instructions at most. */
function bootImage({ kernel }: ReturnType<typeof image>, signal?: AbortSignal): Promise<Machine> {
  const limits = { instructions: 10_000_000 };
  return boot({ kernel, code, memory: '4M', limits, ...(signal && { signal }) });
}

/** Boots the guest with this assembly source. */
export const bootSource = (source: string): Promise<Machine> => bootImage(image(source));

export const test = createTest(bootImage);
export const kernelTests = createKernelTests(bootImage);

/** Assembly that writes a text into the upper left corner, light grey on black. */
export function show(text: string): string {
  return [...text]
    .map((character, i) => `mov word [${0xb8000 + 2 * i}], ${0x0700 | character.charCodeAt(0)}\n`)
    .join('');
}

/** Assembly that sends a text through COM1. */
export function send(text: string): string {
  return [...text].map((character) => `mov dx, 0x3f8\nmov al, ${character.charCodeAt(0)}\nout dx, al\n`).join('');
}

/** Assembly that leaves through the debug exit port. */
export const exitWith = (value: number): string => `mov al, ${value}\nout 0xf4, al\n`;

/** A guest that never ends and never does anything. */
export const FOREVER = 'again: jmp over\nover: jmp again\n';
