/**
 * The worker: one machine and its canvas, away from the page's thread. It gets everything from the page (canvas, code
 * of the core, kernel) and fetches nothing itself except the JavaScript twin; web pages cannot preload for a worker.
 * A machine that has ended keeps its worker, which keeps the screen; the page terminates it.
 */

import { boot, type CoreCode, formatPostMortem, type Machine } from '@longmode/machine';
import { CanvasScreen } from './canvas-screen.ts';
import { type AttachMessage, attachAgent } from './debugger/host.ts';
import type { RunControl } from './debugger/run-control.ts';
import { type Failure, messageOf } from './failure.ts';
import type { CoreSource, PageMessage, WorkerMessage } from './protocol.ts';

let screen: CanvasScreen | undefined;
let machine: Machine | undefined;
/** A debugger that came before the machine. */
let waitingDebugger: AttachMessage | undefined;

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  switch (data.kind) {
    case 'canvas':
      screen = new CanvasScreen(data.canvas, data.blink, (columns, rows, changed) =>
        tell({ kind: 'screen', columns, rows, changed }),
      );
      break;
    case 'boot':
      start(data).catch((error: unknown) => tell({ kind: 'failed', failure: failureOf(error) }));
      break;
    case 'debugger':
      if (machine) attachAgent(data, machine, controlOf(machine)).catch(tellDebuggerFailure);
      else waitingDebugger = data;
      break;
    default:
      data satisfies never;
  }
});

function tell(message: WorkerMessage): void {
  postMessage(message);
}

async function start({ kernel, core, cmdline, memory }: Extract<PageMessage, { kind: 'boot' }>): Promise<void> {
  const booted = await boot({
    kernel,
    engine: core.engine,
    code: await coreCode(core),
    cmdline,
    ...(memory !== undefined && { memory }),
  });
  machine = booted;
  tell({ kind: 'booted', warnings: booted.warnings });
  booted.on('serial', ({ port, bytes }) => tell({ kind: 'serial', port, bytes }));
  booted.on('screen', () => screen?.show(booted.screen.frame()));
  const isHeld =
    waitingDebugger && (await attachAgent(waitingDebugger, booted, controlOf(booted)).catch(tellDebuggerFailure));
  if (!isHeld) await run(booted, Number.POSITIVE_INFINITY);
}

async function run(booted: Machine, instructions: number): Promise<void> {
  await booted.run(undefined, { instructions });
  screen?.flush();
  if (booted.ended) tellEnd(booted.ended);
}

function controlOf(booted: Machine): RunControl {
  return { resume: () => run(booted, Number.POSITIVE_INFINITY), step: (count) => run(booted, count) };
}

/** The guest runs on without a debugger. */
function tellDebuggerFailure(error: unknown): false {
  console.error('the debugger could not be loaded:', error);
  return false;
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
