/** Runs guests with translated code in a page of headless Chromium: Debian's, or what the variable CHROMIUM names. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type CDPSession, chromium } from 'playwright';
import { rolldown } from 'rolldown';
import { type Run, type Task, threadCpuSeconds } from './engine.ts';
import { IMAGE_PATHS } from './guests/build.ts';
import type { PageBench } from './page.ts';

const { resolve } = createRequire(import.meta.url);

/** Path of the browser, or undefined where there is none. */
export const chromiumPath = [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));

/** The browser's version as it tells it. @throws if there is none */
export const chromiumVersion = (): string =>
  execFileSync(chromiumPath ?? 'chromium', ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).match(/[\d.]+/)?.[0] ?? 'unknown';

/** A page that can run guests. */
interface ChromiumBench {
  run(task: Task): Promise<Run>;
  close(): Promise<void>;
}

declare const bench: PageBench;

/** The page's program in one piece. */
async function bundlePage(): Promise<string> {
  await using build = await rolldown({
    input: fileURLToPath(new URL('page.ts', import.meta.url)),
    platform: 'browser',
  });
  const { output } = await build.generate({ format: 'iife' });
  return output[0].code;
}

/**
 * CPU time of the threads that run pages, in seconds: of the first thread of each process that renders. There is one for the page;
 * those that the browser keeps ready stand still.
 */
async function pageCpuSeconds(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const seconds = processInfo.map(({ type, id }) => (type === 'renderer' ? threadCpuSeconds(id) : 0));
  if (seconds.includes(undefined)) throw new Error('the CPU time of a page is known on Linux only');
  return seconds.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** Starts the browser with the page in it. @throws if there is none */
export async function openChromium(): Promise<ChromiumBench> {
  if (chromiumPath === undefined) throw new Error('no Chromium: install it or set CHROMIUM to its path');
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const page = await browser.newPage();
  await page.addScriptTag({ content: await bundlePage() });
  const base64 = (path: string): string => readFileSync(path).toString('base64');
  await page.evaluate(([kernel, core]) => bench.load(kernel, core), [
    base64(IMAGE_PATHS['x86-64']),
    base64(resolve('@longmode/cpu-wasm/core.wasm')),
  ] as const);
  const session = await browser.newBrowserCDPSession();
  return {
    async run(task) {
      await page.evaluate((what) => bench.boot(what), task);
      const before = await pageCpuSeconds(session);
      const result = await page.evaluate(() => bench.run());
      const cpuSeconds = (await pageCpuSeconds(session)) - before;
      return { ...result, cpuSeconds, processCpuSeconds: cpuSeconds };
    },
    close: () => browser.close(),
  };
}
