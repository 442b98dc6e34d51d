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
  /** `halted`: sleeps or loops with interrupts off; `exited`: through the debug exit port, with status 33. */
  readonly end: 'halted' | 'triple fault' | 'exited';
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
  boots('kernel', 'kernel', 'VGA-2'),
  boots('kernel', 'kernel', 'VGA-2', { protocol: 'multiboot1' }),
  boots('kernel', 'kernel-panic', 'RUST-4, FRAME-5', { commandLine: 'panic' }),
  boots('kernel', 'kernel-fault', 'DF-9', { commandLine: 'fault', end: 'triple fault' }),
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
