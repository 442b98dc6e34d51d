/**
 * The compilers in a worker: AssemblyScript's asc, our native compiler and the linker, on texts that the page sends.
 * They are large (asc with binaryen is 13 MB of JavaScript), so they are a chunk of their own that the first request
 * loads. One request is worked on at a time, in order. asc leaves helpers in the realm's globals, one more reason for a
 * worker of its own; nothing here is shared with a machine.
 */

import type { SourceProblem } from '@longmode/aot';
import type { CompilerAnswer, CompilerRequest } from './protocol.ts';

let queue: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<CompilerRequest>) => {
  queue = queue.then(() => serve(data));
});

async function serve(request: CompilerRequest): Promise<void> {
  const started = performance.now();
  try {
    const { build, warmUp } = await import('./build.ts');
    const image = request.kind === 'warm-up' ? await warmUp(request.files) : await build(request);
    const elf = new Uint8Array(image.elf);
    const milliseconds = performance.now() - started;
    answer({ kind: 'built', id: request.id, elf, problems: image.problems, milliseconds }, [elf.buffer]);
  } catch (error) {
    answer({ kind: 'refused', id: request.id, message: messageOf(error), problems: problemsOf(error) });
  }
}

function answer(message: CompilerAnswer, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a `CompileError` knows about places; its class is in the chunk that is loaded late. */
function problemsOf(error: unknown): readonly SourceProblem[] {
  return error instanceof Error && 'problems' in error ? (error.problems as readonly SourceProblem[]) : [];
}
