/**
 * The guest's keyboard as the page uses it: which keys are down, modifiers that stick until the next key (for the key bar),
 * characters as key strokes, and letting go of everything when the page loses the focus.
 */

import { isKeyCode, type KeyCode, keyStrokeOf } from '@longmode/machine';

/** Takes a key event to the machine. */
export type SendKey = (code: KeyCode, down: boolean) => void;

export class GuestKeyboard {
  readonly #send: SendKey;
  readonly #onStickyChange: () => void;
  readonly #down = new Set<KeyCode>();
  readonly #sticky = new Set<KeyCode>();

  /** @param onStickyChange told when other modifiers stick than before */
  constructor(send: SendKey, onStickyChange: () => void) {
    this.#send = send;
    this.#onStickyChange = onStickyChange;
  }

  /** Whether a modifier waits for the next key. */
  isSticky(code: KeyCode): boolean {
    return this.#sticky.has(code);
  }

  /** Makes a modifier stick until the next key, or takes that back. */
  toggleSticky(code: KeyCode): void {
    if (!this.#sticky.delete(code)) this.#sticky.add(code);
    this.#onStickyChange();
  }

  /** A key goes down, or repeats. */
  press(code: KeyCode): void {
    for (const modifier of this.#sticky) this.#set(modifier, true);
    this.#set(code, true);
  }

  /** A key goes up, and with it the modifiers that stuck for it. */
  release(code: KeyCode): void {
    if (this.#down.has(code)) this.#set(code, false);
    if (this.#sticky.size === 0) return;
    for (const modifier of this.#sticky) this.#set(modifier, false);
    this.#sticky.clear();
    this.#onStickyChange();
  }

  /** Presses and lets go. */
  tap(code: KeyCode): void {
    this.press(code);
    this.release(code);
  }

  /** Types as on a US keyboard. @returns the characters that it does not have */
  type(text: string): string {
    return [...text].filter((character) => !this.#typeCharacter(character)).join('');
  }

  /** Lets go of everything, as a keyboard does that is unplugged. */
  releaseAll(): void {
    for (const code of [...this.#down].reverse()) this.#set(code, false);
  }

  #typeCharacter(character: string): boolean {
    const stroke = keyStrokeOf(character);
    if (!stroke) return false;
    if (stroke.shift) this.#set('ShiftLeft', true);
    this.tap(stroke.code);
    if (stroke.shift) this.#set('ShiftLeft', false);
    return true;
  }

  #set(code: KeyCode, down: boolean): void {
    if (down) this.#down.add(code);
    else this.#down.delete(code);
    this.#send(code, down);
  }
}

/** What of a text a US keyboard can type, and what it cannot. */
export function splitTypable(text: string): { readonly typable: string; readonly rest: string } {
  const characters = [...text.replaceAll('\r\n', '\n')];
  const typable = characters.filter((character) => keyStrokeOf(character) !== undefined).join('');
  return { typable, rest: characters.filter((character) => keyStrokeOf(character) === undefined).join('') };
}

/** Whether the browser's key event is one of a key that the guest's keyboard has. */
export function keyOf(event: KeyboardEvent): KeyCode | undefined {
  return isKeyCode(event.code) ? event.code : undefined;
}
