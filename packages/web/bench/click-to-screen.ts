/**
 * Measures the compilers in the page, in Chromium: from the click that opens the editor of a fresh playground to the screen of
 * the changed kernel (the compilers are loaded in between), and from a later click on "Compile and boot" to the screen.
 *
 * Run with `npx tsx bench/click-to-screen.ts [pages]` in this folder, on an otherwise idle machine.
 */

import type { Page } from 'playwright';
import { SITE_POLICY } from '../site/policy.ts';
import { launch } from '../test/browser.ts';
import { serve } from '../test/server.ts';
import { siteFiles } from '../test/site-files.ts';
import { median } from './statistics.ts';

const DEFAULT_PAGES = 5;
const WARM_CLICKS = 5;
/** Between two clicks, as long as somebody takes at least to look. */
const PAUSE_MILLISECONDS = 300;

/**
 * The hands of a user: opens the editor first if `opens`, changes the greeting, clicks, waits for the screen. Text of the page's
 * script, because nothing of the browser's automation may take part. @returns milliseconds from the first click
 */
const clickToScreen = (before: string, after: string, opens: boolean) => `(async () => {
  const find = (selector) => document.querySelector(selector);
  const until = async (test) => {
    while (!test()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const opens = ${opens};
  let start = performance.now();
  if (opens) find('#edit').click();
  await until(() => find('#text textarea'));
  const area = find('#text textarea');
  area.value = area.value.replace('${before}', '${after}');
  area.dispatchEvent(new Event('input', { bubbles: true }));
  if (!opens) start = performance.now();
  find('#compile').click();
  await until(() => find('long-mode').screenText.includes('${after}'));
  return performance.now() - start;
})()`;

async function measure(page: Page, url: string): Promise<{ readonly first: number; readonly warm: number }> {
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector('#edit') && customElements.get('long-mode') !== undefined);
  const first = await page.evaluate<number>(clickToScreen('Hello World!', 'Text 0', true));
  const warm: number[] = [];
  for (let i = 0; i < WARM_CLICKS; i++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    warm.push(await page.evaluate<number>(clickToScreen(`Text ${i}`, `Text ${i + 1}`, false)));
  }
  return { first, warm: median(warm) };
}

const pages = Number(process.argv[2] ?? DEFAULT_PAGES);
const server = await serve(siteFiles(), { 'content-security-policy': SITE_POLICY });
const browser = await launch();
const results: { readonly first: number; readonly warm: number }[] = [];
for (let i = 0; i < pages; i++) {
  const context = await browser.newContext();
  results.push(await measure(await context.newPage(), `${server.url}/index.html#image=chapters/04-printing`));
  await context.close();
}
await browser.close();
await server.close();
for (const [what, key] of [
  ['first, from opening the editor', 'first'],
  ['warm, from the click', 'warm'],
] as const) {
  const values = results.map((result) => result[key]);
  console.log(
    `click to screen, ${what}: median ${median(values).toFixed(0)} ms, fastest ${Math.min(...values).toFixed(0)} ms`,
  );
}
