/** What a page does with a machine, and that nothing of it is left when it is gone. */

import type { Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, NO_BROWSER } from './browser.ts';
import { Fixture } from './fixture.ts';
import { fiftyRowsGuest, moduleGuest } from './guests.ts';

if (chromiumPath === undefined) console.warn(`machine.test.ts: ${NO_BROWSER}`);

describe.skipIf(chromiumPath === undefined)('a machine in Chromium', () => {
  let fixture: Fixture;
  let page: Page;

  beforeAll(async () => {
    fixture = await Fixture.start();
    fixture.server.files.set('/fifty.elf', fiftyRowsGuest());
    fixture.server.files.set('/modules.elf', moduleGuest());
    fixture.server.files.set('/initrd.txt', 'from the module\0');
    ({ page } = fixture);
  });

  afterAll(() => fixture?.close());

  beforeEach(() => fixture.open());

  test('pause, step, resume', async () => {
    await fixture.add({ src: '/busy.elf', autostart: '', controls: '' });
    await fixture.told('booted');
    expect(
      await page.evaluate(() =>
        document
          .querySelector('long-mode')!
          .step()
          .catch((e: Error) => e.message),
      ),
    ).toMatch(/running/);
    await page.getByRole('button', { name: 'Pause' }).click();
    await fixture.told('paused');
    const bytes = await page.evaluate(async () => {
      const element = document.querySelector('long-mode')!;
      const corner = async () => (await element.readMemory(0xb8000n, 1))[0]!;
      const before = await corner();
      await element.step(3);
      const after = await corner();
      return { steps: (after - before) & 0xff, running: element.running, attribute: element.hasAttribute('running') };
    });
    expect(bytes).toEqual({ steps: 1, running: false, attribute: false });
    expect(await page.evaluate(() => document.querySelector('long-mode')!.matches(':state(paused)'))).toBe(true);
    expect(
      await page.evaluate(() =>
        document
          .querySelector('long-mode')!
          .type('a')
          .catch((e: Error) => e.message),
      ),
    ).toMatch(/paused: resume it/);
    await page.getByRole('button', { name: 'Resume' }).click();
    await fixture.told('resumed');
    await fixture.forget();
    await fixture.told('screenchange');
  });

  test('a screenshot is a PNG of the guest’s pixels', async () => {
    await fixture.add({ src: '/kernel.elf', autostart: '' });
    await fixture.told('halted');
    const picture = await page.evaluate(async () => {
      const blob = await document.querySelector('long-mode')!.screenshot();
      const { width, height } = await createImageBitmap(blob);
      return { type: blob.type, width, height };
    });
    expect(picture).toEqual({ type: 'image/png', width: 720, height: 400 });
  });

  test('50 rows are shown as such', async () => {
    await fixture.add({ src: '/fifty.elf', autostart: '' });
    await fixture.told('halted');
    const lines = (await fixture.screenText()).split('\n');
    expect([lines.length, lines[49]?.trimStart()]).toEqual([50, 'F']);
  });

  test('modules are children of the element', async () => {
    await fixture.add(
      { src: '/modules.elf', autostart: '' },
      '<source slot="module" src="initrd.txt" args="initrd quiet">',
    );
    await fixture.told('halted');
    expect(await fixture.screenText()).toMatch(/^initrd quiet from the module/);
  });

  test('a module that is not there; a processor that nobody makes', async () => {
    await fixture.add({ src: '/modules.elf', autostart: '' }, '<source slot="module" src="nothing.img">');
    expect((await fixture.told('error')).detail).toMatchObject({ code: 'module-fetch' });
    expect(await fixture.alert()).toMatch(/The module .*nothing\.img could not be fetched.*404/);
    await page.evaluate(() => document.querySelector('long-mode')!.setAttribute('cpu', 'z80'));
    await fixture.add({ src: '/kernel.elf', autostart: '', cpu: 'z80' });
    await expect
      .poll(() =>
        page
          .locator('long-mode')
          .nth(1)
          .locator('[role=alert]')
          .innerText()
          .catch(() => ''),
      )
      .toMatch(/"z80".*\n+.*cpu="x86-64-v3"/s);
  });

  test('progress of the kernel', async () => {
    await fixture.add({ src: '/shell.elf', autostart: '' });
    await fixture.told('booted');
    const { detail } = await fixture.told('progress');
    expect(detail).toMatchObject({ file: 'kernel', totalBytes: fixture.server.files.get('/shell.elf')!.length });
  });

  test('three machines at once, each with its own', async () => {
    for (const src of ['/busy.elf', '/kernel.elf', '/serial.elf'])
      await fixture.add({ src, autostart: '', memory: '16M' });
    await expect
      .poll(() =>
        page.evaluate(
          () => (window as unknown as { told: { type: string }[] }).told.filter(({ type }) => type === 'halted').length,
        ),
      )
      .toBe(2);
    expect(page.workers()).toHaveLength(3);
    const texts = await page.evaluate(() => [...document.querySelectorAll('long-mode')].map((one) => one.screenText));
    expect(texts.map((text) => text.includes('Hello World!'))).toEqual([false, true, false]);
  });

  test('50 times attached and removed: no worker and no memory stays', async () => {
    const session = await page.context().newCDPSession(page);
    /** Elements that are still in memory, and how much memory there is in use. */
    const counters = async () => {
      await session.send('HeapProfiler.collectGarbage');
      const prototype = await session.send('Runtime.evaluate', {
        expression: 'customElements.get("long-mode").prototype',
        objectGroup: 'counters',
      });
      const { objects } = await session.send('Runtime.queryObjects', {
        prototypeObjectId: prototype.result.objectId!,
        objectGroup: 'counters',
      });
      const { result } = await session.send('Runtime.callFunctionOn', {
        objectId: objects.objectId!,
        functionDeclaration: 'function () { return this.length }',
      });
      await session.send('Runtime.releaseObjectGroup', { objectGroup: 'counters' });
      return { elements: Number(result.value), ...(await session.send('Runtime.getHeapUsage')) };
    };
    const cycle = (times: number) =>
      page.evaluate(async (count) => {
        for (let i = 0; i < count; i++) {
          const element = document.createElement('long-mode');
          Object.assign(element, { src: '/serial.elf', memory: '4M', autostart: true, controls: true });
          // Half of them are removed before they have booted.
          const booted = new Promise((resolve) => element.addEventListener(i % 2 ? 'booted' : 'progress', resolve));
          document.body.append(element);
          await booted;
          element.remove();
        }
        Object.assign(window, { told: [] });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }, times);
    await cycle(5);
    await fixture.workersGone();
    const before = await counters();
    await cycle(50);
    await fixture.workersGone();
    const left = async () => {
      const { elements, usedSize } = await counters();
      return { elements, hasGrown: usedSize - before.usedSize >= 1_000_000 };
    };
    await expect.poll(left, { timeout: 10_000, interval: 200 }).toEqual({ elements: 0, hasGrown: false });
    expect(fixture.problems).toEqual([]);
  });

  test('the serial terminal is loaded when it is shown, shows what was sent before, and sends what is typed', async () => {
    await fixture.add({ src: '/shell.elf', autostart: '' });
    await fixture.shows(/^longmode>$/m);
    expect(fixture.server.requests.filter((path) => /serial-panel/.test(path))).toEqual([]);
    await page.evaluate(() => document.querySelector('long-mode')!.setAttribute('serial', 'panel'));
    const rows = page.locator('long-mode .xterm-rows');
    await expect.poll(() => rows.innerText().catch(() => ''), { timeout: 10_000 }).not.toBe('');
    await page.locator('long-mode .serial textarea').focus();
    await page.keyboard.type('echo serial line\n');
    await fixture.shows(/^serial line$/m);
    // The terminal's colours and sizes apply, though the policy forbids the style elements that it writes.
    const box = await page.locator('long-mode .xterm-screen').boundingBox();
    expect(box?.height).toBeGreaterThan(100);
    const lineHeight = await rows
      .locator('div')
      .first()
      .evaluate((row) => row.getBoundingClientRect().height);
    expect(lineHeight).toBeGreaterThan(10);
  });
});
