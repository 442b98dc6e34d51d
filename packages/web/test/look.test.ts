/**
 * What people see and hear: the element in its four themes compared with pictures (`golden.ts`), the accessibility tree, what
 * axe-core finds.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { THEME_NAMES } from '../src/themes.ts';
import { chromiumPath, NO_BROWSER } from './browser.ts';
import { Fixture } from './fixture.ts';
import { expectGolden } from './golden.ts';

if (chromiumPath === undefined) console.warn(`look.test.ts: ${NO_BROWSER}`);

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules of axe-core for whole pages, which ours is not. */
const PAGE_RULES = ['landmark-one-main', 'page-has-heading-one', 'region'];

describe.skipIf(chromiumPath === undefined)('the look of the element in Chromium', () => {
  let fixture: Fixture;
  let page: Page;

  beforeAll(async () => {
    // Nothing blinks where people want no motion, so pictures are always the same.
    fixture = await Fixture.start({ reducedMotion: 'reduce' });
    ({ page } = fixture);
  });

  afterAll(() => fixture?.close());

  beforeEach(() => fixture.open());

  test.each(THEME_NAMES)('the theme %s', async (theme) => {
    await fixture.add({ src: '/kernel.elf', autostart: '', theme });
    await fixture.told('halted');
    await displayed();
    await expectGolden(page, theme, await screenshot());
  });

  test('a kernel that draws pixels', async () => {
    await fixture.add({ src: '/graphics.elf', autostart: '' });
    await fixture.told('halted');
    await displayed();
    const canvas = page.locator('long-mode canvas');
    const { width, height } = (await canvas.boundingBox())!;
    expect(width / height).toBeCloseTo(640 / 480, 2);
    await expectGolden(page, 'graphics', await screenshot());
    expect((await fixture.told('booted')).detail).toEqual({ warnings: [] });
  });

  test('a page’s own colours apply at once, from wherever they come', async () => {
    await fixture.add({ src: '/kernel.elf', autostart: '' });
    await fixture.told('halted');
    const corner = () =>
      page.evaluate(async () => {
        const bitmap = await createImageBitmap(await document.querySelector('long-mode')!.screenshot());
        const context = new OffscreenCanvas(1, 1).getContext('2d')!;
        context.drawImage(bitmap, 719, 399, 1, 1, 0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
      });
    expect(await corner()).toEqual([0, 0, 0]);
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.dusk long-mode { --lm-palette-0: hsl(240 100% 20%) }');
      document.adoptedStyleSheets.push(sheet);
      document.body.className = 'dusk';
    });
    await expect.poll(corner).toEqual([0, 0, 102]);
  });

  test('axe-core finds nothing, before the start, while it runs, with everything shown, and after a crash', async () => {
    for (const [attributes, event] of [
      [{ src: '/kernel.elf', controls: '' }, undefined],
      [{ src: '/shell.elf', autostart: '', controls: '', label: 'The shell' }, 'screenchange'],
      [{ src: '/triple-fault.elf', autostart: '', controls: '', theme: 'paper' }, 'triplefault'],
      [{ src: '/notes.txt', autostart: '' }, 'error'],
    ] as const) {
      await fixture.open();
      await fixture.add(attributes);
      if (event) await fixture.told(event);
      if (event === 'screenchange') await page.getByRole('button', { name: 'Keys' }).click();
      // Not as a script of the page, which its policy would refuse.
      await page.evaluate(axeSource);
      const violations = await page.evaluate(async (disabled) => {
        const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]));
        const { axe } = window as unknown as { axe: { run(context: string, options: object): Promise<AxeResults> } };
        return (await axe.run('long-mode', { rules, resultTypes: ['violations'] })).violations.map(({ id, nodes }) => ({
          id,
          html: nodes[0]?.html,
        }));
      }, PAGE_RULES);
      expect([attributes.src, violations]).toEqual([attributes.src, []]);
    }
  });

  test('screen readers have the screen as text, a keyboard with its rule, and hear what is new', async () => {
    await fixture.add({ src: '/shell.elf', autostart: '', label: 'The shell' });
    await fixture.shows(/^longmode>$/m);
    const group = page.getByRole('group', { name: 'The shell' });
    expect(await group.innerText()).toContain('Hello World!');
    const field = page.getByRole('textbox', { name: 'Keyboard of The shell' });
    expect(await field.getAttribute('aria-description')).toMatch(/Escape twice/);
    await field.focus();
    await page.keyboard.type('echo heard\n');
    await expect.poll(() => page.getByRole('log').innerText()).toMatch(/^heard$/m);
    expect(await page.getByRole('log').innerText()).not.toContain('Hello World!');
  });

  test('a poster is shown until the start, and is plain content without the script', async () => {
    const poster = '<pre slot="poster">A captured screen</pre>';
    await fixture.add({ src: '/kernel.elf' }, poster);
    const text = page.getByText('A captured screen');
    expect(await text.isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Start' }).click();
    await fixture.told('halted');
    expect(await text.isVisible()).toBe(false);
    fixture.server.files.set('/no-script.html', `<!doctype html><long-mode src="/kernel.elf">${poster}</long-mode>`);
    await page.goto(`${fixture.server.url}/no-script.html`);
    expect(await text.isVisible()).toBe(true);
  });

  test('pixels stay crisp at whole multiples and with --lm-scale', async () => {
    await fixture.add({ src: '/kernel.elf', autostart: '' });
    await fixture.told('halted');
    const canvas = page.locator('long-mode canvas');
    const rendering = () => canvas.evaluate((one) => getComputedStyle(one).imageRendering);
    await page.evaluate(() => document.querySelector('long-mode')!.style.setProperty('width', '700px'));
    await expect.poll(rendering).toBe('auto');
    await page.evaluate(() => document.querySelector('long-mode')!.style.setProperty('--lm-scale', '1'));
    await page.evaluate(() => document.querySelector('long-mode')!.style.setProperty('width', '760px'));
    await expect.poll(rendering).toBe('pixelated');
    expect(await canvas.boundingBox()).toMatchObject({ width: 720, height: 400 });
  });

  /** The guest's own pixels as PNG. */
  async function screenshot(): Promise<Uint8Array> {
    const bytes = await page.evaluate(async () => {
      const blob = await document.querySelector('long-mode')!.screenshot();
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    return Uint8Array.from(bytes);
  }

  /** Waits until the page shows what the worker has painted. */
  const displayed = () => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
});

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}
