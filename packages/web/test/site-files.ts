/** The built site, for a server of the tests. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SITE = fileURLToPath(new URL('../dist/site/', import.meta.url));

/** Its files by path. @throws if it has not been built */
export function siteFiles(): Map<string, Uint8Array> {
  const names = readdirSync(SITE, { recursive: true, encoding: 'utf8', withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`/${path.slice(SITE.length)}`, readFileSync(path)]),
  );
}
