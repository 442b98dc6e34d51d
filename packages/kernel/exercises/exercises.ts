/**
 * The exercises of the book (`docs/book`): small kernels with a gap, one folder each.
 *
 *     04-table/kernel.ts     what the reader changes (or `boot.ts`, where the exercise is about boot code)
 *     04-table/solution.ts   one way to do it, for those who are stuck and for the test of the exercise itself
 *     04-table/check.ts      looks at the booted machine and says what is still missing
 *
 * `npm run exercise 04` builds, boots and checks the reader's file. The tests of the repository check that each solution
 * passes and that each untouched file does not.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tablesAndStack } from '../library/boot/boot-code.ts';
import { PAGING_BOOT_TEXT } from '../library/boot/kernel-boot.ts';
import type { KernelSource } from '../library/build/kernel-source.ts';

/** Which file of an exercise is meant: the reader's or the solution. */
export type Variant = 'reader' | 'solution';

const STACK_BYTES = 16 * 1024;
/** Exercises of chapter 8 and later may use the heap. */
const FIRST_CHAPTER_WITH_HEAP = '08';
const HEAP = 'memory/heap/runtime';
const folder = fileURLToPath(new URL('.', import.meta.url));

/** Names of all exercises, in the order of the book: `01-letters`, ... */
export const EXERCISES: readonly string[] = readdirSync(folder)
  .filter((name) => /^\d\d-/.test(name))
  .sort();

/** What the kernel of an exercise is built from. */
export async function exerciseSource(name: string, variant: Variant): Promise<KernelSource> {
  const files = readdirSync(`${folder}${name}`);
  const isBootCode = files.includes('boot.ts');
  const file = variant === 'solution' ? 'solution' : isBootCode ? 'boot' : 'kernel';
  const base = { name: `exercises/${name}`, reservations: tablesAndStack(STACK_BYTES) };
  if (isBootCode) {
    const { BOOT_TEXT } = (await import(`./${name}/${file}.ts`)) as { BOOT_TEXT: string };
    return { ...base, bootText: BOOT_TEXT };
  }
  const entry = `exercises/${name}/${file}.ts`;
  const heap = name >= FIRST_CHAPTER_WITH_HEAP ? { heap: HEAP } : {};
  return { ...base, bootText: PAGING_BOOT_TEXT, guest: { entry, abort: 'library/panic/abort', ...heap } };
}
