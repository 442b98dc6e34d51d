/**
 * Loads iced-x86, by which instruction bytes become text. The library is made for Node: the build turns its CommonJS into a module that takes its Wasm as compiled by us (`vite.iced.ts`).
 */

import type { Disassembler } from '@longmode/machine';
import { makeDisassembler } from '@longmode/machine/inspect';
import * as library from 'iced-x86';
import icedWasmUrl from 'iced-x86/iced_x86_bg.wasm?url';

/** What the build makes of the package. */
interface BrowserLibrary {
  readonly iced: typeof import('iced-x86');
  initialize(module: WebAssembly.Module): Promise<void>;
}

/** Fetches and compiles the library. */
export async function loadDisassembler(): Promise<Disassembler> {
  const response = await fetch(new URL(icedWasmUrl, import.meta.url));
  const module = await WebAssembly.compile(await response.arrayBuffer());
  const { iced, initialize } = library as unknown as BrowserLibrary;
  await initialize(module);
  return makeDisassembler(iced);
}
