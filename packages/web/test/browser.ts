/** The browser for the tests: Debian's Chromium, or what CHROMIUM names. Playwright downloads none. */

import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright';

const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium, undefined if there is none. */
export const chromiumPath = CANDIDATES.find((path) => path !== undefined && isExecutable(path));

/** Why browser tests are skipped, for people who read the log. */
export const NO_BROWSER =
  'skipped: no Chromium found; install it (apt-get install chromium) or set CHROMIUM to its path';

/** Starts the browser. Root needs `--no-sandbox`; the rest keeps it quiet and off the network. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
