/**
 * Every page of the built site as it is after loading, held to what page audits ask for: nothing serious for axe-core, a budget of
 * requests and bytes, nothing that moves after it was shown, and no scrolling sideways on a telephone. The playground without a mouse.
 */

import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SITE_POLICY } from '../site/policy.ts';
import { seriousFindings } from './axe.ts';
import { chromiumPath, launch, NO_BROWSER } from './browser.ts';
import { type StaticServer, serve } from './server.ts';
import { siteFiles } from './site-files.ts';

if (chromiumPath === undefined) console.warn(`site-pages.test.ts: ${NO_BROWSER}`);

const files = chromiumPath === undefined ? new Map<string, Uint8Array>() : siteFiles();
const PAGES = [...files.keys()].filter((path) => path.endsWith('.html')).sort();

/** Before anything is pressed. A chapter of the book boots its kernel, so the core is loaded too. */
const BUDGET = { requests: 6, kilobytes: 90 };
const BOOTING_BUDGET = { requests: 8, kilobytes: 270 };

/** Sum of the shifts of a page's contents; up to 0.1 counts as good (web.dev, "Cumulative Layout Shift"). */
const MOST_SHIFT = 0.1;
const TELEPHONE = { width: 360, height: 740 };

/** Kilobytes of 1000 bytes, as a host sends them that compresses on the fly. */
function kilobytes(paths: readonly string[]): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  const sizes = paths.map((path) => brotliCompressSync(files.get(path) ?? Buffer.alloc(0), { params }).length);
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}

describe.skipIf(chromiumPath === undefined)('the pages of the site in Chromium', () => {
  let server: StaticServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await serve(files, { 'content-security-policy': SITE_POLICY });
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    // The service worker would load what it keeps once more.
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
  });

  afterEach(() => page.close());

  test.each(PAGES)('%s', async (path) => {
    server.requests.length = 0;
    await page.goto(`${server.url}${path}`, { waitUntil: 'networkidle' });
    const requests = server.requests.filter((request) => request !== '/favicon.ico');
    const boots = requests.some((request) => request.endsWith('.wasm'));
    expect(boots).toBe(/\/book\/\d/.test(path));
    const budget = boots ? BOOTING_BUDGET : BUDGET;
    expect(requests.length, requests.join(' ')).toBeLessThanOrEqual(budget.requests);
    expect(kilobytes(requests)).toBeLessThanOrEqual(budget.kilobytes);
    expect(await page.evaluate(contentShift)).toBeLessThanOrEqual(MOST_SHIFT);
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize(TELEPHONE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(TELEPHONE.width);
  });

  test.each(PAGES.filter((path) => /\/book\/\d/.test(path)))(
    '%s without scripts shows the screen of its kernel',
    async (path) => {
      const plain = await browser.newPage({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
      try {
        await plain.goto(`${server.url}${path}`);
        const screen = plain.locator('long-mode > pre');
        expect((await screen.innerText()).trim()).not.toBe('');
        const [text, machine] = await Promise.all(
          [screen, plain.locator('long-mode')].map((part) => part.boundingBox()),
        );
        // All 80 columns and 25 rows have their place.
        expect(machine?.width).toBeGreaterThan(600);
        expect(text?.width).toBeLessThanOrEqual(machine?.width ?? 0);
        expect(text?.height).toBeLessThanOrEqual(machine?.height ?? 0);
      } finally {
        await plain.close();
      }
    },
  );

  test('the playground and its debugger without a mouse', async () => {
    await page.goto(`${server.url}/index.html`);
    /** Goes on by Tab until the element of this name has the focus. */
    const tabTo = async (name: string) => {
      const names: string[] = [];
      while (names.at(-1) !== name) {
        expect(names.length, `${name} is not among ${names.join(', ')}`).toBeLessThan(100);
        await page.keyboard.press('Tab');
        names.push(await page.evaluate(focusedName));
      }
    };
    const panel = page.locator('long-mode-debugger');
    const status = () => panel.getByRole('status').innerText();
    await tabTo('Debugger');
    await page.keyboard.press('Enter');
    await panel.waitFor();
    await tabTo('stop at the entry point');
    await page.keyboard.press('Space');
    await tabTo('A panic');
    await page.keyboard.press('Enter');
    await expect.poll(status).toMatch(/_start/);
    await tabTo('Step');
    await page.keyboard.press('Enter');
    await expect.poll(status).toMatch(/\b1 instructions/);
    await tabTo('Address or symbol of a breakpoint');
    await page.keyboard.type('kmain\n');
    await panel.getByRole('button', { name: 'Remove breakpoint kmain' }).waitFor();
    await tabTo('Continue');
    await page.keyboard.press('Enter');
    const lines = readFileSync(new URL('../../kernel/kernel/main.ts', import.meta.url), 'utf8').split('\n');
    const line = lines.findIndex((text) => text.startsWith('export function kmain')) + 1;
    // A function's first line is its own, whatever the compiler has put at its beginning.
    await expect.poll(status).toMatch(new RegExp(`breakpoint .*kmain kernel/main\\.ts:${line} `));
    await tabTo('Boot');
  });
});

/** Runs in the page. */
function contentShift(): Promise<number> {
  return new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { readonly value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(sum), 100);
  });
}

/** Runs in the page: the name of what has the focus, inside of an element too. */
function focusedName(): string {
  let element = document.activeElement as HTMLElement | null;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement as HTMLElement;
  const { labels } = element as HTMLInputElement;
  const text = element?.ariaLabel ?? labels?.[0]?.textContent ?? (element?.firstChild?.textContent || '');
  return text.trim();
}
