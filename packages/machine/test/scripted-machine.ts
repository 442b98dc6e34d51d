/** A machine around a scripted core, for tests. */

import type { BootPlan } from '@longmode/loader';
import { EGA_TEXT, SymbolTable } from '@longmode/loader';
import type { Limits } from '../src/api.ts';
import { PcMachine } from '../src/machine.ts';
import { type Action, type Guest, ScriptedCore } from './scripted-core.ts';

/** A plan that loads nothing and starts at address 0. */
const EMPTY_PLAN: BootPlan = {
  protocol: 'multiboot2',
  segments: [],
  entry: 0,
  registers: { eax: 0x36d76289, ebx: 0, esp: 0x7ff00 },
  framebuffer: EGA_TEXT,
  symbols: new SymbolTable(),
  image: undefined as never, // the machine does not look at it
  warnings: [],
};

/** Makes a machine that executes the actions. */
export function scripted(actions: readonly Action[], limits?: Limits) {
  let core: ScriptedCore | undefined;
  const machine = new PcMachine({
    plan: EMPTY_PLAN,
    createCore: (host) => (core = new ScriptedCore(host, actions)),
    limits,
  });
  if (!core) throw new Error('no core was made');
  return { machine, core };
}

/** Sends a text through COM1, one byte per instruction. */
export function say(text: string): Action[] {
  return [...text].map(
    (character) =>
      ({ host }: Guest) =>
        host.portWrite(0x3f8, 1, character.charCodeAt(0)),
  );
}

/** Puts a text into the corner of the screen in one instruction. */
export function show(text: string): Action {
  return ({ ram }) => {
    for (const [i, character] of [...text].entries()) ram[0xb8000 + 2 * i] = character.charCodeAt(0);
  };
}

/** As many instructions that do nothing. */
export function nops(count: number): Action[] {
  return new Array<Action>(count).fill('nop');
}
