/**
 * Editor and compilers, loaded when somebody wants to change a kernel: files with their changes, problems as they are
 * typed, and an image at the push of a button.
 */

import type { SourceProblem } from '@longmode/aot';
import { Compiler } from '../../src/compiler/compiler.ts';
import { GUEST_FILES } from '../../src/compiler/guest-files.ts';
import type { CompilerAnswer } from '../../src/compiler/protocol.ts';
import { createEditor, type Editor } from './editor.ts';
import { Sources } from './sources.ts';

/** How long typing has to pause before the text is checked. */
const CHECK_MILLISECONDS = 400;

/** What was compiled last, so that nothing is compiled twice. */
interface LastBuild {
  readonly version: number;
  readonly quality: 'draft' | 'release';
  readonly answer: Promise<CompilerAnswer>;
}

export class Workshop {
  readonly #section: HTMLElement;
  readonly #boot: (bytes: BlobPart) => Promise<void>;
  readonly #compiler = new Compiler();
  readonly #editor: Editor;
  readonly #sourcesByImage = new Map<string, Sources>();
  readonly #fileSelect: HTMLSelectElement;
  readonly #release: HTMLInputElement;
  #sources: Sources;
  #file = '';
  /** Counts the changes. */
  #version = 0;
  #lastBuild: LastBuild | undefined;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param section the elements of index.html @param boot boots an image */
  constructor(section: HTMLElement, boot: (bytes: BlobPart) => Promise<void>) {
    this.#section = section;
    this.#boot = boot;
    this.#fileSelect = this.#find('#file');
    this.#release = this.#find('#release');
    this.#editor = createEditor(this.#find('#text'), (text) => this.#edited(text));
    this.#sources = new Sources('');
    this.#fileSelect.addEventListener('change', () => this.open(this.#fileSelect.value));
    this.#find('#compile').addEventListener('click', () => void this.compileAndBoot());
    this.#find('#revert').addEventListener('click', () => this.#revert());
    this.#section.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation();
        void this.compileAndBoot();
      },
      { capture: true },
    );
    this.#say('The compilers are being loaded.');
    this.#compiler.warmUp(GUEST_FILES).then(
      () => this.#say('The compilers are ready.'),
      (error: Error) => this.#say(error.message),
    );
  }

  hasEdits(image: string): boolean {
    return this.#sourcesByImage.get(image)?.isEdited ?? false;
  }

  editsOf(image: string): Readonly<Record<string, string>> {
    return this.#sourcesByImage.get(image)?.edits ?? {};
  }

  /** Shows an image's files. */
  show(image: string): void {
    if (this.#sources.image === image) return;
    const known = this.#sourcesByImage.get(image) ?? new Sources(image);
    this.#sourcesByImage.set(image, known);
    this.#use(known);
  }

  /** Shows an image with changes from elsewhere, in place of those made here. */
  load(image: string, edits: Readonly<Record<string, string>>): void {
    const sources = new Sources(image, edits);
    this.#sourcesByImage.set(image, sources);
    this.#use(sources);
    const [first] = Object.keys(sources.edits);
    if (first !== undefined) this.open(first);
  }

  /** Shows a file; one that there is not changes nothing. */
  open(name: string): void {
    if (!this.#sources.has(name)) return;
    this.#file = name;
    this.#fileSelect.value = name;
    this.#editor.show(name, this.#sources.text(name));
  }

  /** Compiles and boots; problems are listed instead. */
  async compileAndBoot(): Promise<void> {
    const started = performance.now();
    const answer = await this.#compile(this.#release.checked ? 'release' : 'draft');
    if (answer?.kind !== 'built') return;
    const compiled = performance.now() - started;
    await this.#boot(answer.elf);
    const booted = performance.now() - started;
    this.#say(`Compiled in ${compiled.toFixed(0)} ms, running after ${booted.toFixed(0)} ms.`);
  }

  #use(sources: Sources): void {
    this.#sources = sources;
    this.#version++;
    this.#fileSelect.replaceChildren(...sources.names.map((name) => new Option(name, name)));
    this.#showProblems([], '');
    this.open(sources.mainFile);
  }

  #edited(text: string): void {
    if (text === this.#sources.text(this.#file)) return;
    this.#sources.edit(this.#file, text);
    this.#version++;
    clearTimeout(this.#checkTimer);
    this.#checkTimer = setTimeout(() => void this.#compile('draft'), CHECK_MILLISECONDS);
  }

  #revert(): void {
    this.#sources.revert();
    this.#version++;
    this.open(this.#file);
    this.#showProblems([], '');
  }

  /** @returns undefined if the compiler itself failed */
  async #compile(quality: 'draft' | 'release'): Promise<CompilerAnswer | undefined> {
    clearTimeout(this.#checkTimer);
    const version = this.#version;
    if (this.#lastBuild?.version !== version || this.#lastBuild.quality !== quality) {
      const answer = this.#compiler.compile(this.#sources.target, this.#sources.files, quality);
      this.#lastBuild = { version, quality, answer };
    }
    try {
      const answer = await this.#lastBuild.answer;
      if (version !== this.#version) return answer;
      this.#showProblems(answer.problems, answer.kind === 'refused' ? answer.message : '');
      const word = answer.kind === 'built' ? `compiles, in ${answer.milliseconds.toFixed(0)} ms` : 'does not compile';
      this.#say(`${this.#sources.image} ${word}.`);
      return answer;
    } catch (error) {
      this.#lastBuild = undefined;
      this.#say((error as Error).message);
      return undefined;
    }
  }

  /** Lists what has a place as links to it; a report without places as it is. */
  #showProblems(problems: readonly SourceProblem[], report: string): void {
    const list = this.#find('#problems');
    const placed = problems.filter(({ file }) => file !== undefined && this.#sources.has(file));
    list.replaceChildren(...placed.map((problem) => this.#problemItem(problem)));
    if (placed.length > 0 || report === '') return;
    const item = list.appendChild(document.createElement('li'));
    item.appendChild(document.createElement('pre')).textContent = report;
  }

  #problemItem({ file = '', start, message, severity }: SourceProblem): HTMLLIElement {
    const before = this.#sources.text(file).slice(0, start).split('\n');
    const place = `${file}:${before.length}:${before.at(-1)!.length + 1}`;
    const item = document.createElement('li');
    const button = item.appendChild(document.createElement('button'));
    button.type = 'button';
    button.textContent = `${place}: ${severity}: ${message}`;
    button.addEventListener('click', () => {
      this.open(file);
      this.#editor.reveal(start);
    });
    return item;
  }

  #say(text: string): void {
    this.#find('#compiled').textContent = text;
  }

  #find<T extends HTMLElement>(selector: string): T {
    return this.#section.querySelector<T>(selector)!;
  }
}
