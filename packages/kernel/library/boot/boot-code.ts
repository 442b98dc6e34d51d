/**
 * Puts the boot code of an image together: the assembly text and the zeroed memory that it needs, in the form that the
 * linker (`@longmode/aot`) takes. The text is assembled by `@longmode/x86`.
 */
import type { BootCode, LinkSymbols, Reservation } from '@longmode/aot';
import { assemble } from '@longmode/x86';

/** First tables and stack of the kernel, at the start of `.bss` in this order; the loader fills them with zeros. */
export function tablesAndStack(stackBytes: number): readonly Reservation[] {
  return [
    { name: 'p4_table', sizeBytes: 4096, alignBytes: 4096 },
    { name: 'p3_table', sizeBytes: 4096, alignBytes: 4096 },
    { name: 'p2_table', sizeBytes: 4096, alignBytes: 4096 },
    { name: 'stack_bottom', sizeBytes: stackBytes, alignBytes: 16, endName: 'stack_top' },
  ];
}

/**
 * The boot code of one image.
 * @param sourceName what debuggers show as the file of the assembly text
 * @param text headers first, then 32-bit code with the entry label `_start`
 * @throws AssemblerError if the text is wrong or names a symbol that nothing defines
 */
export function bootCode(sourceName: string, text: string, reservations: readonly Reservation[]): BootCode {
  return {
    reservations,
    assemble(link: LinkSymbols) {
      const origin = link.get('boot_start')!;
      const { bytes, symbols, lines } = assemble(text, { origin, bits: 32, symbols: Object.fromEntries(link) });
      // Constants (`equ`) are symbols for the assembler, but not places that a debugger should know.
      const labels = [...symbols].filter(([, value]) => value >= origin && value <= origin + bytes.length);
      return { bytes, symbols: new Map(labels), lines, entry: '_start', sourceName };
    },
  };
}
