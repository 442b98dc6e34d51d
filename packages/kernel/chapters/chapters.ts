/** The chapters in reading order: each is a kernel of its own that boots. One line more here is one chapter more. */
import { tablesAndStack } from '../library/boot/boot-code.ts';
import { KERNEL_BOOT_TEXT, PAGING_BOOT_TEXT } from '../library/boot/kernel-boot.ts';
import type { KernelSource } from '../library/build/kernel-source.ts';
import { BOOT_TEXT as MULTIBOOT_HEADER } from './01-multiboot-header/boot.ts';
import { BOOT_TEXT as LONG_MODE } from './02-long-mode/boot.ts';

/** Stack of the book's second to fourth chapter: enough for three nested calls in assembly. */
const SMALL_STACK_BYTES = 64;
/** Stack for compiled TypeScript. */
const STACK_BYTES = 16 * 1024;
/** The heap of chapter 8 and later, under AssemblyScript's own library. */
const HEAP = 'memory/heap/runtime';

/** The chapters. */
export const CHAPTERS: readonly KernelSource[] = [
  { name: 'chapters/01-multiboot-header', bootText: MULTIBOOT_HEADER, reservations: [] },
  { name: 'chapters/02-long-mode', bootText: LONG_MODE, reservations: tablesAndStack(SMALL_STACK_BYTES) },
  {
    name: 'chapters/03-typescript',
    bootText: KERNEL_BOOT_TEXT,
    reservations: tablesAndStack(STACK_BYTES),
    guest: { entry: 'chapters/03-typescript/main.ts', abort: 'chapters/03-typescript/main/abort' },
  },
  {
    name: 'chapters/04-printing',
    bootText: KERNEL_BOOT_TEXT,
    reservations: tablesAndStack(STACK_BYTES),
    guest: { entry: 'chapters/04-printing/main.ts', abort: 'library/panic/abort' },
  },
  {
    name: 'chapters/08-heap',
    bootText: PAGING_BOOT_TEXT,
    reservations: tablesAndStack(STACK_BYTES),
    guest: { entry: 'chapters/08-heap/main.ts', abort: 'library/panic/abort', heap: HEAP },
  },
];

/** The whole kernel. */
export const KERNEL: KernelSource = {
  name: 'kernel',
  bootText: PAGING_BOOT_TEXT,
  reservations: tablesAndStack(STACK_BYTES),
  guest: { entry: 'kernel/main.ts', abort: 'library/panic/abort', heap: HEAP },
};
