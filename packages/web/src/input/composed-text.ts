/**
 * Text from keyboards that send no keys: on-screen keyboards and input methods. They edit the field that has the focus,
 * so the field's edits become key strokes: text, line breaks, deletions (W3C Input Events Level 2), and while something is
 * being composed the difference to what was typed of it already.
 */

/** What the field always holds, so that there is something for Backspace to delete. */
const FILLER = '\u200b\u200b';

export class ComposedText {
  readonly #field: HTMLInputElement;
  readonly #type: (text: string) => void;
  /** What has been typed of the composition under way. */
  #composed = '';

  /** @param type types text, in which `\b` is Backspace and `\n` is Enter */
  constructor(field: HTMLInputElement, type: (text: string) => void) {
    this.#field = field;
    this.#type = type;
    field.addEventListener('beforeinput', (event) => this.#beforeInput(event));
    field.addEventListener('input', (event) => {
      if (!(event as InputEvent).isComposing) this.reset();
    });
    field.addEventListener('compositionstart', () => {
      this.#composed = '';
    });
    field.addEventListener('compositionupdate', ({ data }) => this.#follow(data));
    field.addEventListener('compositionend', ({ data }) => {
      this.#follow(data);
      this.#composed = '';
      this.reset();
    });
  }

  /** The field as it is before anything is typed. */
  reset(): void {
    this.#field.value = FILLER;
    this.#field.setSelectionRange(FILLER.length, FILLER.length);
  }

  #beforeInput(event: InputEvent): void {
    // Compositions cannot be prevented; their own events tell more.
    if (event.isComposing || event.inputType === 'insertCompositionText') return;
    event.preventDefault();
    if (event.inputType === 'insertLineBreak' || event.inputType === 'insertParagraph') this.#type('\n');
    else if (event.inputType.startsWith('delete')) this.#type('\b');
    else if (event.data) this.#type(event.data);
  }

  #follow(text: string): void {
    let common = 0;
    while (common < text.length && text[common] === this.#composed[common]) common++;
    this.#type('\b'.repeat(this.#composed.length - common) + text.slice(common));
    this.#composed = text;
  }
}
