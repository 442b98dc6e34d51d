/** What a page and the compiler's worker tell each other: texts and options in, an image or problems out. */

import type { SourceProblem } from '@longmode/aot';
import type { Quality } from '@longmode/kernel/image';

/** What to build from the files. */
export type CompileTarget =
  /** One of the repository's images: `kernel`, `chapters/04-printing`, ... Paths are those in the kernel's package. */
  | { readonly kind: 'image'; readonly name: string }
  /** A kernel of one's own against `longmode/kernel`: a file with `export function main(): void`. */
  | { readonly kind: 'own'; readonly kernel: string; readonly heapBytes: number };

/** The file that stands for an image's boot code, which is assembly text. */
export const BOOT_FILE = 'boot.asm';

/** From the page. */
export type CompilerRequest =
  /** Loads the compilers and builds once, so that the next build is fast. */
  | { readonly kind: 'warm-up'; readonly id: number; readonly files: ReadonlyMap<string, string> }
  | {
      readonly kind: 'compile';
      readonly id: number;
      readonly target: CompileTarget;
      readonly quality: Quality;
      /** Every file that may be read, by path. */
      readonly files: ReadonlyMap<string, string>;
    };

/** From the worker, one for each request. */
export type CompilerAnswer =
  | {
      readonly kind: 'built';
      readonly id: number;
      readonly elf: Uint8Array<ArrayBuffer>;
      /** Warnings with places. */
      readonly problems: readonly SourceProblem[];
      readonly milliseconds: number;
    }
  | {
      readonly kind: 'refused';
      readonly id: number;
      /** The whole report as text. */
      readonly message: string;
      readonly problems: readonly SourceProblem[];
    };
