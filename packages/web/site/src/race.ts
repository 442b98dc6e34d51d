/** The race page: the same guest with translated code and on every engine, one after the other, with bars, numbers and their conditions. */

import coreTwinUrl from '@longmode/cpu-wasm/core.js?url';
import coreWasmUrl from '@longmode/cpu-wasm/core.wasm?url';
import type { Engine } from '@longmode/machine';
import { ENGINES } from '../../src/engines.ts';
import { imageUrl } from './images.ts';
import type { RaceProgress, RaceStart } from './race-worker.ts';
import raceWorkerUrl from './race-worker.ts?worker&url';

interface RaceGuest {
  readonly title: string;
  readonly image: string;
  readonly cmdline: string;
}

const GUESTS: readonly RaceGuest[] = [
  { title: 'The kernel’s self-tests', image: 'kernel', cmdline: 'test' },
  { title: 'The kernel, booted to its shell', image: 'kernel', cmdline: '' },
  { title: 'Chapter 5, every frame allocated', image: 'chapters/05-frames', cmdline: 'all' },
];

/** One of those that race. */
interface Racer {
  readonly title: string;
  readonly engine: Engine;
  /** Whether hot code is translated, as it is wherever nobody says no. */
  readonly translates: boolean;
}

const INTERPRETERS: Readonly<Record<Engine, string>> = {
  interpreter: 'WebAssembly interpreter',
  jit: 'WebAssembly, everything translated',
  js: 'JavaScript interpreter',
};

const RACERS: readonly Racer[] = [
  { title: 'WebAssembly, hot code translated', engine: 'interpreter', translates: true },
  ...ENGINES.map((engine) => ({ title: INTERPRETERS[engine], engine, translates: false })),
];

const find = <T extends Element>(selector: string): T => document.querySelector<T>(selector)!;
const form = find<HTMLFormElement>('#race');
const guestSelect = form.elements.namedItem('guest') as HTMLSelectElement;
const lengthSelect = form.elements.namedItem('millions') as HTMLSelectElement;
const verdict = find<HTMLOutputElement>('#verdict');

guestSelect.append(...GUESTS.map(({ title }, index) => new Option(title, String(index))));

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const start = form.querySelector('button')!;
  start.disabled = true;
  try {
    await race(GUESTS[Number(guestSelect.value)]!, Number(lengthSelect.value) * 1_000_000);
  } catch (error) {
    verdict.textContent = `The race was stopped: ${(error as Error).message}`;
  } finally {
    start.disabled = false;
  }
});

async function race(guest: RaceGuest, instructions: number): Promise<void> {
  verdict.textContent = '';
  const kernel = new Uint8Array(await (await fetch(imageUrl(guest.image)!)).arrayBuffer());
  const lanes = RACERS.map((racer, index) => ({ racer, show: createLane(racer.title, index, instructions) }));
  find('#lanes').replaceChildren(...lanes.map(({ show }) => show.element));
  const finished: RaceProgress[] = [];
  for (const { racer, show } of lanes)
    finished.push(await runLane(racer, kernel, guest.cmdline, instructions, show.update));
  const [first, ...others] = finished;
  const areEqual = others.every(({ result }) => result === first!.result);
  const ratios = others.map(({ milliseconds }, i) => {
    const ratio = (milliseconds / first!.milliseconds).toFixed(1);
    return `${RACERS[i + 1]!.title}: ${ratio} times as long as the first`;
  });
  verdict.textContent = `${ratios.join('; ')}. ${areEqual ? 'All came to the same result.' : 'The results differ: that is a bug.'}`;
  find('#conditions').textContent =
    `Guest: ${guest.image}.elf${guest.cmdline && ` “${guest.cmdline}”`}, ${instructions.toLocaleString('en')} instructions each, ` +
    `booted anew until there were so many; time in the guest alone. Browser: ${navigator.userAgent}; ${navigator.hardwareConcurrency} processors.`;
}

function runLane(
  { title, engine, translates }: Racer,
  kernel: Uint8Array,
  cmdline: string,
  instructions: number,
  update: (progress: RaceProgress) => void,
): Promise<RaceProgress> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(raceWorkerUrl, { type: 'module', name: `race: ${title}` });
    worker.addEventListener('error', ({ message }) => reject(new Error(message || 'its worker could not be started')));
    worker.addEventListener('message', ({ data }: MessageEvent<RaceProgress>) => {
      update(data);
      if (data.result === undefined) return;
      worker.terminate();
      resolve(data);
    });
    coreOf(engine).then((core) => {
      const start: RaceStart = { engine, translates, core, kernel, cmdline, instructions };
      worker.postMessage(start);
    }, reject);
  });
}

async function coreOf(engine: Engine): Promise<RaceStart['core']> {
  if (engine === 'js') return new URL(coreTwinUrl, document.baseURI).href;
  return WebAssembly.compile(await (await fetch(coreWasmUrl)).arrayBuffer());
}

function createLane(title: string, index: number, instructions: number) {
  const element = document.createElement('div');
  element.className = 'lane';
  const label = element.appendChild(document.createElement('label'));
  label.textContent = title;
  const bar = element.appendChild(document.createElement('progress'));
  bar.id = `lane-${index}`;
  label.htmlFor = bar.id;
  bar.max = instructions;
  bar.value = 0;
  const text = element.appendChild(document.createElement('span'));
  const update = (progress: RaceProgress): void => {
    bar.value = progress.instructions;
    const perSecond = progress.instructions / (progress.milliseconds / 1000) / 1e6;
    text.textContent = `${perSecond.toFixed(1)} million instructions per second, ${(progress.milliseconds / 1000).toFixed(2)} s`;
  };
  return { element, update };
}
