/**
 * Where the element can live: under each Content-Security-Policy of the README's table, loaded from another origin, on an
 * isolated page, from `file://`, without a network.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, NO_BROWSER } from './browser.ts';
import { built, Fixture, hostedFiles, pageWith } from './fixture.ts';
import { kernel } from './guests.ts';
import { serve } from './server.ts';

if (chromiumPath === undefined) console.warn(`hosting.test.ts: ${NO_BROWSER}`);

/** A policy, the attributes to use under it, and what the browser reports of it. */
const POLICIES: readonly (readonly [
  name: string,
  policy: string,
  attributes: Readonly<Record<string, string>>,
  reports: number,
])[] = [
  ['a Blob worker and Wasm', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:", {}, 0],
  [
    'Wasm, and the name of the worker’s file',
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    { 'worker-src': '/lib/worker.js' },
    0,
  ],
  [
    'Wasm alone: the worker’s file is found, one report',
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    {},
    1,
  ],
  [
    'not even Wasm, with the JavaScript engine',
    "default-src 'self'",
    { engine: 'js', 'worker-src': '/lib/worker.js' },
    0,
  ],
];

/** A debugger's half in the worker that only says that it is there. */
const AGENT = `
  globalThis.longmodeDebuggerAgent = (machine, control, port) => {
    port.postMessage(machine.instructions === 0n ? 'attached before the first instruction' : 'attached late');
    return false;
  };
`;

const DEBUGGER_SCRIPT = '<script type="module" src="/lib/debugger.js"></script>';

describe.skipIf(chromiumPath === undefined)('hosting in Chromium', () => {
  let fixture: Fixture;
  let page: Page;

  beforeAll(async () => {
    fixture = await Fixture.start();
    ({ page } = fixture);
  });

  afterAll(() => fixture?.close());

  const bootsKernel = async () => {
    await fixture.told('halted');
    expect(await fixture.screenText()).toContain('Hello World!');
  };

  test.each(POLICIES)('a policy with %s', async (_, policy, attributes, reports) => {
    await fixture.open(`/page.html?policy=${encodeURIComponent(policy)}`);
    await fixture.add({ src: '/kernel.elf', autostart: '', ...attributes });
    await bootsKernel();
    expect(fixture.problems).toHaveLength(reports);
  });

  test('the second machine of a page without Blobs does not try again', async () => {
    await fixture.open(
      `/page.html?policy=${encodeURIComponent("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'")}`,
    );
    await fixture.add({ src: '/busy.elf', autostart: '' });
    await fixture.told('booted');
    await fixture.add({ src: '/kernel.elf', autostart: '' });
    await fixture.told('halted');
    expect(fixture.problems).toHaveLength(1);
  });

  test('a debugger is given the machine of the worker that was started a second time', async () => {
    fixture.server.files.set('/agent.js', AGENT);
    await fixture.open(
      `/page.html?policy=${encodeURIComponent("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'")}`,
    );
    const said = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const connect = (port: MessagePort) => {
            port.onmessage = ({ data }) => resolve(data);
            return { breakpoints: [], stopAtEntry: false };
          };
          const element = document.createElement('long-mode');
          Object.assign(element, { src: '/kernel.elf', autostart: true });
          element.debuggerHost = { agentUrl: new URL('/agent.js', location.href).href, connect };
          document.body.append(element);
        }),
    );
    expect(said).toBe('attached before the first instruction');
    await bootsKernel();
    expect(fixture.problems).toHaveLength(1);
  });

  test('the debugger of the package, on a page that uses it', async () => {
    fixture.server.files.set('/debugged.html', `${pageWith('/lib/element.js')}${DEBUGGER_SCRIPT}`);
    await fixture.open('/debugged.html');
    await page.evaluate(() => {
      const machine = document.createElement('long-mode');
      Object.assign(machine, { src: '/kernel.elf', autostart: true });
      const panel = document.createElement('long-mode-debugger');
      Object.assign(panel, { machine, stopAtEntry: true });
      document.body.append(machine, panel);
    });
    const panel = page.locator('long-mode-debugger');
    await expect.poll(() => panel.getByRole('status').innerText(), { timeout: 15_000 }).toMatch(/0 instructions/);
    await panel.getByRole('button', { name: 'Continue' }).click();
    await bootsKernel();
    await expect.poll(() => panel.locator('tr[aria-current=step]').innerText()).toMatch(/hlt|jmp|cli/);
    expect(fixture.problems).toEqual([]);
  });

  test('no worker at all: the error names the cure', async () => {
    const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";
    await fixture.open(`/page.html?policy=${encodeURIComponent(policy)}`);
    await fixture.add({ src: '/kernel.elf', autostart: '' });
    expect((await fixture.told('error')).detail).toMatchObject({ code: 'worker-load' });
    expect(await fixture.alert()).toMatch(/worker-src blob:/);
  });

  test('the script of another origin', async () => {
    const cdn = await serve(hostedFiles(), { 'access-control-allow-origin': '*' });
    fixture.server.files.set('/cdn.html', pageWith(`${cdn.url}/lib/element.js`));
    await fixture.open('/cdn.html?policy=');
    await fixture.add({ src: '/kernel.elf', autostart: '' });
    await bootsKernel();
    expect(cdn.requests).toEqual(['/lib/element.js', '/lib/core.wasm']);
    expect(fixture.problems).toEqual([]);
    await cdn.close();
  });

  test('an isolated page', async () => {
    const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
    const host = await serve(hostedFiles(), isolated);
    await page.goto(`${host.url}/page.html`);
    await fixture.add({ src: '/kernel.elf', autostart: '' });
    await bootsKernel();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await host.close();
  });

  test('one file, from file://', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'longmode-file-'));
    const kernelUrl = `data:application/octet-stream;base64,${Buffer.from(kernel()).toString('base64')}`;
    writeFileSync(join(folder, 'longmode.global.js'), built('longmode.global.js'));
    writeFileSync(
      join(folder, 'index.html'),
      `<!doctype html><script src="longmode.global.js"></script><long-mode src="${kernelUrl}" autostart></long-mode>`,
    );
    fixture.problems.length = 0;
    await page.goto(pathToFileURL(join(folder, 'index.html')).href);
    await fixture.shows(/Hello World!/);
    await page.evaluate(() => document.querySelector('long-mode')!.setAttribute('engine', 'js'));
    await expect.poll(() => fixture.alert().catch(() => '')).toMatch(/does not have the engine "js"/);
    expect(fixture.problems).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test('a machine that has booted needs no network any more, and a page says what it could not fetch', async () => {
    await fixture.open();
    await fixture.add({ src: '/shell.elf', autostart: '' });
    await fixture.shows(/^longmode>$/m);
    await page.context().setOffline(true);
    await page.evaluate(() => document.querySelector('long-mode')!.type('echo offline\n'));
    await fixture.shows(/^offline$/m);
    await page.evaluate(() =>
      document
        .querySelector('long-mode')!
        .reset()
        .catch(() => {}),
    );
    expect(await fixture.alert()).toMatch(/could not be fetched: Failed to fetch/);
    await page.context().setOffline(false);
  });
});
