/**
 * The worker: one machine and its canvas, away from the page's thread. It gets everything from the page (canvas, code
 * of the core, kernel) and fetches nothing itself except the JavaScript twin; web pages cannot preload for a worker.
 * A machine that has ended keeps its worker, which keeps the screen; the page terminates it.
 */

import { boot, type CoreCode, formatPostMortem, type Machine } from '@longmode/machine';
import { CanvasScreen } from './canvas-screen.ts';
import { type Failure, messageOf } from './failure.ts';
import type { CoreSource, PageMessage, WorkerMessage } from './protocol.ts';

let screen: CanvasScreen | undefined;

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  switch (data.kind) {
    case 'canvas':
      screen = new CanvasScreen(data.canvas, data.blink, (columns, rows, changed) =>
        tell({ kind: 'screen', columns, rows, changed }),
      );
      break;
    case 'boot':
      run(data).catch((error: unknown) => tell({ kind: 'failed', failure: failureOf(error) }));
      break;
    default:
      data satisfies never;
  }
});

function tell(message: WorkerMessage): void {
  postMessage(message);
}

async function run({ kernel, core, cmdline, memory }: Extract<PageMessage, { kind: 'boot' }>): Promise<void> {
  const machine = await boot({
    kernel,
    engine: core.engine,
    code: await coreCode(core),
    cmdline,
    ...(memory !== undefined && { memory }),
  });
  tell({ kind: 'booted', warnings: machine.warnings });
  machine.on('serial', ({ port, bytes }) => tell({ kind: 'serial', port, bytes }));
  machine.on('screen', () => screen?.show(machine.screen.frame()));
  await machine.run(undefined, { instructions: Number.POSITIVE_INFINITY });
  screen?.flush();
  if (machine.ended) tellEnd(machine.ended);
}

function tellEnd(end: NonNullable<Machine['ended']>): void {
  const report = 'report' in end ? formatPostMortem(end.report, { screen: false }) : undefined;
  tell({ kind: 'ended', end, report });
}

async function coreCode(core: CoreSource): Promise<CoreCode> {
  if (core.engine === 'interpreter') return core.module;
  const twin: { readonly instantiate: CoreCode } = await import(/* @vite-ignore */ core.url);
  return twin.instantiate;
}

/** The loader's errors carry their own remedy; sizes of memory are the only option that throws another kind. */
function failureOf(error: unknown): Failure {
  if (error instanceof Error && 'remedy' in error && 'code' in error) {
    const offset = 'offset' in error && typeof error.offset === 'number' ? { offset: error.offset } : {};
    return { code: String(error.code), message: error.message, remedy: String(error.remedy), ...offset };
  }
  if (error instanceof RangeError) {
    return { code: 'option', message: error.message, remedy: 'Correct the attribute, for example memory="64M".' };
  }
  return {
    code: 'worker',
    message: messageOf(error),
    remedy: 'This looks like a bug of Longmode; please report it together with the kernel file.',
  };
}
