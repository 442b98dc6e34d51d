/**
 * The compilers, seen from the page: starts their worker with the first request, and a new one after many, since the
 * memory of a compiler grows with every run.
 */

import type { Quality } from '@longmode/kernel/image';
import type { CompilerAnswer, CompilerRequest, CompileTarget } from './protocol.ts';
import compileWorkerUrl from './worker.ts?worker&url';

/** Requests after which the worker is replaced, when it is idle. */
const REQUESTS_PER_WORKER = 100;

type RequestOf<T> = T extends unknown ? Omit<T, 'id'> : never;

export class Compiler {
  #worker: Worker | undefined;
  #requests = 0;
  readonly #waiting = new Map<number, { resolve: (answer: CompilerAnswer) => void; reject: (error: Error) => void }>();

  /**
   * Loads the compilers, and runs them so that later runs are fast.
   * @throws Error (as rejection) if they do not work here
   */
  async warmUp(files: ReadonlyMap<string, string>): Promise<void> {
    const answer = await this.#ask({ kind: 'warm-up', files });
    if (answer.kind === 'refused') throw new Error(`the compilers do not work in this browser: ${answer.message}`);
  }

  /**
   * Builds an image; refused sources are an answer, not an error.
   * @throws Error (as rejection) if the worker could not be started or was closed
   */
  compile(target: CompileTarget, files: ReadonlyMap<string, string>, quality: Quality): Promise<CompilerAnswer> {
    return this.#ask({ kind: 'compile', target, files, quality });
  }

  /** Ends the worker; whoever waits is told. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error('the compiler was stopped'));
    this.#waiting.clear();
  }

  #ask(request: RequestOf<CompilerRequest>): Promise<CompilerAnswer> {
    if (this.#requests >= REQUESTS_PER_WORKER && this.#waiting.size === 0) {
      this.close();
      this.#requests = 0;
    }
    this.#worker ??= this.#start();
    const id = ++this.#requests;
    const { promise, resolve, reject } = promiseWithResolvers<CompilerAnswer>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker.postMessage({ ...request, id });
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(compileWorkerUrl, { type: 'module', name: 'compiler' });
    worker.addEventListener('message', ({ data }: MessageEvent<CompilerAnswer>) => {
      this.#waiting.get(data.id)?.resolve(data);
      this.#waiting.delete(data.id);
    });
    worker.addEventListener('error', ({ message }) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(message || 'the worker of the compiler could not be started'));
      this.#waiting.clear();
      this.close();
    });
    return worker;
  }
}

/** `Promise.withResolvers`, which is younger than the browsers that are to work. */
function promiseWithResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
