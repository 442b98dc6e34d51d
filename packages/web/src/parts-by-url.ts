/**
 * The parts of the ES module build. The worker's source is in the script, so that no request stands between the script
 * and the worker's start; the core is a file beside the script, fetched and compiled by the page: a Wasm fetched by
 * the worker would cost another round trip, and no `<link rel="preload">` could hasten it. `worker.js` is for strict policies.
 */

import coreTwinUrl from '@longmode/cpu-wasm/core.js?url';
import coreWasmUrl from '@longmode/cpu-wasm/core.wasm?url';
import { compileFailure } from './failure.ts';
import { fetchOrFail } from './fetch.ts';
import { type Parts, WORKER_NAME } from './parts.ts';
import InlineWorker from './worker.ts?worker&inline';
import workerUrl from './worker.ts?worker&url';

export const partsByUrl: Parts = {
  async compileCore(signal) {
    const response = await fetchOrFail(coreWasmUrl, signal, {
      code: 'core-fetch',
      message: `the processor core ${coreWasmUrl} could not be fetched`,
      remedy:
        'Put core.wasm beside element.js, where the build leaves it; another origin needs Access-Control-Allow-Origin.',
    });
    try {
      return await compile(response);
    } catch (error) {
      throw compileFailure(error);
    }
  },
  // Absolute, because the worker's own base is a Blob.
  get coreTwinUrl() {
    return new URL(coreTwinUrl, document.baseURI).href;
  },
  startInlineWorker: () => new InlineWorker({ name: WORKER_NAME }),
  get workerUrl() {
    return new URL(workerUrl, document.baseURI).href;
  },
};

/** Compiles while the bytes arrive, where the server names the type that this asks for. */
async function compile(response: Response): Promise<WebAssembly.Module> {
  const isTyped = /^application\/wasm\b/i.test(response.headers.get('content-type') ?? '');
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
