/** `npm run build`: all images into `dist/`, each with its assembly text beside it, which debuggers show. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHAPTERS, KERNEL } from '../chapters/chapters.ts';
import { buildKernel } from '../library/build/build-kernel.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

rmSync(dist, { recursive: true, force: true });
for (const source of [...CHAPTERS, KERNEL]) {
  const path = resolve(dist, source.name);
  mkdirSync(dirname(path), { recursive: true });
  const { elf, sizes } = await buildKernel(source);
  writeFileSync(`${path}.elf`, elf);
  writeFileSync(`${path}.asm`, source.bootText);
  const { boot, text, readOnly, wasmData, data, bss } = sizes;
  const parts = { boot, text, rodata: readOnly, data: wasmData + data, bss };
  const list = Object.entries(parts).map(([part, bytes]) => `${part} ${bytes}`);
  console.log(`${source.name}.elf: ${list.join(', ')} bytes`);
}
