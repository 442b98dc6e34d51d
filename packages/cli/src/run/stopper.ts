/** Signals, keys and the clock all end the run in the same way: by aborting it with the reason. */
import { signalExitCodes } from '../exit-codes.ts';
import type { StopReason } from '../outcome.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for whatever may end the run from outside, until it is disposed. */
export class Stopper {
  private controller = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(timeoutMillis: number | undefined) {
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
    if (timeoutMillis !== undefined) {
      this.timer = setTimeout(() => this.stop({ kind: 'timeout', milliseconds: timeoutMillis }), timeoutMillis);
    }
  }

  /** For the run that is under way. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Ends the run. */
  stop(reason: StopReason): void {
    this.controller.abort(reason);
  }

  /** There is another run, which has not been ended yet. */
  renew(): void {
    this.controller = new AbortController();
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
  }

  private readonly onSignal = (signal: (typeof SIGNALS)[number]): void => {
    // The second one does not wait for the guest to come to a stop.
    if (this.signal.aborted) process.exit(signalExitCodes[signal]);
    this.stop({ kind: 'signal', signal });
  };
}
