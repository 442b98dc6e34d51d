/**
 * The worker: one machine and its canvas, away from the page's thread. It gets everything from the page (canvas, code
 * of the core, kernel) and fetches nothing itself except the JavaScript twin; web pages cannot preload for a worker.
 * A machine that has ended keeps its worker, which keeps the screen; the page terminates it.
 *
 * The machine has the pace of the host's clock, because somebody sits at it: an idle guest waits for keys.
 */

import { boot, type CoreCode, formatPostMortem, isKeyCode, type Machine } from '@longmode/machine';
import { type AttachMessage, attachAgent } from './debugger/host.ts';
import type { RunControl } from './debugger/run-control.ts';
import { type Failure, messageOf } from './failure.ts';
import type { CoreSource, PageMessage, RequestMessage, WorkerMessage } from './protocol.ts';
import { ANSWERERS } from './requests.ts';
import { CanvasScreen } from './screen/canvas-screen.ts';
import { GraphicsScreen } from './screen/graphics-screen.ts';

let canvas: OffscreenCanvas | undefined;
let screen: CanvasScreen | undefined;
/** In the place of `screen` once a kernel that draws has been booted. */
let graphics: GraphicsScreen | undefined;
let machine: Machine | undefined;
let isPaused = false;
/** A debugger that came before the machine. */
let waitingDebugger: AttachMessage | undefined;

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  switch (data.kind) {
    case 'canvas':
      canvas = data.canvas;
      screen = new CanvasScreen(canvas, data, (columns, rows, changed) =>
        tell({ kind: 'screen', columns, rows, changed }),
      );
      break;
    case 'boot':
      start(data).catch(tellFailure);
      break;
    case 'debugger':
      if (machine) attachAgent(data, machine, controlOf(machine)).catch(tellDebuggerFailure);
      else waitingDebugger = data;
      break;
    case 'palette':
      screen?.setPalette(data.palette);
      break;
    case 'pause':
      machine?.pause();
      break;
    case 'resume':
      if (machine && isPaused) run(machine).catch(tellFailure);
      break;
    case 'key':
      if (machine && isKeyCode(data.code)) {
        if (data.down) machine.keyboard.keyDown(data.code);
        else machine.keyboard.keyUp(data.code);
      }
      break;
    case 'serial-input':
      machine?.serialPorts[data.port - 1]?.write(data.text);
      break;
    case 'request':
      answer(data).catch(({ message }: Error) => tell({ kind: 'refusal', id: data.id, message }));
      break;
    default:
      data satisfies never;
  }
});

function tell(message: WorkerMessage): void {
  postMessage(message);
}

function tellFailure(error: unknown): void {
  tell({ kind: 'failed', failure: failureOf(error) });
}

async function start(options: Extract<PageMessage, { kind: 'boot' }>): Promise<void> {
  const { kernel, modules, core, cmdline, memory, cpu } = options;
  const booted = await boot({
    kernel,
    modules,
    engine: core.engine,
    code: await coreCode(core),
    cmdline,
    graphics: true,
    pace: 'host',
    ...(memory !== undefined && { memory }),
    ...(cpu !== undefined && { cpu }),
  });
  machine = booted;
  tell({ kind: 'booted', warnings: booted.warnings });
  booted.on('serial', ({ port, bytes }) => tell({ kind: 'serial', port, bytes }));
  if (booted.framebuffer && canvas) {
    const { width, height } = booted.framebuffer;
    graphics = new GraphicsScreen(canvas, booted.framebuffer, () => tell({ kind: 'graphics', width, height }));
    booted.on('graphics', (rows) => graphics?.show(rows));
  } else booted.on('screen', () => screen?.show(booted.screen.frame()));
  const isHeld =
    waitingDebugger && (await attachAgent(waitingDebugger, booted, controlOf(booted)).catch(tellDebuggerFailure));
  if (isHeld) tellPaused();
  else await run(booted);
}

/** Runs the guest until it ends, is paused or comes to a breakpoint of a debugger. */
async function run(booted: Machine): Promise<void> {
  if (isPaused) tell({ kind: 'resumed' });
  isPaused = false;
  const end = await booted.run(undefined, { instructions: Number.POSITIVE_INFINITY });
  showScreen(booted);
  if (booted.ended) tellEnd(booted.ended);
  else if (end.kind === 'paused' || end.kind === 'breakpoint') tellPaused();
}

function tellPaused(): void {
  isPaused = true;
  tell({ kind: 'paused' });
}

function controlOf(booted: Machine): RunControl {
  return {
    resume: () => run(booted).catch(tellFailure),
    step: async (count) => {
      await booted.step(count);
      showScreen(booted);
      if (booted.ended) tellEnd(booted.ended);
    },
  };
}

/** The guest runs on without a debugger. */
function tellDebuggerFailure(error: unknown): false {
  console.error('the debugger could not be loaded:', error);
  return false;
}

function showScreen(booted: Machine): void {
  if (graphics) {
    graphics.flush();
    return;
  }
  screen?.show(booted.screen.frame());
  screen?.flush();
}

function tellEnd(end: NonNullable<Machine['ended']>): void {
  const report = 'report' in end ? formatPostMortem(end.report, { screen: false }) : undefined;
  tell({ kind: 'ended', end, report });
}

async function answer({ id, name, parameters }: RequestMessage): Promise<void> {
  if (!machine || !canvas) throw new Error('nothing has been booted yet');
  const booted = machine;
  // The compiler does not see that name and parameters belong together.
  const answerer = ANSWERERS[name] as (
    context: unknown,
    parameters: unknown,
  ) => ReturnType<(typeof ANSWERERS)[typeof name]>;
  const context = { machine, isPaused, canvas, showScreen: () => showScreen(booted) };
  const value = await answerer(context, parameters);
  tell({ kind: 'answer', id, value });
  // A machine that was stepped may have come to its end.
  if (name === 'step' && booted.ended) tellEnd(booted.ended);
}

async function coreCode(core: CoreSource): Promise<CoreCode> {
  if (core.engine !== 'js') return core.module;
  const twin: { readonly instantiate: CoreCode } = await import(/* @vite-ignore */ core.url);
  return twin.instantiate;
}

/** The loader's errors carry their own remedy; the options of a machine are all that throws a RangeError. */
function failureOf(error: unknown): Failure {
  if (error instanceof Error && 'remedy' in error && 'code' in error) {
    const offset = 'offset' in error && typeof error.offset === 'number' ? { offset: error.offset } : {};
    return { code: String(error.code), message: error.message, remedy: String(error.remedy), ...offset };
  }
  if (error instanceof RangeError) {
    return {
      code: 'option',
      message: error.message,
      remedy: 'Correct the attribute, for example memory="64M" or cpu="x86-64-v3".',
    };
  }
  return {
    code: 'worker',
    message: messageOf(error),
    remedy: 'This looks like a bug of Longmode; please report it together with the kernel file.',
  };
}
