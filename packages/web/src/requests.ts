/** The worker's answers to requests: one function for each name of `Requests`. */

import { isKeyCode, type KeyCode, type Machine } from '@longmode/machine';
import type { RequestName, Requests } from './protocol.ts';

/** What a request may need. */
export interface RequestContext {
  readonly machine: Machine;
  readonly isPaused: boolean;
  readonly canvas: OffscreenCanvas;
  /** The machine was moved on by hand: shows its screen. */
  showScreen(): void;
}

type Answerers = {
  readonly [Name in RequestName]: (
    context: RequestContext,
    parameters: Requests[Name]['parameters'],
  ) => Promise<Requests[Name]['answer']> | Requests[Name]['answer'];
};

/** By name. Each throws an error whose message tells the caller what to do. */
export const ANSWERERS: Answerers = {
  async type(context, { text }) {
    requireRunning(context);
    await context.machine.keyboard.type(text, { instructions: Number.POSITIVE_INFINITY });
    return undefined;
  },
  async press(context, { keys }) {
    requireRunning(context);
    await context.machine.keyboard.press(...keys.map(requireKey));
    return undefined;
  },
  async step({ machine, showScreen }, { count }) {
    await machine.step(count);
    showScreen();
    return undefined;
  },
  screenshot: ({ canvas, showScreen }) => {
    showScreen();
    return canvas.convertToBlob({ type: 'image/png' });
  },
  'read-memory': ({ machine }, { at, lengthBytes }) => machine.memory.read(at, lengthBytes),
};

/** Typing waits for the guest, which would run it. */
function requireRunning({ isPaused }: RequestContext): void {
  if (isPaused) throw new Error('the machine is paused: resume it, so that the guest can take the keys');
}

function requireKey(code: string): KeyCode {
  if (isKeyCode(code)) return code;
  throw new RangeError(
    `${JSON.stringify(code)} is no key: expected a KeyboardEvent.code such as KeyA, Enter or ArrowUp`,
  );
}
