/**
 * The built element in a real browser, under the strictest policy that it promises to work with: boots, shows, tells,
 * fails with a remedy, and leaves nothing behind.
 */

import { boot, frameText, type TextFrame } from '@longmode/machine';
import type { Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TextPainter } from '../src/screen/paint.ts';
import { chromiumPath, NO_BROWSER } from './browser.ts';
import { Fixture, type Told } from './fixture.ts';
import { coreModule, kernel } from './guests.ts';
import type { StaticServer } from './server.ts';

if (chromiumPath === undefined) console.warn(`element.test.ts: ${NO_BROWSER}`);

describe.skipIf(chromiumPath === undefined)('<long-mode> in Chromium', () => {
  let fixture: Fixture;
  let server: StaticServer;
  let page: Page;

  beforeAll(async () => {
    fixture = await Fixture.start();
    ({ server, page } = fixture);
  });

  afterAll(() => fixture?.close());

  beforeEach(() => fixture.open());

  const add = (attributes: Record<string, string>) => fixture.add(attributes);
  const told = (type: string) => fixture.told(type);
  const screenText = () => fixture.screenText();
  const workersGone = () => fixture.workersGone();
  const alert = () => fixture.alert();

  test('boots the kernel: text mirror and canvas show what a machine in Node shows', async () => {
    await add({ src: '/kernel.elf', autostart: '' });
    await told('halted');
    const frame = await bootInNode(kernel());
    const lines = await page.evaluate(() => document.querySelector('long-mode')!.screenText.split('\n'));
    expect(lines).toHaveLength(25);
    expect(lines.join('\n')).toContain('Hello World!');
    expect(lines.join('\n')).toBe(frameText(frame));

    const expected = new TextPainter(frame.columns, frame.rows);
    expected.paint(frame, { cursorShown: true, textShown: true });
    const withoutCursor = new TextPainter(frame.columns, frame.rows);
    withoutCursor.paint(frame, { cursorShown: false, textShown: true });
    const shown = await canvasPixels();
    const pictures = [expected, withoutCursor].map(({ pixels }) => Buffer.compare(shown, Buffer.from(pixels.buffer)));
    expect(pictures).toContain(0);
    expect(fixture.problems).toEqual([]);
  });

  test('needs the core and the kernel: the worker is in the script', async () => {
    await add({ src: '/kernel.elf', autostart: '' });
    await told('booted');
    expect(server.requests.toSorted()).toEqual(['/kernel.elf', '/lib/core.wasm']);
  });

  test('the JavaScript twin runs the same guest to the same screen', async () => {
    await add({ src: '/kernel.elf', autostart: '', engine: 'js' });
    await told('halted');
    expect(await screenText()).toBe(frameText(await bootInNode(kernel())));
    expect(server.requests).not.toContain('/lib/core.wasm');
  });

  test('without Wasm in the policy the error names the cure', async () => {
    await fixture.open(`/page.html?policy=${encodeURIComponent("script-src 'self'; worker-src blob:")}`);
    await add({ src: '/kernel.elf', autostart: '' });
    expect((await told('error')).detail).toMatchObject({ code: 'core-compile' });
    expect(await alert()).toContain("'wasm-unsafe-eval'");
  });

  test('serial output, guest exit', async () => {
    await add({ src: '/serial.elf', autostart: '' });
    await told('halted');
    const bytes = await page.evaluate(() =>
      (window as unknown as { told: { type: string; detail: { bytes: Uint8Array } }[] }).told
        .filter(({ type }) => type === 'serial')
        .flatMap(({ detail }) => [...detail.bytes]),
    );
    expect(String.fromCharCode(...bytes)).toBe('hi');
    await page.evaluate(() => document.querySelector('long-mode')!.setAttribute('src', '/exit.elf'));
    expect((await told('exit')).detail).toMatchObject({ kind: 'exit', code: 0x10 });
  });

  test('a triple fault is an event with the post mortem, which the element shows', async () => {
    await add({ src: '/triple-fault.elf', autostart: '' });
    const kind = await page
      .waitForFunction(() => (window as unknown as { told: Told[] }).told.find(({ type }) => type === 'triplefault'))
      .then((handle) => handle.evaluate((event) => (event as Told).detail.kind));
    expect(kind).toBe('triple-fault');
    expect(await alert()).toMatch(/TRIPLE FAULT.*at instruction.*#UD invalid opcode/s);
  });

  test('a file that is no kernel: the loader’s error with its remedy', async () => {
    await add({ src: '/notes.txt', autostart: '' });
    expect((await told('error')).detail).toMatchObject({ code: 'not-an-elf' });
    const text = await alert();
    expect(text).toMatch(/text file/);
    expect(text.split('\n').filter((line) => line !== '').length).toBe(2);
    await workersGone();
  });

  test.each([
    ['a file that is not there', { src: '/nothing.elf' }, 'kernel-fetch', /nothing\.elf.*404.*\n+.*src attribute/],
    ['a memory size that is none', { src: '/kernel.elf', memory: 'lots' }, 'option', /"lots" is no memory size/],
    ['memory that no PC has', { src: '/kernel.elf', memory: '64G' }, 'memory-out-of-range', /memory/i],
    ['an unknown engine', { src: '/kernel.elf', engine: 'warp' }, 'engine-unknown', /"warp".*\n+.*interpreter, js/],
  ])('%s', async (_, attributes, code, says) => {
    await add({ ...attributes, autostart: '' });
    expect((await told('error')).detail).toMatchObject({ code });
    expect(await alert()).toMatch(says);
    await workersGone();
  });

  test('without autostart nothing is fetched until the button is pressed', async () => {
    await add({ src: '/serial.elf' });
    await page.locator('long-mode button').waitFor();
    expect(server.requests).toEqual([]);
    await page.locator('long-mode button').click();
    await told('halted');
  });

  test('loading=lazy boots when the element comes into view', async () => {
    await page.evaluate(() => {
      document.body.style.paddingTop = '500vh';
    });
    await add({ src: '/serial.elf', autostart: '', loading: 'lazy' });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(server.requests).toEqual([]);
    await page.locator('long-mode').scrollIntoViewIfNeeded();
    await told('halted');
  });

  test('boot() rejects with the failure, and resolves when the guest starts', async () => {
    await add({ src: '/notes.txt' });
    const outcome = await page.evaluate(async () => {
      const element = document.querySelector('long-mode')!;
      const failed = await element.boot().catch((error: Error) => error.name);
      element.src = '/busy.elf';
      await element.boot();
      return [failed, element.running];
    });
    expect(outcome).toEqual(['LongModeError', true]);
  });

  test('removal ends the worker, re-attachment boots again, a move keeps the machine', async () => {
    await add({ src: '/busy.elf', autostart: '' });
    for (let round = 0; round < 5; round++) {
      await told('screenchange');
      expect(page.workers()).toHaveLength(1);
      await page.evaluate(() => {
        const element = document.querySelector('long-mode')!;
        element.remove();
        Object.assign(window, { told: [], kept: element });
      });
      await workersGone();
      await page.evaluate(() => document.body.append((window as unknown as { kept: Node }).kept));
    }
    await told('screenchange');
    const [worker] = page.workers();
    await page.evaluate(() => {
      const place = document.body.appendChild(document.createElement('section'));
      place.append(document.querySelector('long-mode')!);
      Object.assign(window, { told: [] });
    });
    await told('screenchange');
    expect(page.workers()).toEqual([worker]);
    expect(fixture.problems).toEqual([]);
  });

  test('two machines on one page', async () => {
    await add({ src: '/busy.elf', autostart: '' });
    await add({ src: '/kernel.elf', autostart: '' });
    await told('halted');
    expect(page.workers()).toHaveLength(2);
    const texts = await page.evaluate(() => [...document.querySelectorAll('long-mode')].map((one) => one.screenText));
    expect(texts[0]).not.toContain('Hello World!');
    expect(texts[1]).toContain('Hello World!');
  });

  /** Pixels of the canvas, copied by way of an ordinary one. */
  async function canvasPixels(): Promise<Buffer> {
    // The frame that the worker has put reaches the page with the display's next frames.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    const base64 = await page.evaluate(() => {
      const source = document.querySelector('long-mode')!.shadowRoot!.querySelector('canvas')!;
      const copy = document.createElement('canvas');
      copy.width = source.width;
      copy.height = source.height;
      const context = copy.getContext('2d')!;
      context.drawImage(source, 0, 0);
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      let text = '';
      for (let i = 0; i < data.length; i += 0x8000) text += String.fromCharCode(...data.subarray(i, i + 0x8000));
      return btoa(text);
    });
    return Buffer.from(base64, 'base64');
  }
});

test('importing the element on a server does no harm', async () => {
  const module = await import(new URL('../dist/element.js', import.meta.url).href);
  expect(Object.keys(module)).toContain('LongModeElement');
  expect(globalThis).not.toHaveProperty('document');
});

async function bootInNode(image: Uint8Array): Promise<TextFrame> {
  const machine = await boot({ kernel: image, code: coreModule() });
  await machine.run();
  return machine.screen.frame();
}
