/**
 * One boot, seen from the page: a worker from its start to its termination, and the loading order that was measured as
 * the shortest. The core's compilation, the fetch of the kernel and the worker's start begin in the same turn, and the
 * worker gets its canvas at once.
 *
 * The worker comes from a Blob. Where a policy forbids that, which only shows when its start fails, it comes from its
 * file; a page that knows its policy names the file (`workerUrl`) and saves the attempt.
 */

import type { Engine } from '@longmode/machine';
import type { AttachMessage } from './debugger/host.ts';
import { LongModeError, messageOf } from './failure.ts';
import { type FetchProgress, fetchFile } from './fetch.ts';
import { type Parts, WORKER_NAME } from './parts.ts';
import type { CoreSource, ModuleFile, PageMessage, RequestName, Requests, WorkerMessage } from './protocol.ts';
import type { ThemePalette } from './screen/theme-palette.ts';

/** What to boot, and on which canvas. */
export interface SessionOptions {
  readonly parts: Parts;
  /** Absolute URL of the worker's file; undefined to start it from the script. */
  readonly workerUrl: string | undefined;
  /** Absolute URL of the kernel. */
  readonly src: string;
  /** Absolute URLs of the kernel's modules, with their command lines. */
  readonly modules: readonly { readonly src: string; readonly cmdline: string }[];
  readonly cmdline: string;
  /** A size such as `64M`; undefined for the machine's default. */
  readonly memory: string | undefined;
  /** A processor model; undefined for the machine's default. */
  readonly cpu: string | undefined;
  readonly engine: Engine;
  /** Makes and shows a canvas; asked again if the worker has to be started a second time. */
  readonly createCanvas: () => HTMLCanvasElement;
  /** The message that attaches a debugger, asked for anew for every worker that is started; undefined without one. */
  readonly debuggerMessage: () => AttachMessage | undefined;
  readonly blink: boolean;
  readonly palette: ThemePalette;
  readonly onProgress: (file: 'kernel' | 'module', progress: FetchProgress) => void;
  /** Told everything that the worker tells by itself, and failures on the page's side; never after `close`. */
  readonly onMessage: (message: SessionMessage) => void;
}

/** What a session tells: answers go to whoever asked. */
export type SessionMessage = Exclude<WorkerMessage, { kind: 'answer' | 'refusal' }>;

interface PendingRequest {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** A Blob was refused once on this page, and will be again. */
let isInlineWorkerRefused = false;

/** A machine in its worker. Constructing it starts everything; failures come as messages. */
export class Session {
  /** Gone after `close`, so that nothing that a browser keeps of a load can keep the element. */
  #options: SessionOptions | undefined;
  readonly #abort = new AbortController();
  readonly #requests = new Map<number, PendingRequest>();
  #worker: Worker | undefined;
  #nextRequest = 1;
  /** Kept until the worker has answered, in case it has to be started again. */
  #boot: PageMessage | undefined;
  #hasWorkerSpoken = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { signal } = this.#abort;
    const core = getCore(options.engine, options.parts, signal);
    const kernel = fetchFile('kernel', options.src, signal, (progress) =>
      this.#options?.onProgress('kernel', progress),
    );
    const modules = options.modules.map(async ({ src, cmdline }): Promise<ModuleFile> => {
      const bytes = await fetchFile('module', src, signal, (progress) => this.#options?.onProgress('module', progress));
      return { bytes, cmdline };
    });
    this.#startWorker(options.workerUrl ?? (isInlineWorkerRefused ? options.parts.workerUrl : undefined));
    void this.#bootWhenLoaded(orAborted(Promise.all([core, kernel, Promise.all(modules)]), signal));
  }

  send(message: PageMessage, transfer: Transferable[] = []): void {
    if (!this.#abort.signal.aborted) this.#worker?.postMessage(message, transfer);
  }

  /** Asks the worker. @throws LongModeError (as rejection) if it refuses, or the session ends first */
  request<Name extends RequestName>(name: Name, parameters: Requests[Name]['parameters']) {
    return new Promise<Requests[Name]['answer']>((resolve, reject) => {
      const id = this.#nextRequest++;
      this.#requests.set(id, { resolve, reject });
      this.send({ kind: 'request', id, name, parameters } as PageMessage);
    });
  }

  /** Ends the worker and everything that is still being loaded. Nothing is told any more. */
  close(): void {
    this.#options = undefined;
    // Chromium keeps the signal of a stream whose fetch was aborted, for as long as the page lives. The reason that it makes by itself
    // is an exception, whose stack keeps the elements on whose behalf it was made.
    this.#abort.abort('stopped');
    this.#worker?.terminate();
    for (const { reject } of this.#requests.values()) reject(refusal('the machine was stopped'));
    this.#requests.clear();
  }

  #startWorker(url: string | undefined): void {
    if (!this.#options) return;
    const { parts, createCanvas, debuggerMessage, blink, palette } = this.#options;
    let worker: Worker;
    try {
      worker = url === undefined ? parts.startInlineWorker() : new Worker(url, { type: 'module', name: WORKER_NAME });
    } catch (error) {
      // Told later: whoever makes a session does not have it yet.
      queueMicrotask(() => this.#tell(workerLoadFailure(url, messageOf(error))));
      return;
    }
    this.#worker = worker;
    // Browsers keep a worker for a while that is terminated before it has started; it must not keep the element.
    const { signal } = this.#abort;
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => this.#receive(data), { signal });
    worker.addEventListener('error', (event) => this.#workerFailed(event, url), { signal });
    const canvas = createCanvas().transferControlToOffscreen();
    this.send({ kind: 'canvas', canvas, blink, palette }, [canvas]);
    const attach = debuggerMessage();
    if (attach) this.send(attach, [attach.port]);
    if (this.#boot) this.send(this.#boot);
  }

  async #bootWhenLoaded(loaded: Promise<[CoreSource, Uint8Array, ModuleFile[]]>): Promise<void> {
    try {
      const [core, kernel, modules] = await loaded;
      if (!this.#options) return;
      const { cmdline, memory, cpu } = this.#options;
      this.#boot = { kind: 'boot', kernel, modules, core, cmdline, memory, cpu };
      this.send(this.#boot);
    } catch (error) {
      if (error instanceof LongModeError) this.#tell({ kind: 'failed', failure: error.failure });
      else throw error;
    }
  }

  #receive(message: WorkerMessage): void {
    this.#hasWorkerSpoken = true;
    this.#boot = undefined;
    if (message.kind !== 'answer' && message.kind !== 'refusal') {
      this.#tell(message);
      return;
    }
    const pending = this.#requests.get(message.id);
    this.#requests.delete(message.id);
    if (message.kind === 'refusal') pending?.reject(refusal(message.message));
    else pending?.resolve(message.value as never);
  }

  #workerFailed({ message }: ErrorEvent, url: string | undefined): void {
    const file = this.#options?.parts.workerUrl;
    if (message) {
      const remedy = 'This looks like a bug of Longmode; please report it together with the kernel file.';
      this.#tell({ kind: 'failed', failure: { code: 'worker', message: `the worker failed: ${message}`, remedy } });
    } else if (url === undefined && file !== undefined && !this.#hasWorkerSpoken) {
      isInlineWorkerRefused = true;
      this.#worker?.terminate();
      this.#startWorker(file);
    } else this.#tell(workerLoadFailure(url, undefined));
  }

  #tell(message: SessionMessage): void {
    this.#options?.onMessage(message);
  }
}

/**
 * Rejects at the latest with the abort. Chromium leaves `compileStreaming` pending for ever when its fetch is aborted, and
 * whoever waits for it would stay in memory.
 */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new LongModeError({ code: 'stopped', message: 'stopped', remedy: '' }));
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject);
  });
}

async function getCore(engine: Engine, parts: Parts, signal: AbortSignal): Promise<CoreSource> {
  if (engine !== 'js') return { engine, module: await parts.compileCore(signal) };
  if (parts.coreTwinUrl !== undefined) return { engine, url: parts.coreTwinUrl };
  throw new LongModeError({
    code: 'engine-missing',
    message: 'this build of the element does not have the engine "js"',
    remedy: 'Use element.js with core.js beside it, or leave out the engine attribute.',
  });
}

function workerLoadFailure(url: string | undefined, reason: string | undefined): SessionMessage {
  const what =
    url === undefined ? 'the worker could not be started from a Blob' : `the worker ${url} could not be started`;
  return {
    kind: 'failed',
    failure: {
      code: 'worker-load',
      message: reason === undefined ? what : `${what}: ${reason}`,
      remedy:
        "Allow worker-src blob: in the page's Content-Security-Policy, or worker-src 'self' with worker.js on the page's origin (attribute worker-src).",
    },
  };
}

function refusal(message: string): LongModeError {
  return new LongModeError({ code: 'refused', message, remedy: '' });
}
