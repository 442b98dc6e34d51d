/**
 * What each image shows, and how it ends: one list for every machine that can boot it. The tests of this package run it
 * in QEMU; the emulator's tests run the same list on each of its engines.
 *
 * The screen at the start is what GRUB leaves after `clear`: 80 x 25 blanks with attribute 0x07. The expected screens
 * are in `goldens/`, as `screenText` writes them: characters (code page 437) and colours.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export { screenText } from './screen-text.ts';

/** One boot and its expected end. */
export interface BootScreen {
  /** Name of the golden: `goldens/<name>.txt`. */
  readonly name: string;
  /** Image: `dist/<image>.elf`. */
  readonly image: string;
  readonly protocol: 'multiboot1' | 'multiboot2';
  readonly commandLine: string;
  /**
   * `halted`: sleeps or loops with interrupts off; `idle`: sleeps until the next interrupt; `exited`: through the debug
   * exit port, with status 33.
   */
  readonly end: 'halted' | 'idle' | 'triple fault' | 'exited';
  /** The frame of an exception is on the screen; its addresses change with the compiler, so they are masked. */
  readonly showsFrame?: boolean;
  /** The exceptions that make a triple fault, by their vectors: the one that began it to the last one, in order. */
  readonly exceptions?: readonly number[];
  /** Where the kernel keeps the loader's text: how many cells at the upper left are its own. */
  readonly writtenCells?: number;
  /** Checklist ids of the tutorial's specification that this boot shows. */
  readonly ids: string;
}

const boots = (image: string, name: string, ids: string, options: Partial<BootScreen> = {}): BootScreen => ({
  name,
  image,
  ids,
  protocol: 'multiboot2',
  commandLine: '',
  end: 'halted',
  ...options,
});

/** All boots whose screen is the same on every machine. */
export const BOOT_SCREENS: readonly BootScreen[] = [
  boots('chapters/01-multiboot-header', '01-multiboot-header', 'MB-5', { writtenCells: 2 }),
  boots('chapters/02-long-mode', '02-long-mode', 'LM-9', { writtenCells: 4 }),
  boots('chapters/02-long-mode', '02-long-mode-multiboot1', 'LM-5', { protocol: 'multiboot1', writtenCells: 6 }),
  boots('chapters/03-typescript', '03-typescript', 'RUST-2, RUST-3'),
  boots('chapters/04-printing', '04-printing', 'VGA-1 to VGA-7'),
  boots('chapters/09-exceptions', '09-exceptions', 'IDT-6, IDT-7', { showsFrame: true }),
  boots('chapters/09-exceptions', '09-exceptions-divide', 'EXC-1', { showsFrame: true, commandLine: 'divide' }),
  boots('chapters/09-exceptions', '09-exceptions-page-fault', 'EXC-3', { showsFrame: true, commandLine: 'page-fault' }),
  boots('chapters/09-exceptions', '09-exceptions-no-gates', 'IDT-8', {
    commandLine: 'no-gates',
    end: 'triple fault',
    exceptions: [0x3, 0xd, 0xd, 0x8, 0xd],
  }),
  boots('chapters/10-double-faults', '10-double-faults', 'DF-5', { showsFrame: true, commandLine: 'faithful' }),
  boots('chapters/10-double-faults', '10-double-faults-write', 'DF-10', { showsFrame: true, commandLine: 'write' }),
  boots('chapters/10-double-faults', '10-double-faults-no-ist', 'DF-8, DF-11', {
    showsFrame: true,
    commandLine: 'no-ist',
    end: 'triple fault',
    exceptions: [0xe, 0xb, 0x8, 0xe],
  }),
  boots('chapters/10-double-faults', '10-double-faults-no-gate', 'DF-9', {
    showsFrame: true,
    commandLine: 'write no-df-gate',
    end: 'triple fault',
    exceptions: [0xe, 0xb, 0x8, 0xb],
  }),
  boots('chapters/11-hardware-interrupts', '11-hardware-interrupts', 'IRQ-1', { end: 'idle' }),
  boots('chapters/12-tasks', '12-tasks', 'IRQ-1', { end: 'idle' }),
  boots('chapters/13-user-mode', '13-user-mode', 'ring 3', { showsFrame: true }),
  boots('kernel', 'kernel', 'VGA-2', { end: 'idle' }),
  boots('kernel', 'kernel', 'VGA-2', { protocol: 'multiboot1', end: 'idle' }),
  boots('kernel', 'kernel-panic', 'RUST-4, FRAME-5', { commandLine: 'panic' }),
  boots('kernel', 'kernel-page', 'EXC-3', { showsFrame: true, commandLine: 'page' }),
  boots('kernel', 'kernel-stack-overflow', 'DF-5', {
    showsFrame: true,
    commandLine: 'stack-overflow continue',
    end: 'idle',
  }),
  boots('kernel', 'kernel-fault', 'IDT-8', {
    commandLine: 'fault',
    end: 'triple fault',
    exceptions: [0xe, 0xd, 0x8, 0xd],
  }),
  boots('kernel', 'kernel-exit', 'debug exit', { commandLine: 'exit', end: 'exited' }),
];

/** Exit status of a machine left through the debug exit port with the value 0x10. */
export const DEBUG_EXIT_STATUS = (0x10 << 1) | 1;

/** Where the expected screen of a boot is. */
export function goldenPath({ name }: BootScreen): string {
  return fileURLToPath(new URL(`goldens/${name}.txt`, import.meta.url));
}

/** The expected screen of a boot, in the form of {@link screenText}. @throws Error if the golden is missing */
export function expectedScreen(boot: BootScreen): string {
  return readFileSync(goldenPath(boot), 'utf8');
}

/**
 * A screen's text without what a frame of an exception shows of addresses and flags. The flags of a fault differ between
 * machines too: a processor saves them with the resume flag set (SDM Vol. 3B 18.3.1.1), QEMU does not.
 */
export function maskFrame(text: string): string {
  return text.replace(
    /((?:instruction_pointer|cpu_flags|stack_pointer|last page fault): 0x)[0-9a-f]+([^|]*?) *\|/g,
    '$1*$2|',
  );
}
