/**
 * A PS/2 keyboard with 105 keys, seen from its cable.
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboards" (commands, scan code sets, sequences).
 *
 * Scan code sets 1 and 2; set 3 is refused as a keyboard without it does (RESEND). It does not repeat a key of itself,
 * so the typematic rate is only acknowledged: who presses the keys repeats them. It never loses a key: where a real one
 * overruns after 16 bytes, this one leaves further keys with whoever presses them. Time on the wire belongs to the
 * controller.
 */

import { EXTENDED, type KeyCode, makeCodeOf } from '../keyboard/key-codes.ts';
import { translateScanCode } from '../keyboard/translation.ts';

/** A key that goes down or up. */
export interface KeyEvent {
  readonly code: KeyCode;
  readonly down: boolean;
}

/** Who presses the keys. */
export interface KeySource {
  /** The next key event, or undefined if there is none now. */
  nextKey(): KeyEvent | undefined;
  ledsChanged(leds: number): void;
}

const COMMAND_SET_LEDS = 0xed;
const COMMAND_ECHO = 0xee;
const COMMAND_SCAN_CODE_SET = 0xf0;
const COMMAND_READ_ID = 0xf2;
const COMMAND_TYPEMATIC = 0xf3;
const COMMAND_ENABLE = 0xf4;
const COMMAND_DISABLE = 0xf5;
const COMMAND_DEFAULTS = 0xf6;
const COMMAND_RESEND = 0xfe;
const COMMAND_RESET = 0xff;
/** Smallest value that is a command even where a parameter is expected. */
const FIRST_COMMAND = 0xed;

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const KEYBOARD_ID = [0xab, 0x83] as const;
const BREAK = 0xf0;

/** Everything the keyboard remembers. */
export interface Ps2KeyboardState {
  scanning: boolean;
  scanCodeSet: 1 | 2;
  /** LED bits: 0 Scroll Lock, 1 Num Lock, 2 Caps Lock. */
  leds: number;
  /** The command that waits for its parameter, 0 for none. */
  command: number;
  lastSent: number;
  /** Answers to commands; they go before scan codes. */
  answers: number[];
  /** The rest of a key's scan codes. */
  scanCodes: number[];
  /** Modifiers that are down: they change what Print Screen and Pause send. */
  held: KeyCode[];
}

export class Ps2Keyboard {
  readonly #source: KeySource;
  readonly #state: Ps2KeyboardState = {
    scanning: true,
    scanCodeSet: 2,
    leds: 0,
    command: 0,
    lastSent: SELF_TEST_PASSED,
    answers: [],
    scanCodes: [],
    held: [],
  };

  constructor(source: KeySource) {
    this.#source = source;
  }

  get scanning(): boolean {
    return this.#state.scanning;
  }

  /** Scan codes under way: sent for a key event whose other bytes have been taken. */
  get pendingScanCodes(): readonly number[] {
    return this.#state.scanCodes;
  }

  get hasAnswer(): boolean {
    return this.#state.answers.length > 0;
  }

  /** The next byte of an answer to a command. */
  nextAnswer(): number | undefined {
    return this.#sent(this.#state.answers.shift());
  }

  /** The next scan code, taking a key from the source when the one before is through. */
  nextScanCode(): number | undefined {
    const s = this.#state;
    while (s.scanCodes.length === 0) {
      const event = s.scanning ? this.#source.nextKey() : undefined;
      if (!event) return undefined;
      s.scanCodes.push(...this.scanCodesOf(event));
      this.#noteModifier(event);
    }
    return this.#sent(s.scanCodes.shift());
  }

  /** What a key event sends now. Empty for what sends nothing, such as letting go of Pause. */
  scanCodesOf({ code, down }: KeyEvent): number[] {
    const codes = this.#setTwoCodes(code, down);
    if (this.#state.scanCodeSet === 2) return codes;
    return codes.flatMap((value, i) => {
      if (value === BREAK) return [];
      return [translateScanCode(value) | (codes[i - 1] === BREAK ? 0x80 : 0)];
    });
  }

  /** A byte from the controller. */
  receive(byte: number): void {
    const s = this.#state;
    if (s.command !== 0 && byte < FIRST_COMMAND) {
      const { command } = s;
      s.command = 0;
      this.#receiveParameter(command, byte);
      return;
    }
    s.command = 0;
    switch (byte) {
      case COMMAND_ECHO:
        s.answers.push(COMMAND_ECHO);
        break;
      case COMMAND_SET_LEDS:
      case COMMAND_SCAN_CODE_SET:
      case COMMAND_TYPEMATIC:
        s.command = byte;
        s.answers.push(ACKNOWLEDGE);
        break;
      case COMMAND_READ_ID:
        s.answers.push(ACKNOWLEDGE, ...KEYBOARD_ID);
        break;
      case COMMAND_ENABLE:
      case COMMAND_DISABLE:
        s.scanning = byte === COMMAND_ENABLE;
        s.answers.push(ACKNOWLEDGE);
        break;
      case COMMAND_DEFAULTS:
        s.scanCodeSet = 2;
        s.answers.push(ACKNOWLEDGE);
        break;
      case COMMAND_RESEND:
        s.answers.unshift(s.lastSent);
        break;
      case COMMAND_RESET:
        s.scanning = true;
        s.scanCodeSet = 2;
        this.#setLeds(0);
        s.answers = [ACKNOWLEDGE, SELF_TEST_PASSED];
        break;
      default:
        s.answers.push(RESEND);
    }
  }

  #receiveParameter(command: number, value: number): void {
    const s = this.#state;
    s.answers.push(ACKNOWLEDGE);
    if (command === COMMAND_SET_LEDS) this.#setLeds(value & 7);
    else if (command === COMMAND_SCAN_CODE_SET) {
      if (value === 0) s.answers.push(s.scanCodeSet);
      else if (value === 1 || value === 2) s.scanCodeSet = value;
      else s.answers[s.answers.length - 1] = RESEND;
    }
  }

  #setLeds(leds: number): void {
    this.#state.leds = leds;
    this.#source.ledsChanged(leds);
  }

  #sent(byte: number | undefined): number | undefined {
    if (byte !== undefined) this.#state.lastSent = byte;
    return byte;
  }

  #noteModifier({ code, down }: KeyEvent): void {
    if (!/^(Control|Shift|Alt)/.test(code)) return;
    const others = this.#state.held.filter((other) => other !== code);
    this.#state.held = down ? [...others, code] : others;
  }

  #isHeld(name: 'Control' | 'Shift' | 'Alt'): boolean {
    return this.#state.held.some((code) => code.startsWith(name));
  }

  #setTwoCodes(code: KeyCode, down: boolean): number[] {
    const make = makeCodeOf(code);
    if (make !== undefined) return single(make, down);
    if (code === 'Pause') {
      if (!down) return []; // Pause sends its break codes with its make codes
      // With Control it is Break.
      return this.#isHeld('Control')
        ? [EXTENDED, 0x7e, EXTENDED, BREAK, 0x7e]
        : [0xe1, 0x14, 0x77, 0xe1, BREAK, 0x14, BREAK, 0x77];
    }
    // Print Screen: with Alt it is SysRq; alone it brings a Shift of its own.
    if (this.#isHeld('Alt')) return single(0x84, down);
    if (this.#isHeld('Control') || this.#isHeld('Shift')) return single(0xe07c, down);
    return down
      ? [...single(0xe012, true), ...single(0xe07c, true)]
      : [...single(0xe07c, false), ...single(0xe012, false)];
  }
}

/** The bytes of a plain key. */
function single(make: number, down: boolean): number[] {
  const isExtended = make > 0xff;
  return [...(isExtended ? [EXTENDED] : []), ...(down ? [] : [BREAK]), make & 0xff];
}
