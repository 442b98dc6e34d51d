/**
 * Measures a running machine in Chromium: the longest task of the main thread and the frame rate while a guest scrolls as
 * fast as it can, how long the worker takes to answer meanwhile, as it does to take a key, and the guest's speed beside the same
 * guest in Node.
 *
 * Run with `npx tsx bench/running.ts` in this folder, on an otherwise idle machine.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { boot } from '@longmode/machine';
import type { Browser } from 'playwright';
import { launch } from '../test/browser.ts';
import { computingGuest, coreModule, scrollGuest } from '../test/guests.ts';
import { serve } from '../test/server.ts';
import { pageFiles } from './pages.ts';
import { median } from './statistics.ts';

const SCROLL_MILLISECONDS = 5000;
const QUESTIONS = 200;

async function measureScrolling(browser: Browser): Promise<void> {
  const server = await serve(new Map([...pageFiles(), ['/scroll.elf', scrollGuest()]]), {
    'content-security-policy': '',
  });
  const tab = await browser.newPage();
  await tab.goto(`${server.url}/plain.html`);
  const result = await tab.evaluate(
    async ({ milliseconds, questions }) => {
      const element = document.querySelector('long-mode')!;
      element.src = '/scroll.elf';
      await element.boot();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      let longestTask = 0;
      let pictures = 0;
      let frames = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
      }).observe({ type: 'longtask' });
      element.addEventListener('screenchange', () => pictures++);
      const end = performance.now() + milliseconds;
      while (performance.now() < end) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        frames++;
      }
      const answers: number[] = [];
      for (let i = 0; i < questions; i++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const start = performance.now();
        await element.readMemory(0, 1);
        answers.push(performance.now() - start);
      }
      const seconds = milliseconds / 1000;
      return { longestTask, pictures: pictures / seconds, frames: frames / seconds, answers };
    },
    { milliseconds: SCROLL_MILLISECONDS, questions: QUESTIONS },
  );
  console.log(
    `scrolling guest: longest task of the main thread ${result.longestTask === 0 ? 'below 50 ms' : `${result.longestTask.toFixed(0)} ms`}, ` +
      `${result.pictures.toFixed(0)} pictures and ${result.frames.toFixed(0)} frames a second; ` +
      `the worker answers in ${median(result.answers).toFixed(1)} ms, at most ${Math.max(...result.answers).toFixed(1)} ms`,
  );
  await tab.close();
  await server.close();
}

/** What runs in browser and in Node, by what it asks of them. */
const SPEED_GUESTS = new Map([
  ['computing, 64-bit code', computingGuest()],
  ['scrolling, 32-bit code', scrollGuest()],
]);
const WARM_UP_INSTRUCTIONS = 100_000_000;
const INSTRUCTIONS = 1_000_000_000;
const ROUNDS = 3;

/** A speed in million instructions per second: of the thread's CPU time, and of time as it passes for who waits. */
interface Speed {
  readonly cpu: number;
  readonly wall: number;
}

function speed(instructions: number, cpuSeconds: number, wallSeconds: number): Speed {
  return { cpu: instructions / cpuSeconds / 1e6, wall: instructions / wallSeconds / 1e6 };
}

/** CPU time of a thread in seconds (the first number of Linux' `schedstat`, in nanoseconds). */
function cpuSeconds(thread: string): number {
  return Number(readFileSync(`/proc/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
}

/** The one thread of a worker that belongs to a page. @throws if there is not exactly one */
async function workerThread(browser: Browser): Promise<string> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const threads = processInfo
    .filter(({ type }) => type === 'renderer')
    .flatMap(({ id }) => readdirSync(`/proc/${id}/task`).map((task) => `${id}/task/${task}`))
    .filter((path) => readFileSync(`/proc/${path}/comm`, 'utf8').startsWith('DedicatedWorker'));
  if (threads.length !== 1) throw new Error(`${threads.length} threads of workers: expected one`);
  return threads[0]!;
}

async function speedInBrowser(browser: Browser, url: string): Promise<Speed> {
  const tab = await browser.newPage();
  await tab.goto(`${url}/paused.html`);
  await tab.evaluate(async (count) => {
    const element = document.querySelector('long-mode')!;
    const paused = new Promise((resolve) => element.addEventListener('paused', resolve));
    await element.boot();
    element.pause();
    await paused;
    await element.step(count);
  }, WARM_UP_INSTRUCTIONS);
  const thread = await workerThread(browser);
  const before = cpuSeconds(thread);
  const wallSeconds = await tab.evaluate(async (count) => {
    const start = performance.now();
    await document.querySelector('long-mode')!.step(count);
    return (performance.now() - start) / 1000;
  }, INSTRUCTIONS);
  const result = speed(INSTRUCTIONS, cpuSeconds(thread) - before, wallSeconds);
  await tab.close();
  return result;
}

async function speedInNode(kernel: Uint8Array): Promise<Speed> {
  const machine = await boot({ kernel, code: coreModule() });
  await machine.step(WARM_UP_INSTRUCTIONS);
  const before = cpuSeconds('thread-self');
  const start = performance.now();
  await machine.step(INSTRUCTIONS);
  return speed(INSTRUCTIONS, cpuSeconds('thread-self') - before, (performance.now() - start) / 1000);
}

/**
 * The same instructions of the same guests in the element's worker and in Node. CPU time of the thread is what compares the
 * engines: a page shares the computer with the browser's other threads and processes, which run at a lower priority than
 * Node's.
 */
async function measureSpeed(browser: Browser): Promise<void> {
  for (const [what, kernel] of SPEED_GUESTS) {
    const files = new Map([
      ...pageFiles(),
      ['/guest.elf', kernel] as const,
      [
        '/paused.html',
        '<!doctype html><script type="module" src="/lib/element.js"></script><long-mode src="/guest.elf"></long-mode>',
      ] as const,
    ]);
    const server = await serve(files, { 'content-security-policy': '' });
    const inBrowser: Speed[] = [];
    const inNode: Speed[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      inBrowser.push(await speedInBrowser(browser, server.url));
      inNode.push(await speedInNode(kernel));
    }
    for (const clock of ['cpu', 'wall'] as const) {
      const [chromium, node] = [inBrowser, inNode].map((list) => median(list.map((one) => one[clock])));
      console.log(
        `${what}, by ${clock === 'cpu' ? 'CPU time of the thread' : 'time that passed'}: ${chromium!.toFixed(0)} million instructions a second ` +
          `in Chromium, ${node!.toFixed(0)} in Node ${process.version}, ratio ${(chromium! / node!).toFixed(2)}`,
      );
    }
    await server.close();
  }
}

const browser = await launch();
await measureScrolling(browser);
await measureSpeed(browser);
await browser.close();
