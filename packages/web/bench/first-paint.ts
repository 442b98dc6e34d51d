/**
 * Measures in Chromium the time from navigation to the guest's first painted character: of the element in several
 * pages, of v86's page with the same kernel, and of the least that a page with a worker can do. All of them take turns, each navigation
 * in a browser context of its own with empty caches, on a host that answers at once and on one that takes 50 ms for each
 * request. Milliseconds depend on the computer and on what else it does; the ratios within a run say more.
 *
 * Run with `npx tsx bench/first-paint.ts [navigations]` in this folder.
 */

import type { Browser } from 'playwright';
import { launch } from '../test/browser.ts';
import { serve } from '../test/server.ts';
import { PAGES, PAINTED_PATH, pageFiles } from './pages.ts';
import { median } from './statistics.ts';

const DEFAULT_NAVIGATIONS = 15;
const DELAYS_MILLISECONDS = [0, 50];
const V86_PATH = '/v86.html';
const FLOOR_PATH = '/floor.html';

/** Milliseconds from navigation to the frame that shows the first character, as the page tells them. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 } });
  const tab = await context.newPage();
  const painted = tab.waitForRequest((request) => request.url().includes(PAINTED_PATH));
  await tab.goto(url, { waitUntil: 'commit' });
  const milliseconds = Number((await painted).url().split(PAINTED_PATH)[1]);
  await context.close();
  return milliseconds;
}

async function measure(browser: Browser, delayMilliseconds: number, navigations: number): Promise<void> {
  const headers = { 'content-security-policy': '', 'cache-control': 'no-store' };
  const server = await serve(pageFiles(), headers, delayMilliseconds);
  const times = new Map<string, number[]>([...PAGES.keys()].map((path) => [path, []]));
  for (let i = 0; i < navigations; i++) {
    for (const [path, list] of times) list.push(await firstPaint(browser, server.url + path));
  }
  await server.close();
  const medianOf = (path: string) => median(times.get(path) ?? []);
  const ratio = (path: string, other: string) => (medianOf(path) / medianOf(other)).toFixed(2);
  console.log(`\n${delayMilliseconds} ms for each request, ${navigations} navigations of each page`);
  for (const [path, list] of times) {
    console.log(
      `${(PAGES.get(path)?.what ?? path).padEnd(38)} median ${medianOf(path).toFixed(0).padStart(4)} ms, ` +
        `fastest ${Math.min(...list)
          .toFixed(0)
          .padStart(4)} ms; of v86 ${ratio(path, V86_PATH)}, of the floor ${ratio(path, FLOOR_PATH)}`,
    );
  }
}

const navigations = Number(process.argv[2] ?? DEFAULT_NAVIGATIONS);
const browser = await launch();
for (const delay of DELAYS_MILLISECONDS) await measure(browser, delay, navigations);
await browser.close();
