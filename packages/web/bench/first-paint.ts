/**
 * Measures in Chromium what the README's table says: time from navigation to the guest's first painted character, each in
 * a browser context of its own with empty caches, on a host that answers at once and on one that takes 50 ms for each
 * request; the longest task of the main thread and the frame rate while a guest scrolls as fast as it can; and the
 * guest's speed beside the same guest in Node.
 *
 * Run with `npx tsx bench/first-paint.ts` in this folder, on an otherwise idle machine.
 */

import { boot } from '@longmode/machine';
import type { Browser } from 'playwright';
import { launch } from '../test/browser.ts';
import { hostedFiles } from '../test/fixture.ts';
import { coreModule, scrollGuest } from '../test/guests.ts';
import { serve } from '../test/server.ts';

const NAVIGATIONS = 15;
const SCROLL_MILLISECONDS = 5000;

const page = (head: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>First paint</title>${head}${body}`;
const ELEMENT = '<long-mode src="/kernel.elf" autostart></long-mode>';
const SCRIPT = '<script type="module" src="/lib/element.js"></script>';
const PRELOAD =
  '<link rel="preload" as="fetch" crossorigin href="/lib/core.wasm"><link rel="preload" as="fetch" crossorigin href="/kernel.elf">';

const PAGES = new Map([
  ['/plain.html', page(SCRIPT, ELEMENT)],
  ['/preload.html', page(PRELOAD + SCRIPT, ELEMENT)],
  ['/global.html', page('<script defer src="/lib/longmode.global.js"></script>', ELEMENT)],
]);

/** Milliseconds from navigation to the frame that shows the first character. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 } });
  const tab = await context.newPage();
  await tab.addInitScript(() => {
    document.addEventListener('screenchange', () => {
      const text = document.querySelector('long-mode')!.screenText;
      if (text.trim() === '' || 'painted' in window) return;
      // The worker has painted before it told; the frame that shows it is the next one.
      requestAnimationFrame(() => Object.assign(window, { painted: performance.now() }));
    });
  });
  await tab.goto(url);
  const handle = await tab.waitForFunction(() => (window as unknown as { painted?: number }).painted);
  const milliseconds = (await handle.jsonValue()) as number;
  await context.close();
  return milliseconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measureFirstPaint(browser: Browser): Promise<void> {
  const files = new Map([...hostedFiles(), ...PAGES]);
  for (const delayMilliseconds of [0, 50]) {
    const server = await serve(
      files,
      { 'content-security-policy': '', 'cache-control': 'no-store' },
      delayMilliseconds,
    );
    const times = new Map<string, number[]>([...PAGES.keys()].map((path) => [path, []]));
    for (let i = 0; i < NAVIGATIONS; i++) {
      for (const [path, list] of times) list.push(await firstPaint(browser, server.url + path));
    }
    for (const [path, list] of times) {
      const [fastest = 0] = list.toSorted((a, b) => a - b);
      console.log(
        `${delayMilliseconds} ms per request, ${path}: median ${median(list).toFixed(0)} ms, fastest ${fastest.toFixed(0)} ms`,
      );
    }
    await server.close();
  }
}

async function measureScrolling(browser: Browser): Promise<void> {
  const server = await serve(new Map([...hostedFiles(), ...PAGES, ['/scroll.elf', scrollGuest()]]), {
    'content-security-policy': '',
  });
  const tab = await browser.newPage();
  await tab.goto(`${server.url}/plain.html`);
  const result = await tab.evaluate(async (milliseconds) => {
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
    const seconds = milliseconds / 1000;
    return { longestTask, pictures: pictures / seconds, frames: frames / seconds };
  }, SCROLL_MILLISECONDS);
  console.log(
    `scrolling guest: longest task of the main thread ${result.longestTask === 0 ? 'below 50 ms' : `${result.longestTask.toFixed(0)} ms`}, ` +
      `${result.pictures.toFixed(0)} pictures and ${result.frames.toFixed(0)} frames a second`,
  );
  await tab.close();
  await server.close();
}

/** Rounds of the counting guest in a second, by how far its counter in guest memory comes. */
async function measureSpeed(browser: Browser): Promise<void> {
  const server = await serve(new Map([...hostedFiles(), ...PAGES, ['/scroll.elf', scrollGuest()]]), {
    'content-security-policy': '',
  });
  const inBrowser: number[] = [];
  const inNode: number[] = [];
  const steps = 200_000_000;
  for (let i = 0; i < 3; i++) {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}/plain.html`);
    inBrowser.push(
      await tab.evaluate(async (count) => {
        const element = document.querySelector('long-mode')!;
        element.src = '/scroll.elf';
        await element.boot();
        const paused = new Promise((resolve) => element.addEventListener('paused', resolve));
        element.pause();
        await paused;
        await element.step(20_000_000);
        const start = performance.now();
        await element.step(count);
        return count / (performance.now() - start) / 1000;
      }, steps),
    );
    await tab.close();
    const machine = await boot({ kernel: scrollGuest(), code: coreModule() });
    await machine.step(20_000_000);
    const start = performance.now();
    await machine.step(steps);
    inNode.push(steps / (performance.now() - start) / 1000);
  }
  const [browserSpeed, nodeSpeed] = [median(inBrowser), median(inNode)];
  console.log(
    `speed: ${browserSpeed.toFixed(0)} million instructions a second in Chromium, ${nodeSpeed.toFixed(0)} in Node ${process.version}, ` +
      `ratio ${(browserSpeed / nodeSpeed).toFixed(2)}`,
  );
  await server.close();
}

const browser = await launch();
await measureFirstPaint(browser);
await measureScrolling(browser);
await measureSpeed(browser);
await browser.close();
