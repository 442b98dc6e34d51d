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

/** What a compiled kernel may have beside its code. */
type Parts = Pick<NonNullable<KernelSource['guest']>, 'heap' | 'program'>;

/** A chapter whose kernel is TypeScript: `chapters/<folder>/main.ts`. */
const compiled = (folder: string, bootText: string, parts: Parts = {}): KernelSource => ({
  name: `chapters/${folder}`,
  bootText,
  reservations: tablesAndStack(STACK_BYTES),
  guest: { entry: `chapters/${folder}/main.ts`, abort: 'library/panic/abort', ...parts },
});

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
  compiled('04-printing', KERNEL_BOOT_TEXT),
  compiled('05-frames', KERNEL_BOOT_TEXT),
  compiled('06-page-tables', PAGING_BOOT_TEXT),
  compiled('07-remap', PAGING_BOOT_TEXT),
  compiled('08-heap', PAGING_BOOT_TEXT, { heap: HEAP }),
  compiled('09-exceptions', PAGING_BOOT_TEXT, { heap: HEAP }),
  compiled('10-double-faults', PAGING_BOOT_TEXT, { heap: HEAP }),
  compiled('11-hardware-interrupts', PAGING_BOOT_TEXT, { heap: HEAP }),
  compiled('12-tasks', PAGING_BOOT_TEXT, { heap: HEAP }),
  compiled('13-user-mode', PAGING_BOOT_TEXT, { heap: HEAP, program: PROGRAM }),
];

/** The whole kernel. */
export const KERNEL: KernelSource = {
  name: 'kernel',
  bootText: PAGING_BOOT_TEXT,
  reservations: tablesAndStack(STACK_BYTES),
  guest: { entry: 'kernel/main.ts', abort: 'library/panic/abort', heap: HEAP, program: PROGRAM },
};
