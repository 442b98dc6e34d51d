/**
 * The built site in a real browser: playground, compilers, debugger, race and book, under the site's own policy, which
 * lets nothing come from elsewhere. What the page compiles and shows is compared with what Node compiles and shows.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernelFile } from '@longmode/kernel/build';
import { boot, type Machine } from '@longmode/machine';
import { inspectRegisters, inspectTlb, inspectTranslation } from '@longmode/machine/inspect';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SITE_POLICY } from '../site/policy.ts';
import { seriousFindings } from './axe.ts';
import { chromiumPath, launch, NO_BROWSER } from './browser.ts';
import { coreModule, tripleFaultGuest } from './guests.ts';
import { type StaticServer, serve } from './server.ts';
import { siteFiles } from './site-files.ts';

if (chromiumPath === undefined) console.warn(`site.test.ts: ${NO_BROWSER}`);

const { resolve } = createRequire(import.meta.url);
const CHAPTER = 'chapters/04-printing';

const elf = (name: string): Buffer => readFileSync(resolve(`@longmode/kernel/${name}.elf`));

describe.skipIf(chromiumPath === undefined)('the site in Chromium', () => {
  let server: StaticServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    server = await serve(siteFiles(), { 'content-security-policy': SITE_POLICY });
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    problems = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      const isIcon = message.location().url.endsWith('/favicon.ico');
      if (['error', 'warning'].includes(message.type()) && !isIcon) problems.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(server.url)) problems.push(request.url());
    });
  });

  afterEach(async () => {
    await page.close();
    expect(problems).toEqual([]);
  });

  const open = (path: string, fragment = '') => page.goto(`${server.url}${path}${fragment}`);
  const screenShows = (text: string) =>
    page.waitForFunction((wanted) => document.querySelector('long-mode')!.screenText.includes(wanted), text);
  const textOf = (selector: string) => page.locator(selector).innerText();

  describe('playground', () => {
    const choose = (name: string, bytes: Uint8Array) =>
      page.setInputFiles('[name=file]', { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });

    test('a dropped kernel boots, a file that is none is told what is wrong', async () => {
      await open('/index.html');
      const drop = await page.evaluateHandle((base64) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'kernel.elf'));
        return transfer;
      }, elf(CHAPTER).toString('base64'));
      await page.dispatchEvent('body', 'drop', { dataTransfer: drop });
      await screenShows('Hello World!');
      await choose('notes.txt', Buffer.from('This is no kernel.\n'));
      const alert = page.locator('long-mode [part=error]');
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/text file/);
    });

    test('the gallery boots with its command lines', async () => {
      await open('/index.html');
      await page.getByRole('button', { name: 'A panic' }).click();
      await screenShows('PANIC in');
      expect(await page.inputValue('[name=cmdline]')).toBe('panic');
      await page.getByRole('button', { name: 'A guest in C' }).click();
      await screenShows('sha256 ba7816bf8f01cfea');
      await page.getByRole('button', { name: 'The same, unoptimized' }).click();
      await screenShows('sha256 ba7816bf8f01cfea');
      await page.getByRole('button', { name: 'Pixels, in C' }).click();
      await expect.poll(() => textOf('#status'), { timeout: 10_000 }).toBe('halted for good');
      const { width, height } = (await page.locator('long-mode canvas').boundingBox())!;
      expect(width / height).toBeCloseTo(640 / 480, 2);
    });

    test('C is there to be read, TypeScript to be changed', async () => {
      await open('/index.html', '#image=c/mandelbrot');
      await page.getByRole('button', { name: 'Edit source' }).click();
      await expect.poll(() => textOf('#reading pre')).toContain('static int steps_inside(double real');
      expect(await page.locator('#editor').isVisible()).toBe(false);
      await page.selectOption('[name=image]', CHAPTER);
      await page.locator('#text textarea').waitFor();
      expect(await page.locator('#reading').isVisible()).toBe(false);
      await page.selectOption('[name=image]', 'c/multiboot2-elf64-O2');
      await expect.poll(() => textOf('#reading pre')).toContain('compute(put);');
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Edit source' }).click();
      expect(await page.locator('#reading').isVisible()).toBe(false);
    });

    test('edit, compile, boot: problems have places, and the page makes the same bytes as Node', async () => {
      await open('/index.html', `#image=${CHAPTER}`);
      await page.click('#edit');
      await page.waitForFunction(() => document.querySelector('#compiled')!.textContent!.includes('ready'));

      await page.check('#release');
      const compiled = async () => {
        await page.click('#compile');
        await page.waitForFunction(() => document.querySelector('#compiled')!.textContent!.includes('running after'));
        return Buffer.from(
          await page.evaluate(async () => {
            const response = await fetch(document.querySelector('long-mode')!.src!);
            return [...new Uint8Array(await response.arrayBuffer())];
          }),
        );
      };
      expect(Buffer.compare(await compiled(), elf(CHAPTER))).toBe(0);

      await page.uncheck('#release');
      await editText("println('Hello World!');", "println('From this page');");
      const started = Date.now();
      await page.click('#compile');
      await screenShows('From this page');
      console.log(`warm: ${Date.now() - started} ms from click to screen; ${await textOf('#compiled')}`);

      await editText("println('From this page');", 'println(<i32>"no number");');
      const item = page.locator('#problems li').first();
      await item.waitFor();
      expect(await item.innerText()).toMatch(/^chapters\/04-printing\/main\.ts:10:\d+: error: /);
      await screenShows('From this page');

      await page.selectOption('[name=image]', 'own');
      await page.check('#release');
      const folder = mkdtempSync(join(tmpdir(), 'longmode-page-'));
      try {
        const source = await page.locator('#text textarea').inputValue();
        writeFileSync(join(folder, 'kernel.ts'), source);
        const built = await buildKernelFile(join(folder, 'kernel.ts'), { heapBytes: 1 << 20 });
        expect(Buffer.compare(await compiled(), Buffer.from(built.elf))).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
      expect(await seriousFindings(page)).toEqual([]);
    }, 120_000);

    test('a link brings changes, and runs nothing until it is asked to', async () => {
      await open('/index.html', `#image=${CHAPTER}`);
      await page.click('#edit');
      await page.locator('#text textarea').waitFor();
      await editText("println('Hello World!');", "println('By a link');");
      await page.fill('[name=cmdline]', 'some words');
      await page.click('#share');
      await page.waitForFunction(() => location.hash.startsWith('#s='));
      const link = page.url();
      await page.goto('about:blank');
      await page.goto(link);
      await page.getByRole('button', { name: 'Boot it' }).waitFor();
      expect(await textOf('#notice')).toContain('chapters/04-printing/main.ts');
      expect(await page.evaluate(() => document.querySelector('long-mode')!.screenText)).toBe('');
      expect(await page.inputValue('[name=cmdline]')).toBe('some words');
      await page.getByRole('button', { name: 'Boot it' }).click();
      await screenShows('By a link');
    }, 60_000);

    /** Changes the text as typing would. */
    const editText = (from: string, to: string) =>
      page.evaluate(
        ([before, after]) => {
          const area = document.querySelector<HTMLTextAreaElement>('#text textarea')!;
          if (!area.value.includes(before!)) throw new Error(`the text has no ${before}`);
          area.value = area.value.replace(before!, after!);
          area.dispatchEvent(new Event('input', { bubbles: true }));
        },
        [from, to],
      );
  });

  describe('debugger', () => {
    const panel = () => page.locator('long-mode-debugger');
    const status = () => panel().getByRole('status');
    const registerCell = (name: string) => panel().locator(`tr[data-register=${name}] td`);

    async function openDebugger(image: string, stopAtEntry: boolean): Promise<void> {
      await open('/index.html', `#image=${image}`);
      await page.click('#debug');
      await panel().waitFor();
      if (stopAtEntry) await panel().getByLabel('stop at the entry point').check();
      await page.getByRole('button', { name: 'Boot', exact: true }).click();
    }

    test('steps with changed registers lit, stops at a symbol, translates as the machine does', async () => {
      const machine = await bootInNode(elf('chapters/09-exceptions'));
      await openDebugger('chapters/09-exceptions', true);
      await expect.poll(() => status().innerText()).toMatch(/_start/);
      for (let i = 0; i < 3; i++) await machine.step();
      for (let i = 1; i <= 3; i++) {
        await panel().getByRole('button', { name: 'Step', exact: true }).click();
        await expect.poll(() => status().innerText()).toContain(`${i} instructions`);
      }
      expect(await panel().locator('tr.changed[data-register=rip] mark').count()).toBe(1);
      const hex64 = (value: bigint) =>
        value
          .toString(16)
          .padStart(16, '0')
          .replace(/(.{8})/, '$1_');
      expect(await registerCell('rip').innerText()).toBe(hex64(machine.cpu.registers.rip));

      await panel().getByLabel('Address or symbol of a breakpoint').fill('nowhere');
      await panel().getByRole('button', { name: 'Add breakpoint' }).click();
      await expect.poll(() => panel().getByRole('alert').innerText()).toContain('no symbol named "nowhere"');
      await panel().getByLabel('Address or symbol of a breakpoint').fill('kmain');
      await panel().getByRole('button', { name: 'Add breakpoint' }).click();
      await panel().getByRole('button', { name: 'Remove breakpoint kmain' }).waitFor();
      await panel().getByRole('button', { name: 'Continue' }).click();
      machine.setBreakpoints(['kmain']);
      await machine.run();
      const count = machine.instructions.toLocaleString('en');
      await expect.poll(() => status().innerText()).toContain(`${count} instructions`);
      expect(await status().innerText()).toContain('breakpoint');
      expect(await panel().locator('tr[aria-current=step]').innerText()).toContain(
        `0x${machine.symbols.address('kmain')!.toString(16)}`,
      );
      const { general } = inspectRegisters(machine);
      for (const [name, value] of Object.entries(general))
        expect(await registerCell(name).innerText()).toBe(hex64(value));

      for (const address of ['0xb8000', '0xdead0000']) {
        await panel().getByLabel('Linear address to translate').fill(address);
        await panel().getByRole('button', { name: 'Translate', exact: true }).click();
        const translation = inspectTranslation(machine, BigInt(address));
        const { physicalAddress, levels } = translation;
        const target = physicalAddress === undefined ? 'not mapped' : `0x${physicalAddress.toString(16)}`;
        await expect.poll(() => panel().locator('.translation').innerText()).toContain(`${address} → ${target}`);
        expect(await panel().locator('.walk li').allInnerTexts()).toEqual(
          levels.map(
            ({ name, index, entryPhysicalAddress, entry, text }) =>
              `${name}[${index}] at 0x${entryPhysicalAddress.toString(16)}: 0x${entry.toString(16)} ${text}`,
          ),
        );
      }

      await panel().getByRole('button', { name: 'Show page tables' }).click();
      await panel().getByRole('button', { name: 'Show TLB' }).click();
      const cached = inspectTlb(machine);
      await expect.poll(() => panel().getByText(`TLB, ${cached.length} translation`).count()).toBe(1);
      await panel().getByRole('button', { name: 'Show GDT, IDT and TSS' }).click();
      await panel().getByText('64-bit code').first().waitFor();
      await panel().getByRole('button', { name: 'Show translated code' }).click();
      await panel()
        .getByText(/^(No code is translated\.|Hottest)$/)
        .waitFor();
      await panel().getByLabel('Address or symbol of memory').fill('kmain');
      await panel().getByRole('button', { name: 'Show memory' }).click();
      await panel().getByLabel('Bytes of memory').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    }, 60_000);

    test('a triple fault is a chain', async () => {
      await openDebugger('kernel', false);
      await page.setInputFiles('[name=file]', {
        name: 'fault.elf',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(tripleFaultGuest()),
      });
      await panel().locator('.chain li.shutdown').waitFor();
      const chain = await panel().locator('.chain li').allInnerTexts();
      expect(chain[0]).toMatch(/#UD.*not delivered/s);
      expect(chain.length).toBeGreaterThanOrEqual(3);
    });
  });

  test('a page that was visited works without a network', async () => {
    await open('/book/03-typescript.html');
    await screenShows('Hello World!');
    await page.waitForFunction(async () => {
      const kept = await (await caches.open('longmode-site')).keys();
      return ['.html', '.elf', '.wasm'].every((end) => kept.some(({ url }) => url.endsWith(end)));
    });
    await page.context().setOffline(true);
    await page.reload();
    await screenShows('Hello World!');
  });

  test('the race: every engine comes to the same result', async () => {
    await open('/race.html');
    await page.selectOption('[name=millions]', '4');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForFunction(() => document.querySelector('#verdict')!.textContent !== '');
    expect(await textOf('#verdict')).toContain('All came to the same result.');
    expect(await textOf('#lanes')).toMatch(/million instructions per second/);
    expect(await seriousFindings(page)).toEqual([]);
  });

  test('a chapter of the book has a live machine, and buttons for its commands', async () => {
    await open('/book/04-printing.html');
    await screenShows('Hello World!');
    await page.getByRole('button', { name: 'Boot kernel with “panic”' }).click();
    await screenShows('PANIC in');
    expect(await seriousFindings(page)).toEqual([]);
  });
});

async function bootInNode(image: Uint8Array): Promise<Machine> {
  return boot({ kernel: image, code: coreModule() });
}
