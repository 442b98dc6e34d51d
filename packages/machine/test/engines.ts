/** The core's code for both engines, read from where its package builds it. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { CoreCode, Engine } from '../src/index.ts';

const { resolve } = createRequire(import.meta.url);

/** Every boot test runs on each of these. */
export const ENGINES: readonly Engine[] = ['interpreter', 'jit', 'js'];

/** Loads an engine's code. @throws if the package `@longmode/cpu-wasm` has not been built */
export async function loadEngine(engine: Engine): Promise<CoreCode> {
  if (engine !== 'js') return new WebAssembly.Module(readFileSync(resolve('@longmode/cpu-wasm/core.wasm')));
  const twin = await import(pathToFileURL(resolve('@longmode/cpu-wasm/core.js')).href);
  return twin.instantiate;
}
