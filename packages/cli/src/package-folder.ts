/**
 * Where the files are that belong to the package but are no code of it: the kernel library's sources, and the template of
 * new projects. In the published package they are beside `dist`; in the repository they are where they are written.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder above `dist` or `src`. Bundles are flat, sources are not: this file has to stay where it is. */
const root = fileURLToPath(new URL('..', import.meta.url));

/** Folder of the guest code that `longmode/kernel` means. */
export function kernelGuestFolder(): string {
  const published = join(root, 'kernel');
  if (existsSync(published)) return published;
  return dirname(dirname(createRequire(import.meta.url).resolve('@longmode/kernel/library/index.ts')));
}

/** Folder of the files that `longmode new` writes. */
export function templateFolder(): string {
  return join(root, 'template');
}

/** The folder of the published package, as npm can pack it; undefined if this is another form of it. */
export function publishedPackageFolder(): string | undefined {
  const { private: isPrivate } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { private?: boolean };
  return isPrivate ? undefined : root;
}
