/**
 * Keys of the page for the guest, by physical position (`KeyboardEvent.code`), while a field in the element has the focus.
 * The field is a real one, so that on-screen keyboards open for it and screen readers pass keys on.
 *
 * It never traps anybody. Tab goes to the guest only after a click into the screen; Escape twice gives the keyboard back;
 * the browser keeps what belongs to it: everything with Meta, Ctrl+Shift, F11, F12, and Ctrl+V, which pastes.
 */

import { ComposedText } from './composed-text.ts';
import { type GuestKeyboard, keyOf } from './guest-keyboard.ts';

/** Two Escapes within this time give the keyboard back. */
const ESCAPE_MILLISECONDS = 500;

/** What the capture tells. */
export interface CaptureListener {
  /** The keyboard belongs to the guest now, or does not any more. */
  captured(isCaptured: boolean): void;
  /** Escape twice: the focus should go elsewhere. */
  released(): void;
  pasted(text: string): void;
}

export class KeyboardCapture {
  readonly #field: HTMLInputElement;
  readonly #keyboard: GuestKeyboard;
  readonly #listener: CaptureListener;
  readonly #text: ComposedText;
  /** The last thing that was done to take the keyboard was a click. */
  #wasClicked = false;
  #lastEscape = Number.NEGATIVE_INFINITY;

  constructor(field: HTMLInputElement, keyboard: GuestKeyboard, listener: CaptureListener) {
    this.#field = field;
    this.#keyboard = keyboard;
    this.#listener = listener;
    this.#text = new ComposedText(field, (text) => keyboard.type(text));
    field.addEventListener('keydown', (event) => this.#keyDown(event));
    field.addEventListener('keyup', (event) => this.#keyUp(event));
    field.addEventListener('paste', (event) => {
      event.preventDefault();
      // The Ctrl of Ctrl+V is not meant for the text.
      keyboard.releaseAll();
      listener.pasted(event.clipboardData?.getData('text/plain') ?? '');
    });
    field.addEventListener('focus', () => {
      this.#text.reset();
      listener.captured(true);
    });
    field.addEventListener('blur', () => {
      this.#wasClicked = false;
      keyboard.releaseAll();
      listener.captured(false);
    });
  }

  /** Takes the keyboard because of a click. */
  takeByClick(): void {
    this.#wasClicked = true;
    this.#field.focus({ preventScroll: true });
  }

  #keyDown(event: KeyboardEvent): void {
    // An input method is at work; its text comes as edits of the field.
    if (event.isComposing || event.key === 'Unidentified' || event.key === 'Process') return;
    const code = keyOf(event);
    if (code === undefined || isForBrowser(event) || (code === 'Tab' && !this.#wasClicked)) return;
    take(event);
    if (code === 'Escape' && !event.repeat) {
      const isSecond = event.timeStamp - this.#lastEscape < ESCAPE_MILLISECONDS;
      this.#lastEscape = isSecond ? Number.NEGATIVE_INFINITY : event.timeStamp;
      if (isSecond) {
        this.#listener.released();
        return;
      }
    } else if (code !== 'Escape') this.#lastEscape = Number.NEGATIVE_INFINITY;
    this.#keyboard.press(code);
  }

  #keyUp(event: KeyboardEvent): void {
    const code = keyOf(event);
    if (code === undefined) return;
    // macOS tells of no key that goes up while Meta is down.
    if (event.key === 'Meta') this.#keyboard.releaseAll();
    else if (!isForBrowser(event) && code !== 'Tab') take(event);
    this.#keyboard.release(code);
  }
}

/** The page's own shortcuts are not meant. */
function take(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

function isForBrowser({ code, metaKey, ctrlKey, shiftKey, altKey }: KeyboardEvent): boolean {
  if (metaKey || code === 'F11' || code === 'F12') return true;
  // AltGr is Ctrl and Alt on some systems.
  return ctrlKey && !altKey && (shiftKey || code === 'KeyV');
}
