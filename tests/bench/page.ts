/** The program of the page in which `chromium.ts` runs guests: `bench` in its global scope. */
import type { Machine } from '@longmode/machine';
import type { Task } from './engine.ts';
import { bootGuest, runToExit } from './guest-machine.ts';

let kernel: Uint8Array;
let code: WebAssembly.Module;
let machine: Machine | undefined;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const bench = {
  /** Takes the image and the core, in base64. */
  async load(image: string, core: string): Promise<void> {
    kernel = bytesOf(image);
    code = await WebAssembly.compile(bytesOf(core));
  },
  /** Makes a machine ready to run. */
  async boot(task: Task): Promise<void> {
    await machine?.[Symbol.asyncDispose]();
    machine = await bootGuest(kernel, code, 'jit', task);
  },
  /** Runs it. */
  run: () => runToExit(machine!),
};

/** What the page offers. */
export type PageBench = typeof bench;

(globalThis as { bench?: PageBench }).bench = bench;
