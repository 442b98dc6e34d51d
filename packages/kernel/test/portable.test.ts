/** What builds kernels runs in a browser's worker too: nothing that only Node has is reached from its entry points. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ENTRY_POINTS = ['library/build/kernel-image.ts', 'library/build/own-kernel.ts', 'chapters/chapters.ts'];
const PACKAGES = ['@longmode/aot', '@longmode/aot/compile', '@longmode/x86', 'assemblyscript'];

it.each(ENTRY_POINTS)('%s needs no file system', (entry) => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    for (const [, from] of readFileSync(url, 'utf8').matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gm)) {
      if (from!.includes('${') || from!.startsWith('longmode/')) continue; // in the text of generated guest code
      if (from!.startsWith('.')) visit(new URL(from!, url));
      else packages.add(from!);
    }
  };
  visit(new URL(`../${entry}`, import.meta.url));
  expect(seen.size).toBeGreaterThan(4);
  expect(PACKAGES).toEqual(expect.arrayContaining([...packages]));
});
