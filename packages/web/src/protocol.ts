/**
 * What page and worker tell each other. The page owns the element, the worker owns machine and canvas; they share
 * nothing, so that no page needs the headers that shared memory asks for. Messages are plain data, one union for each
 * direction; a new ability is a new member of a union, and the compiler names the places that have to answer it.
 *
 * Where the page wants an answer it sends a request: `Requests` names them with their parameters and answers.
 */

import type { Address, Engine, FinalEnd, KeyCode } from '@longmode/machine';
import type { AttachMessage } from './debugger/host.ts';
import type { Failure } from './failure.ts';
import type { ChangedRow } from './screen/changed-rows.ts';
import type { ThemePalette } from './screen/theme-palette.ts';

/** The code of the core: Wasm compiled by the page, or where the JavaScript twin is. */
export type CoreSource =
  | { readonly engine: Exclude<Engine, 'js'>; readonly module: WebAssembly.Module }
  | { readonly engine: Extract<Engine, 'js'>; readonly url: string };

/** A file handed to the kernel. */
export interface ModuleFile {
  readonly bytes: Uint8Array;
  readonly cmdline: string;
}

/** From the page to the worker. */
export type PageMessage =
  /** The screen's canvas; sent once, before anything else. `blink` is false for people who want no motion. */
  | {
      readonly kind: 'canvas';
      readonly canvas: OffscreenCanvas;
      readonly blink: boolean;
      readonly palette: ThemePalette;
    }
  /** Boots and runs; sent once. Undefined options have the machine's defaults. */
  | {
      readonly kind: 'boot';
      readonly kernel: Uint8Array;
      readonly modules: readonly ModuleFile[];
      readonly core: CoreSource;
      readonly cmdline: string;
      readonly memory: string | undefined;
      readonly cpu: string | undefined;
    }
  | { readonly kind: 'palette'; readonly palette: ThemePalette }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'key'; readonly code: KeyCode; readonly down: boolean }
  | { readonly kind: 'serial-input'; readonly port: 1 | 2 | 3 | 4; readonly text: string }
  | AttachMessage
  | RequestMessage;

/** Requests by name. All of them fail before the machine has booted. */
export interface Requests {
  /** See `Keyboard.type`; fails while the machine is paused. */
  type: { readonly parameters: { readonly text: string }; readonly answer: undefined };
  press: { readonly parameters: { readonly keys: readonly string[] }; readonly answer: undefined };
  /** Executes instructions of a paused machine. */
  step: { readonly parameters: { readonly count: number }; readonly answer: undefined };
  /** The canvas as PNG. */
  screenshot: { readonly parameters: Record<string, never>; readonly answer: Blob };
  /** Linear memory. */
  'read-memory': {
    readonly parameters: { readonly at: Address; readonly lengthBytes: number };
    readonly answer: Uint8Array;
  };
}

export type RequestName = keyof Requests;

/** A request under way; `id` finds its answer. */
export type RequestMessage = {
  [Name in RequestName]: {
    readonly kind: 'request';
    readonly id: number;
    readonly name: Name;
    readonly parameters: Requests[Name]['parameters'];
  };
}[RequestName];

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
  /** The same for a kernel that draws pixels: a picture of this size was shown. */
  | { readonly kind: 'graphics'; readonly width: number; readonly height: number }
  | { readonly kind: 'serial'; readonly port: 1 | 2 | 3 | 4; readonly bytes: Uint8Array }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  /** The guest can never run again; `report` is its post mortem as text where there is one. */
  | { readonly kind: 'ended'; readonly end: FinalEnd; readonly report: string | undefined }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'answer'; readonly id: number; readonly value: Requests[RequestName]['answer'] }
  /** A request failed; the machine goes on. */
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string };
