/** One browser page for a file of tests, on a static host with the built element and the guests. */

import { readdirSync, readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { expect } from 'vitest';
import { launch } from './browser.ts';
import * as guests from './guests.ts';
import { type StaticServer, serve } from './server.ts';

const dist = new URL('../dist/', import.meta.url);

/** A file of the build. */
export const built = (name: string): Buffer => readFileSync(new URL(name, dist));

/** Collects the element's events; loaded before it. */
const RECORDER = `
  window.told = [];
  const types = ['progress', 'booted', 'paused', 'resumed', 'screenchange', 'serial', 'halted', 'triplefault', 'exit', 'error'];
  for (const type of types) document.addEventListener(type, (event) => window.told.push({ type, detail: event.detail }));
`;

/** An event of the element. */
export interface Told {
  readonly type: string;
  readonly detail: Record<string, unknown>;
}

const PAGE_HEAD = '<!doctype html><html lang="en"><title>Test</title><script src="/recorder.js"></script>';

/** A page with the element's script from `library`. */
export const pageWith = (library: string): string => `${PAGE_HEAD}<script type="module" src="${library}"></script>`;

/** What every test's host serves. */
export function hostedFiles(): Map<string, Uint8Array | string> {
  return new Map<string, Uint8Array | string>([
    ['/page.html', pageWith('/lib/element.js')],
    ['/recorder.js', RECORDER],
    ...readdirSync(dist, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [`/lib/${name}`, built(name)] as const),
    ['/kernel.elf', guests.kernel()],
    ['/shell.elf', guests.shellKernel()],
    ['/serial.elf', guests.serialGuest()],
    ['/triple-fault.elf', guests.tripleFaultGuest()],
    ['/exit.elf', guests.exitGuest()],
    ['/busy.elf', guests.busyGuest()],
    ['/graphics.elf', guests.graphicsGuest()],
    ['/notes.txt', 'This is no kernel.\n'],
  ]);
}

/** Browser, page and host of a file of tests. */
export class Fixture {
  readonly server: StaticServer;
  readonly browser: Browser;
  readonly page: Page;
  /** Errors and warnings of the page since `open`. */
  problems: string[] = [];

  private constructor(server: StaticServer, browser: Browser, page: Page) {
    this.server = server;
    this.browser = browser;
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.problems.push(message.text());
    });
  }

  static async start(options: BrowserContextOptions = {}): Promise<Fixture> {
    const server = await serve(hostedFiles());
    const browser = await launch();
    const context = await browser.newContext({ viewport: { width: 800, height: 700 }, ...options });
    return new Fixture(server, browser, await context.newPage());
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  /** Goes to a page and waits for the element's definition. Forgets what was told and asked for. */
  async open(path = '/page.html'): Promise<void> {
    await this.page.goto(this.server.url + path);
    await this.page.waitForFunction(() => customElements.get('long-mode') !== undefined);
    this.server.requests.length = 0;
    this.problems.length = 0;
  }

  /** Puts an element on the page. */
  add(attributes: Readonly<Record<string, string>>, children = ''): Promise<void> {
    return this.page.evaluate(
      ([list, html]) => {
        const element = document.createElement('long-mode');
        if (html !== '') element.setHTMLUnsafe(html);
        for (const [name, value] of Object.entries(list)) element.setAttribute(name, value);
        document.body.append(element);
      },
      [attributes, children] as const,
    );
  }

  /** Waits for an event. */
  told(type: string): Promise<Told> {
    return this.page
      .waitForFunction(
        (wanted) => (window as unknown as { told: Told[] }).told.find((one) => one.type === wanted),
        type,
      )
      .then((handle) => handle.jsonValue() as Promise<Told>);
  }

  /** Forgets the events so far. */
  forget(): Promise<void> {
    return this.page.evaluate(() => void Object.assign(window, { told: [] }));
  }

  screenText(): Promise<string> {
    return this.page.evaluate(() => document.querySelector('long-mode')!.screenText);
  }

  /** Waits until the screen says something. */
  async shows(pattern: RegExp): Promise<void> {
    await expect.poll(() => this.screenText(), { timeout: 15_000, interval: 30 }).toMatch(pattern);
  }

  async workersGone(): Promise<void> {
    await expect.poll(() => this.page.workers().length, { timeout: 10_000 }).toBe(0);
  }

  /** What the element says of a failure. */
  alert(): Promise<string> {
    return this.page.locator('long-mode [role=alert]').innerText();
  }
}
