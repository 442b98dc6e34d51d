/** The keyboard as users have it in hand: `machine.keyboard`. It feeds the PS/2 keyboard behind the 8042. */

import type { Input, Keyboard, KeyboardLeds, Limits } from '../api.ts';
import type { KeyEvent, KeySource } from '../devices/ps2-keyboard.ts';
import type { GuestAction, WaitCondition } from '../wait.ts';
import { isKeyCode, type KeyCode } from './key-codes.ts';
import { keyStrokesOf } from './us-layout.ts';

/** What the keyboard needs of its machine. */
export interface KeyboardPortOwner {
  waitOrThrow<T>(condition: WaitCondition<T>, what: string, limits: Limits | undefined): Promise<T>;
  enterInput(input: Input): void;
  /** See `Keyboard.isListening`. */
  readonly isListening: boolean;
  /** Bytes not read by the guest: of these events, and of what the devices hold. */
  pendingBytes(events: readonly KeyEvent[]): number;
}

const LED_SCROLL_LOCK = 1 << 0;
const LED_NUM_LOCK = 1 << 1;
const LED_CAPS_LOCK = 1 << 2;

export class KeyboardPort implements Keyboard, KeySource {
  readonly #owner: KeyboardPortOwner;
  readonly #queue: KeyEvent[] = [];
  #leds = 0;

  constructor(owner: KeyboardPortOwner) {
    this.#owner = owner;
  }

  keyDown(code: KeyCode): void {
    this.#enter(code, true);
  }

  keyUp(code: KeyCode): void {
    this.#enter(code, false);
  }

  async type(text: string, limits?: Limits): Promise<void> {
    const strokes = keyStrokesOf(text);
    const events: KeyEvent[] = [];
    let isShiftDown = false;
    const shift = (down: boolean) => {
      if (down !== isShiftDown) events.push({ code: 'ShiftLeft', down });
      isShiftDown = down;
    };
    for (const { code, shift: isShifted } of strokes) {
      shift(isShifted);
      events.push({ code, down: true }, { code, down: false });
    }
    shift(false);
    await this.#send(events, limits);
  }

  async press(...keys: readonly KeyCode[]): Promise<void> {
    for (const code of keys) requireKey(code);
    const downs = keys.map((code) => ({ code, down: true }));
    const ups = keys.map((code) => ({ code, down: false })).reverse();
    await this.#send([...downs, ...ups], undefined);
  }

  get isListening(): boolean {
    return this.#owner.isListening;
  }

  get pendingBytes(): number {
    return this.#owner.pendingBytes(this.#queue);
  }

  get leds(): KeyboardLeds {
    return {
      scrollLock: (this.#leds & LED_SCROLL_LOCK) !== 0,
      numLock: (this.#leds & LED_NUM_LOCK) !== 0,
      capsLock: (this.#leds & LED_CAPS_LOCK) !== 0,
    };
  }

  /** A key event has come through the machine's door. */
  accept(event: KeyEvent): void {
    this.#queue.push(event);
  }

  nextKey(): KeyEvent | undefined {
    return this.#queue.shift();
  }

  ledsChanged(leds: number): void {
    this.#leds = leds;
  }

  #enter(code: KeyCode, down: boolean): void {
    requireKey(code);
    this.#owner.enterInput({ kind: 'key', code, down });
  }

  async #send(events: readonly KeyEvent[], limits: Limits | undefined): Promise<void> {
    const listens = { test: () => this.isListening || undefined };
    await this.#owner.waitOrThrow(listens, 'the guest to listen to the keyboard', limits);
    for (const { code, down } of events) this.#enter(code, down);
    const taken = {
      test: () => (this.#queue.length === 0 && this.pendingBytes === 0) || undefined,
      mayCompleteWith: ({ kind }: GuestAction) => kind === 'scan-code-taken',
    };
    await this.#owner.waitOrThrow(taken, 'the guest to take the keys', limits);
  }
}

function requireKey(code: string): void {
  if (isKeyCode(code)) return;
  throw new RangeError(
    `${JSON.stringify(code)} is no key: expected a KeyboardEvent.code such as KeyA, Enter or ArrowUp`,
  );
}
