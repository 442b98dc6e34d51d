/**
 * One lane of the race: boots a guest in one way again and again until it has executed enough instructions, and tells
 * how far it is. The code of the core comes from the page.
 */

import { boot, type CoreCode, type Engine } from '@longmode/machine';

/** From the page. */
export interface RaceStart {
  readonly engine: Engine;
  /** Whether hot code is translated. */
  readonly translates: boolean;
  /** The core's Wasm, or where the JavaScript twin is. */
  readonly core: WebAssembly.Module | string;
  readonly kernel: Uint8Array;
  readonly cmdline: string;
  readonly instructions: number;
}

/** To the page, a few times a second, and at the end with `result`. */
export interface RaceProgress {
  readonly instructions: number;
  /** Time spent in guests, without loading and booting. */
  readonly milliseconds: number;
  /** What all guests left: must be the same on every engine. */
  readonly result: string | undefined;
}

/** Instructions between two reports. */
const STRETCH = 2_000_000;

addEventListener('message', ({ data }: MessageEvent<RaceStart>) => void race(data));

async function race({ engine, translates, core, kernel, cmdline, instructions }: RaceStart): Promise<void> {
  const code = await codeOf(core);
  let done = 0;
  let milliseconds = 0;
  let result = '';
  while (done < instructions) {
    await using machine = await boot({ kernel, engine, jit: translates ? 'auto' : false, code, cmdline });
    let isOver = false;
    while (!isOver && done < instructions) {
      const before = machine.instructions;
      const started = performance.now();
      const end = await machine.run(undefined, { instructions: Math.min(STRETCH, instructions - done) });
      milliseconds += performance.now() - started;
      done += Number(machine.instructions - before);
      isOver = end.kind !== 'limit';
      tell({ instructions: done, milliseconds, result: undefined });
    }
    result = `${machine.instructions} instructions, RIP 0x${machine.cpu.registers.rip.toString(16)}\n${machine.screen.text()}`;
  }
  tell({ instructions: done, milliseconds, result });
}

async function codeOf(core: RaceStart['core']): Promise<CoreCode> {
  if (typeof core !== 'string') return core;
  const twin: { readonly instantiate: CoreCode } = await import(/* @vite-ignore */ core);
  return twin.instantiate;
}

function tell(progress: RaceProgress): void {
  postMessage(progress);
}
