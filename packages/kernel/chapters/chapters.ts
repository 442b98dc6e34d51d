/** The chapters in reading order: each is a kernel of its own that boots. One line more here is one chapter more. */
import { tablesAndStack } from '../library/boot/boot-code.ts';
import { KERNEL_BOOT_TEXT, PAGING_BOOT_TEXT } from '../library/boot/kernel-boot.ts';
import type { KernelSource, ProgramSource } from '../library/build/kernel-source.ts';
import { PROGRAM_BOOT_TEXT } from '../user/program/boot.ts';
import { BOOT_TEXT as MULTIBOOT_HEADER } from './01-multiboot-header/boot.ts';
import { BOOT_TEXT as LONG_MODE } from './02-long-mode/boot.ts';

/** Stack of the book's second to fourth chapter: enough for three nested calls in assembly. */
const SMALL_STACK_BYTES = 64;
/** Stack for compiled TypeScript. */
const STACK_BYTES = 16 * 1024;
/** The heap of chapter 8 and later, under AssemblyScript's own library. */
const HEAP = 'memory/heap/runtime';

/** The program for ring 3. */
const PROGRAM: ProgramSource = {
  name: 'user_program',
  bootText: PROGRAM_BOOT_TEXT,
  reservations: [],
  guest: { entry: 'user/program/main.ts', abort: 'user/program/library/abort' },
  baseAddress: 0x6000_0000,
};

/** A kernel on top of all of the memory chapters. */
function heapKernel(name: string, entry: string, program?: ProgramSource): KernelSource {
  const guest = { entry, abort: 'library/panic/abort', heap: HEAP };
  return {
    name,
    bootText: PAGING_BOOT_TEXT,
    reservations: tablesAndStack(STACK_BYTES),
    guest: program === undefined ? guest : { ...guest, program },
  };
}

const heapChapter = (name: string) => heapKernel(`chapters/${name}`, `chapters/${name}/main.ts`);

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
  heapChapter('09-exceptions'),
  heapChapter('10-double-faults'),
  heapChapter('11-hardware-interrupts'),
  heapChapter('12-tasks'),
  heapKernel('chapters/13-user-mode', 'chapters/13-user-mode/main.ts', PROGRAM),
];

/** The whole kernel. */
export const KERNEL: KernelSource = heapKernel('kernel', 'kernel/main.ts', PROGRAM);
