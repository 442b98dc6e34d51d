/** All engines with their code, for tests that run on each from one list. */
import { readFileSync } from 'node:fs';
import type { CoreCode, Engine, JsTwin } from '../src/index.ts';

const file = (name: string): URL => new URL(`../dist/${name}`, import.meta.url);
const twin = (await import(file('core.js').href)) as { instantiate: JsTwin };

/** The Wasm engine's file, as users download it. */
export const coreWasm: Uint8Array<ArrayBuffer> = new Uint8Array(readFileSync(file('core.wasm')));

export const engines: readonly { readonly engine: Engine; readonly code: CoreCode }[] = [
  { engine: 'interpreter', code: new WebAssembly.Module(coreWasm) },
  { engine: 'jit', code: new WebAssembly.Module(coreWasm) },
  { engine: 'js', code: twin.instantiate },
];
