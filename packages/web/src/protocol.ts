/**
 * What page and worker tell each other. The page owns the element, the worker owns machine and canvas; they share
 * nothing, so that no page needs the headers that shared memory asks for. Messages are plain data, one union for each
 * direction; a new ability is a new member of a union, and the compiler names the places that have to answer it.
 */

import type { Engine, FinalEnd } from '@longmode/machine';
import type { AttachMessage } from './debugger/host.ts';
import type { Failure } from './failure.ts';
import type { TextRun } from './text-runs.ts';

/** The code of the core: Wasm compiled by the page, or where the JavaScript twin is. */
export type CoreSource =
  | { readonly engine: Extract<Engine, 'interpreter'>; readonly module: WebAssembly.Module }
  | { readonly engine: Extract<Engine, 'js'>; readonly url: string };

/** From the page to the worker. */
export type PageMessage =
  /** The screen's canvas; sent once, before anything else. `blink` is false for people who want no motion. */
  | { readonly kind: 'canvas'; readonly canvas: OffscreenCanvas; readonly blink: boolean }
  /** Boots and runs; sent once. */
  | {
      readonly kind: 'boot';
      readonly kernel: Uint8Array;
      readonly core: CoreSource;
      readonly cmdline: string;
      readonly memory: string | undefined;
    }
  | AttachMessage;

/** A row of the screen that looks different now. */
export interface ChangedRow {
  readonly row: number;
  readonly runs: readonly TextRun[];
}

/** From the worker to the page. */
export type WorkerMessage =
  /** The machine stands at the kernel's entry point and starts to run. */
  | { readonly kind: 'booted'; readonly warnings: readonly string[] }
  /** At most once per displayed frame; the first holds every row. */
  | {
      readonly kind: 'screen';
      readonly columns: number;
      readonly rows: number;
      readonly changed: readonly ChangedRow[];
    }
  | { readonly kind: 'serial'; readonly port: 1 | 2 | 3 | 4; readonly bytes: Uint8Array }
  /** The guest can never run again; `report` is its post mortem as text where there is one. */
  | { readonly kind: 'ended'; readonly end: FinalEnd; readonly report: string | undefined }
  | { readonly kind: 'failed'; readonly failure: Failure };
