/**
 * One boot, seen from the page: a worker from its start to its termination, and the loading order that was measured as
 * the shortest. The core's compilation, the fetch of the kernel and the worker's start begin in the same turn, and the
 * worker gets its canvas at once; a Wasm fetched by the worker itself would cost another round trip.
 */

import type { Engine } from '@longmode/machine';
import { coreTwinUrl, coreWasmUrl, workerUrl } from './code-urls.ts';
import type { AttachMessage } from './debugger/host.ts';
import { type Failure, LongModeError, messageOf } from './failure.ts';
import type { CoreSource, PageMessage, WorkerMessage } from './protocol.ts';

/** What to boot, on which canvas. */
export interface SessionOptions {
  /** Absolute URL of the kernel. */
  readonly src: string;
  readonly cmdline: string;
  /** A size such as `64M`; undefined for the machine's default. */
  readonly memory: string | undefined;
  readonly engine: Engine;
  /** A canvas whose control was never given away. */
  readonly canvas: HTMLCanvasElement;
  readonly blink: boolean;
  /** Told everything that the worker tells, and failures on the page's side; never after `close`. */
  readonly onMessage: (message: WorkerMessage) => void;
}

/** A machine in its worker. Constructing it starts everything; failures come as messages. */
export class Session {
  readonly #worker: Worker;
  readonly #abort = new AbortController();
  readonly #onMessage: (message: WorkerMessage) => void;

  constructor(options: SessionOptions) {
    this.#onMessage = options.onMessage;
    const core = fetchCore(options.engine, this.#abort.signal);
    const kernel = fetchKernel(options.src, this.#abort.signal);
    this.#worker = new Worker(workerUrl, { type: 'module', name: 'long-mode' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => this.#tell(data));
    this.#worker.addEventListener('error', (event) => this.#tell(workerFailure(event)));
    const canvas = options.canvas.transferControlToOffscreen();
    this.#post({ kind: 'canvas', canvas, blink: options.blink }, [canvas]);
    void this.#boot(core, kernel, options);
  }

  /** Ends the worker and everything that is still being loaded. Nothing is told any more. */
  close(): void {
    this.#abort.abort();
    this.#worker.terminate();
  }

  async #boot(core: Promise<CoreSource>, kernel: Promise<Uint8Array<ArrayBuffer>>, options: SessionOptions) {
    try {
      const [coreSource, kernelBytes] = await Promise.all([core, kernel]);
      const { cmdline, memory } = options;
      this.#post({ kind: 'boot', kernel: kernelBytes, core: coreSource, cmdline, memory }, [kernelBytes.buffer]);
    } catch (error) {
      if (error instanceof LongModeError) this.#tell({ kind: 'failed', failure: error.failure });
      else throw error;
    }
  }

  /** Hands the machine to a debugger. */
  attach(message: AttachMessage): void {
    this.#post(message, [message.port]);
  }

  #post(message: PageMessage, transfer: Transferable[]): void {
    if (!this.#abort.signal.aborted) this.#worker.postMessage(message, transfer);
  }

  #tell(message: WorkerMessage): void {
    if (!this.#abort.signal.aborted) this.#onMessage(message);
  }
}

async function fetchKernel(src: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetchOrFail(src, signal, {
    code: 'kernel-fetch',
    message: `the kernel ${src} could not be fetched`,
    remedy: 'Check the src attribute; a file on another origin needs the header Access-Control-Allow-Origin.',
  });
  return new Uint8Array(await response.arrayBuffer());
}

async function fetchCore(engine: Engine, signal: AbortSignal): Promise<CoreSource> {
  if (engine === 'js') return { engine, url: new URL(coreTwinUrl, document.baseURI).href };
  const response = await fetchOrFail(coreWasmUrl, signal, {
    code: 'core-fetch',
    message: `the processor core ${coreWasmUrl} could not be fetched`,
    remedy: 'Put core.wasm beside element.js, where the build leaves it.',
  });
  try {
    return { engine, module: await compile(response) };
  } catch (error) {
    throw new LongModeError({
      code: 'core-compile',
      message: `the processor core could not be compiled: ${messageOf(error)}`,
      remedy: `If the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src, or use engine="js".`,
    });
  }
}

/** Compiles while the bytes arrive, where the server names the type that this asks for. */
async function compile(response: Response): Promise<WebAssembly.Module> {
  const isTyped = /^application\/wasm\b/i.test(response.headers.get('content-type') ?? '');
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

async function fetchOrFail(url: string, signal: AbortSignal, failure: Failure): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    throw new LongModeError({ ...failure, message: `${failure.message}: ${messageOf(error)}` });
  }
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    throw new LongModeError({ ...failure, message: `${failure.message}: the server answers ${status}` });
  }
  return response;
}

function workerFailure(event: ErrorEvent): WorkerMessage {
  const failure = event.message
    ? {
        code: 'worker',
        message: `the worker of the machine failed: ${event.message}`,
        remedy: 'This looks like a bug of Longmode; please report it together with the kernel file.',
      }
    : {
        code: 'worker-load',
        message: `the worker ${workerUrl} could not be started`,
        remedy:
          "Put worker.js beside element.js, on the page's origin; a Content-Security-Policy needs worker-src 'self'.",
      };
  return { kind: 'failed', failure };
}
