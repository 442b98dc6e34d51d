/**
 * How the site looks: playground, editor, debugger, book and race compared with pictures (`golden.ts`). What is never twice the
 * same, speeds and the browser's version, is zero in them. The letters are those of the fonts DejaVu Sans and DejaVu Sans
 * Mono.
 */

import type { Browser, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SITE_POLICY } from '../site/policy.ts';
import { chromiumPath, launch, NO_BROWSER } from './browser.ts';
import { expectGolden, LETTERS } from './golden.ts';
import { type StaticServer, serve } from './server.ts';
import { siteFiles } from './site-files.ts';

if (chromiumPath === undefined) console.warn(`site-look.test.ts: ${NO_BROWSER}`);

describe.skipIf(chromiumPath === undefined)('the look of the site in Chromium', () => {
  let server: StaticServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await serve(siteFiles(), { 'content-security-policy': SITE_POLICY });
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    // Nothing blinks where people want no motion, so pictures are always the same.
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  });

  afterEach(() => page.close());

  const open = (path: string, fragment = '') => page.goto(`${server.url}${path}${fragment}`);
  const screenShows = (text: string) =>
    page.waitForFunction((wanted) => document.querySelector('long-mode')!.screenText.includes(wanted), text);
  const click = (name: string) => page.getByRole('button', { name, exact: true }).click();

  /** Compares what is in the window, or an element, with its golden. Numbers in the elements of `zeroed` are zeros in the picture. */
  async function looks(name: string, { of = page, zeroed = '' }: { of?: Page | Locator; zeroed?: string } = {}) {
    if (zeroed !== '') {
      await page.locator(zeroed).evaluateAll((elements) => {
        for (const element of elements) element.textContent = element.textContent!.replace(/\d+([.,]\d+)*/g, '0');
      });
    }
    // The page shows what the worker has painted.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
    await expectGolden(page, name, await of.screenshot({ animations: 'disabled' }), LETTERS);
  }

  test('the playground with a kernel that has run', async () => {
    await open('/index.html', '#image=chapters/04-printing');
    await click('Boot');
    await screenShows('Hello World!');
    await page.waitForFunction(() => document.querySelector('long-mode')!.matches(':state(ended)'));
    await looks('playground');
  });

  test('the gallery of the playground', async () => {
    await open('/index.html');
    await page.getByRole('heading', { name: 'Kernels' }).scrollIntoViewIfNeeded();
    await looks('gallery', { of: page.locator('section:has(> #gallery)') });
  });

  test('the editor, with a problem', async () => {
    await open('/index.html', '#image=chapters/04-printing');
    await click('Edit source');
    await page.waitForFunction(() => document.querySelector('#compiled')!.textContent!.includes('ready'));
    await page.evaluate(() => {
      const area = document.querySelector<HTMLTextAreaElement>('#text textarea')!;
      area.value = area.value.replace("println('Hello World!');", 'println(<i32>"no number");');
      area.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await page.locator('#problems li').first().waitFor();
    await looks('editor', { of: page.locator('#editor') });
  });

  test('the debugger at a breakpoint, with everything shown', async () => {
    await open('/index.html', '#image=chapters/09-exceptions');
    await click('Debugger');
    const panel = page.locator('long-mode-debugger');
    await panel.getByLabel('stop at the entry point').check();
    await click('Boot');
    await expect.poll(() => panel.getByRole('status').innerText()).toMatch(/_start/);
    await looks('debugger-entry', { of: panel });
    await panel.getByLabel('Address or symbol of a breakpoint').fill('kmain');
    await click('Add breakpoint');
    await click('Continue');
    await expect.poll(() => panel.getByRole('status').innerText()).toMatch(/breakpoint/);
    await panel.getByLabel('Linear address to translate').fill('0xb8000');
    await click('Translate');
    await click('Show page tables');
    await click('Show TLB');
    await click('Show GDT, IDT and TSS');
    await click('Show translated code');
    await panel.getByLabel('Address or symbol of memory').fill('kmain');
    await click('Show memory');
    await panel.getByLabel('Bytes of memory').waitFor();
    await looks('debugger', { of: panel });
  });

  test('the table of contents and a chapter of the book', async () => {
    await open('/book/index.html');
    await looks('book-contents');
    await open('/book/04-printing.html');
    await screenShows('Hello World!');
    await page.waitForFunction(() => document.querySelector('long-mode')!.matches(':state(ended)'));
    await looks('book-chapter');
  });

  test('the race before its start and at its end', async () => {
    await open('/race.html');
    await looks('race-start');
    await page.selectOption('[name=millions]', '4');
    await click('Start');
    await page.waitForFunction(() => document.querySelector('#verdict')!.textContent !== '');
    await looks('race-end', { zeroed: '#lanes span, #verdict, #conditions' });
  });
});
