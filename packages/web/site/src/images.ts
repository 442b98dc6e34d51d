/** The repository's images: where they are, and what the gallery says about them. */

const URLS = import.meta.glob<string>(['../../../kernel/dist/kernel.elf', '../../../kernel/dist/chapters/*.elf'], {
  query: '?url',
  import: 'default',
  eager: true,
});
/** Freestanding C by gcc: a picture, and what the tests compare with a program of the host. */
const C_URLS = import.meta.glob<string>(
  ['../../../../examples/c-mandelbrot/mandelbrot.elf', '../../../../tests/guests/c/prebuilt/*.elf'],
  { query: '?url', import: 'default', eager: true },
);
const C_URL_BY_NAME = new Map(Object.entries(C_URLS).map(([path, url]) => [/([^/]*)\.elf$/.exec(path)?.[1], url]));

/**
 * URL of a prebuilt image by its name: `kernel`, `chapters/04-printing`, `c/mandelbrot`, `c/multiboot2-elf64-O2`, ... Undefined if
 * there is none.
 */
export function imageUrl(name: string): string | undefined {
  const [, cGuest] = /^c\/(.*)$/.exec(name) ?? [];
  return cGuest === undefined ? URLS[`../../../kernel/dist/${name}.elf`] : C_URL_BY_NAME.get(cGuest);
}

/** Whether the editor has the sources of an image: it compiles TypeScript, not C. */
export const isEditable = (name: string): boolean => !name.startsWith('c/');

/** C files to be read, loaded when they are asked for. */
const C_SOURCES = import.meta.glob<string>(
  ['../../../../examples/c-mandelbrot/kernel.c', '../../../../tests/guests/c/{kernel,results}.c'],
  { query: '?raw', import: 'default' },
);

/** The C text of an image that is not editable. */
export async function cSource(name: string): Promise<string> {
  const folder = name === 'c/mandelbrot' ? '/examples/c-mandelbrot/' : '/tests/guests/c/';
  const files = Object.entries(C_SOURCES).filter(([path]) => path.includes(folder));
  return (await Promise.all(files.map(([, load]) => load()))).join('\n');
}

/** One entry of the gallery. */
export interface GalleryEntry {
  readonly image: string;
  readonly cmdline: string;
  readonly title: string;
  readonly text: string;
}

const entry = (image: string, cmdline: string, title: string, text: string): GalleryEntry => {
  return { image, cmdline, title, text };
};

/** In the order shown. */
export const GALLERY: readonly GalleryEntry[] = [
  entry('kernel', '', 'The whole kernel', 'A shell: type help.'),
  entry('chapters/01-multiboot-header', '', '1. The smallest kernel', 'OK, by 32-bit code.'),
  entry('chapters/02-long-mode', '', '2. Into long mode', 'OKAY, by 64-bit code.'),
  entry('chapters/03-typescript', '', '3. TypeScript', 'Twelve cells, by compiled code.'),
  entry('chapters/04-printing', '', '4. Printing', 'Text, numbers, colours.'),
  entry('chapters/05-frames', '', '5. Frames', 'Memory given out and taken back.'),
  entry('chapters/06-page-tables', '', '6. Page tables', 'Tables that contain themselves.'),
  entry('chapters/07-remap', '', '7. Remapping', 'Each section has just its rights.'),
  entry('chapters/08-heap', '', '8. The heap', 'new, string, Array, Map.'),
  entry('chapters/09-exceptions', '', '9. Exceptions', 'A breakpoint is survived.'),
  entry('chapters/10-double-faults', '', '10. Double faults', 'A stack overflow is a message.'),
  entry('chapters/11-hardware-interrupts', '', '11. Interrupts', 'Timer and keyboard.'),
  entry('chapters/12-tasks', '', '12. Tasks', 'Several things at once.'),
  entry('chapters/13-user-mode', '', '13. User mode', 'A program in ring 3.'),
  entry('kernel', 'panic', 'A panic', 'Message, file, line, callers.'),
  entry('kernel', 'page', 'A page fault', 'Explained by the kernel.'),
  entry('kernel', 'stack-overflow', 'A stack overflow', 'Ends in a double fault on a stack of its own.'),
  entry('kernel', 'no-ist', 'A triple fault', 'No good stack for the double fault: explained by the machine.'),
  entry('chapters/08-heap', 'no-nxe', 'A reserved bit', 'Page tables that the processor refuses.'),
  entry('c/mandelbrot', '', 'Pixels, in C', 'The Mandelbrot set, in a linear framebuffer.'),
  entry('c/multiboot2-elf64-O2', '', 'A guest in C', 'Forty results of code by gcc, also sent to COM1.'),
  entry('c/multiboot1-elf32-O0', '', 'The same, unoptimized', 'By Multiboot 1, in a 32-bit ELF: the same results.'),
  entry('kernel', 'test', 'Self-tests', 'The kernel tests itself and leaves.'),
];
