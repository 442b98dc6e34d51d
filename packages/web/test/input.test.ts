/** Keys, text and clipboard on their way from the page to the guest, and back. */

import type { Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, NO_BROWSER } from './browser.ts';
import { Fixture } from './fixture.ts';
import { scanCodeGuest } from './guests.ts';

if (chromiumPath === undefined) console.warn(`input.test.ts: ${NO_BROWSER}`);

describe.skipIf(chromiumPath === undefined)('input in Chromium', () => {
  let fixture: Fixture;
  let page: Page;

  beforeAll(async () => {
    fixture = await Fixture.start({ permissions: ['clipboard-read', 'clipboard-write'] });
    fixture.server.files.set('/scan-codes.elf', scanCodeGuest());
    ({ page } = fixture);
  });

  afterAll(() => fixture?.close());

  beforeEach(() => fixture.open());

  /** Boots the guest that shows scan codes, without autostart's race with the first key. */
  async function bootScanCodes(attributes: Readonly<Record<string, string>> = {}) {
    await fixture.add({ src: '/scan-codes.elf', autostart: '', ...attributes });
    await fixture.told('booted');
    await page.locator('long-mode canvas').waitFor();
  }

  const clickScreen = () => page.locator('long-mode').click({ position: { x: 300, y: 200 } });

  /** The scan codes of set 1 that have arrived. */
  const codes = async () => (await fixture.screenText()).trim().split(/\s+/).join(' ');
  const arrive = (expected: string) => expect.poll(codes, { timeout: 10_000, interval: 30 }).toBe(expected);
  const isCaptured = () => page.evaluate(() => document.querySelector('long-mode')!.matches(':state(captured)'));

  test('types into the shell of the kernel, which answers; the copied text is what it shows', async () => {
    await fixture.add({ src: '/shell.elf', autostart: '' });
    await fixture.shows(/^longmode>$/m);
    await clickScreen();
    await page.keyboard.type('echo it works.\n');
    await fixture.shows(/^it works\.$/m);
    const copied = await page.evaluate(async () => {
      const rows = document.querySelector('long-mode')!.shadowRoot!.querySelector('[part=text]')!.children;
      const first = [...rows].findIndex((row) => row.textContent?.startsWith('longmode> echo'));
      getSelection()!.setBaseAndExtent(rows[first]!.firstChild!, 0, rows[first + 1]!.firstChild!, 80);
      document.execCommand('copy');
      return navigator.clipboard.readText();
    });
    expect(copied).toBe('longmode> echo it works.\nit works.');
  });

  test('keys go by their place on the keyboard, with make and break codes', async () => {
    await bootScanCodes();
    await clickScreen();
    await page.keyboard.press('KeyA');
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('F5');
    await arrive('1e 9e 2a e0 48 e0 c8 aa 3f bf');
    expect(await isCaptured()).toBe(true);
  });

  test('every key goes up when the element loses the focus', async () => {
    await bootScanCodes();
    await clickScreen();
    await page.keyboard.down('ControlLeft');
    await page.keyboard.down('KeyX');
    await arrive('1d 2d');
    await page.evaluate(() => {
      const other = document.body.appendChild(document.createElement('button'));
      other.focus();
    });
    await arrive('1d 2d ad 9d');
    expect(await isCaptured()).toBe(false);
    await page.keyboard.up('KeyX');
    await page.keyboard.up('ControlLeft');
  });

  test('Escape twice gives the keyboard back, and Tab leads on', async () => {
    await bootScanCodes();
    await page.evaluate(() => document.body.appendChild(document.createElement('button')).setAttribute('id', 'next'));
    await clickScreen();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await arrive('0f 8f 01 81');
    await page.keyboard.press('Escape');
    expect(await isCaptured()).toBe(false);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('next');
    expect(await codes()).toBe('0f 8f 01 81');
  });

  test('who comes by Tab leaves by Tab', async () => {
    await bootScanCodes();
    await page.evaluate(() => document.body.appendChild(document.createElement('button')).setAttribute('id', 'next'));
    await page.keyboard.press('Tab');
    expect(await isCaptured()).toBe(true);
    await page.keyboard.press('KeyB');
    await arrive('30 b0');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('next');
    await page.keyboard.press('Shift+Tab');
    expect(await isCaptured()).toBe(true);
  });

  test.each([
    ['readonly', { readonly: '' }],
    ['keyboard="none"', { keyboard: 'none' }],
  ])('%s takes no keys', async (_, attributes) => {
    await bootScanCodes(attributes);
    await clickScreen();
    await page.keyboard.press('KeyA');
    await page.evaluate(() => document.querySelector('long-mode')!.press('KeyB'));
    await arrive('30 b0');
    expect(await isCaptured()).toBe(false);
  });

  test('what is pasted is typed; what a US keyboard lacks is left out', async () => {
    await bootScanCodes();
    await clickScreen();
    await page.evaluate(() => navigator.clipboard.writeText('aB'));
    await page.keyboard.press('Control+v');
    // Ctrl goes down as a key of the guest before V makes it the browser's, and up before the text.
    await arrive('1d 9d 1e 9e 2a 30 b0 aa');
    expect(await page.evaluate(() => document.querySelector('long-mode')!.paste('é1'))).toBe('é');
    await arrive('1d 9d 1e 9e 2a 30 b0 aa 02 82');
  });

  test('on-screen keyboards edit the field instead of pressing keys', async () => {
    await bootScanCodes();
    await clickScreen();
    await page.keyboard.insertText('a');
    await arrive('1e 9e');
    const session = await page.context().newCDPSession(page);
    await session.send('Input.imeSetComposition', { text: 'b', selectionStart: 1, selectionEnd: 1 });
    await session.send('Input.imeSetComposition', { text: 'bc', selectionStart: 2, selectionEnd: 2 });
    await session.send('Input.imeSetComposition', { text: 'bd', selectionStart: 2, selectionEnd: 2 });
    await session.send('Input.insertText', { text: 'bd' });
    await arrive('1e 9e 30 b0 2e ae 0e 8e 20 a0');
    await page.evaluate(() =>
      document
        .querySelector('long-mode')!
        .shadowRoot!.activeElement!.dispatchEvent(
          new InputEvent('beforeinput', { inputType: 'deleteContentBackward', cancelable: true }),
        ),
    );
    await arrive('1e 9e 30 b0 2e ae 0e 8e 20 a0 0e 8e');
  });

  test('the key bar has what such keyboards lack, with modifiers that stick', async () => {
    await bootScanCodes({ controls: '' });
    await page.getByRole('button', { name: 'Keys' }).click();
    await clickScreen();
    await page.getByRole('button', { name: 'Esc', exact: true }).click();
    await page.getByRole('button', { name: 'Ctrl' }).click();
    expect(await page.getByRole('button', { name: 'Ctrl' }).getAttribute('aria-pressed')).toBe('true');
    expect(await isCaptured()).toBe(true);
    await page.keyboard.press('KeyC');
    await arrive('01 81 1d 2e ae 9d');
    expect(await page.getByRole('button', { name: 'Ctrl' }).getAttribute('aria-pressed')).toBe('false');
  });

  test('type and press wait for the guest, and refuse what no keyboard has', async () => {
    await bootScanCodes();
    const refusals = await page.evaluate(async () => {
      const element = document.querySelector('long-mode')!;
      await element.type('a\n');
      await element.press('ControlLeft', 'KeyC');
      const messageOf = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);
      return [
        await messageOf(element.type('ü')),
        await messageOf(element.press('KeyÜ' as 'KeyA')),
        await messageOf(document.createElement('long-mode').type('a')),
      ];
    });
    await arrive('1e 9e 1c 9c 1d 2e ae 9d');
    expect(refusals[0]).toMatch(/cannot type "ü"/);
    expect(refusals[1]).toMatch(/"KeyÜ" is no key/);
    expect(refusals[2]).toMatch(/there is no machine/);
  });
});
