/** Both engines' code from `dist/`, for tests that run everything on each. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CoreCode, Engine, JsTwin } from '../src/index.ts';

export const engines: readonly Engine[] = ['interpreter', 'js'];

function built(name: string): string {
  const path = fileURLToPath(new URL(`../dist/${name}`, import.meta.url));
  if (!existsSync(path))
    throw new Error(`dist/${name} is missing: run \`pnpm --filter @longmode/cpu-wasm build\` first`);
  return path;
}

/** Loads the code of an engine. Throws when it has not been built. */
export async function loadEngine(engine: Engine): Promise<CoreCode> {
  if (engine === 'interpreter') return new WebAssembly.Module(readFileSync(built('core.wasm')));
  const twin = (await import(built('core.js'))) as { instantiate: JsTwin };
  return twin.instantiate;
}
