/**
 * What can be edited: the TypeScript of the repository's kernels with their boot code as assembly text, and a kernel of
 * one's own against the library. Changes are kept apart from the texts as they were, so that a link carries them alone.
 */

import { CHAPTERS, KERNEL } from '@longmode/kernel/chapters';
import ownKernel from '../../../cli/template/src/kernel.ts?raw';
import { GUEST_FILES } from '../../src/compiler/guest-files.ts';
import { BOOT_FILE, type CompileTarget } from '../../src/compiler/protocol.ts';

/** Name of the kernel of one's own among the images. */
export const OWN = 'own';
const OWN_FILE = 'kernel.ts';
/** Heap of a kernel of one's own: texts and arrays just work. */
const OWN_HEAP_BYTES = 1 << 20;

/** The files of one image, with the user's changes. */
export class Sources {
  readonly image: string;
  readonly #originals: ReadonlyMap<string, string>;
  readonly #edits = new Map<string, string>();

  constructor(image: string, edits: Readonly<Record<string, string>> = {}) {
    this.image = image;
    const source = [...CHAPTERS, KERNEL].find(({ name }) => name === image);
    this.#originals = new Map([
      ...(source ? [[BOOT_FILE, source.bootText] as const] : []),
      ...(image === OWN ? [[OWN_FILE, ownKernel] as const] : []),
      ...GUEST_FILES,
    ]);
    for (const [name, text] of Object.entries(edits)) if (this.#originals.has(name)) this.edit(name, text);
  }

  /** The file to begin with. */
  get mainFile(): string {
    if (this.image === OWN) return OWN_FILE;
    const guest = [...CHAPTERS, KERNEL].find(({ name }) => name === this.image)?.guest;
    return guest?.entry ?? BOOT_FILE;
  }

  /** All files, those that this image begins with first. */
  get names(): readonly string[] {
    const first = [this.mainFile, BOOT_FILE].filter((name) => this.#originals.has(name));
    return [...new Set([...first, ...[...this.#originals.keys()].sort()])];
  }

  get edits(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#edits);
  }

  get isEdited(): boolean {
    return this.#edits.size > 0;
  }

  text(name: string): string {
    return this.#edits.get(name) ?? this.#originals.get(name) ?? '';
  }

  has(name: string): boolean {
    return this.#originals.has(name);
  }

  edit(name: string, text: string): void {
    if (text === this.#originals.get(name)) this.#edits.delete(name);
    else this.#edits.set(name, text);
  }

  revert(): void {
    this.#edits.clear();
  }

  /** For the compiler. */
  get files(): ReadonlyMap<string, string> {
    return new Map([...this.#originals, ...this.#edits]);
  }

  get target(): CompileTarget {
    if (this.image === OWN) return { kind: 'own', kernel: 'kernel', heapBytes: OWN_HEAP_BYTES };
    return { kind: 'image', name: this.image };
  }
}
