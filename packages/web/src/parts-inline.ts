/**
 * The parts of the single-file build: core and worker are inside the script, so that it works from `file://`, where no
 * module and no file can be fetched. It has no JavaScript twin, which would make it six times as large.
 */

import coreDataUrl from '@longmode/cpu-wasm/core.wasm?url&inline';
import { compileFailure } from './failure.ts';
import { type Parts, WORKER_NAME } from './parts.ts';
import InlineWorker from './worker.ts?worker&inline';

export const partsInline: Parts = {
  async compileCore() {
    try {
      return await WebAssembly.compile(decodeDataUrl(coreDataUrl));
    } catch (error) {
      throw compileFailure(error);
    }
  },
  coreTwinUrl: undefined,
  startInlineWorker: () => new InlineWorker({ name: WORKER_NAME }),
  workerUrl: undefined,
};

/** The bytes of a `data:...;base64,` URL; a fetch of it would need `connect-src data:`. */
function decodeDataUrl(url: string): Uint8Array<ArrayBuffer> {
  const text = atob(url.slice(url.indexOf(',') + 1));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
