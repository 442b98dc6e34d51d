/** The events of the element, for page and types. */

import type { FinalEnd } from '@longmode/machine';
import type { Failure } from './failure.ts';

/** Events of the element; all bubble and cross shadow roots. */
export interface LongModeEvents {
  /** A file is on its way. `totalBytes` is undefined where the server does not say, or compresses. */
  progress: CustomEvent<{
    readonly file: 'kernel' | 'module';
    readonly loadedBytes: number;
    readonly totalBytes: number | undefined;
  }>;
  /** The guest stands at its entry point and starts to run. */
  booted: CustomEvent<{ readonly warnings: readonly string[] }>;
  /** The guest stands still after `pause()`, and goes on after `resume()`. */
  paused: CustomEvent<undefined>;
  resumed: CustomEvent<undefined>;
  /** Rows of the screen say something else; at most once per frame of the display. */
  screenchange: CustomEvent<{ readonly rows: readonly number[] }>;
  /** The guest sent bytes through a serial port (1 for COM1). */
  serial: CustomEvent<{ readonly port: 1 | 2 | 3 | 4; readonly bytes: Uint8Array }>;
  /** The guest halted for good. */
  halted: CustomEvent<Extract<FinalEnd, { kind: 'halted' }>>;
  /** The processor shut down; the detail holds the post mortem. */
  triplefault: CustomEvent<Extract<FinalEnd, { kind: 'triple-fault' }>>;
  /** The guest left through the debug exit port, or reset the machine. */
  exit: CustomEvent<Extract<FinalEnd, { kind: 'exit' | 'reset' }>>;
  /** The kernel could not be booted, or used something that the machine does not have. */
  error: CustomEvent<Failure>;
}

/** An event's name and its detail. */
export type EventTold = {
  [E in keyof LongModeEvents]: readonly [type: E, detail: LongModeEvents[E]['detail']];
}[keyof LongModeEvents];

/** The event that tells of an end. */
export function eventOfEnd(end: FinalEnd): EventTold {
  switch (end.kind) {
    case 'halted':
      return ['halted', end];
    case 'triple-fault':
      return ['triplefault', end];
    case 'exit':
    case 'reset':
      return ['exit', end];
    case 'unimplemented':
      // The report names instruction and place.
      return [
        'error',
        {
          code: 'unimplemented',
          message: end.report.title,
          remedy: 'Please report this instruction together with the kernel file.',
        },
      ];
  }
}
