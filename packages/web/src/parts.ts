/**
 * The parts that the element loads, and how it gets them. Each build of the element brings its own: `parts-by-url.ts`
 * files beside its script, `parts-inline.ts` everything inside of it.
 */

/** What a build of the element brings along. */
export interface Parts {
  /** The core as compiled Wasm. @throws LongModeError if it cannot be had */
  compileCore(signal: AbortSignal): Promise<WebAssembly.Module>;
  /** Absolute URL of the JavaScript twin of the core; undefined in a build that has none. */
  readonly coreTwinUrl: string | undefined;
  /** Starts the worker from source text in the script, by way of a Blob: no request, and from any origin. */
  startInlineWorker(): Worker;
  /** Absolute URL of the same worker as a file, for policies that allow no Blob; undefined in a build that has none. */
  readonly workerUrl: string | undefined;
}

/** Name of the worker in the browser's tools. */
export const WORKER_NAME = 'long-mode';
