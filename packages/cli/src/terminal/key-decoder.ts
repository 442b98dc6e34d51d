/**
 * What a terminal sends for keys, as keys: bytes in raw mode to the codes of a keyboard (the `code` values of W3C "UI
 * Events KeyboardEvent code Values") or to characters. key-sequences.ts has the tables; bracketed paste is here. What is
 * typed as Alt and a key arrives as Escape and that key, so an Escape counts as one only if nothing follows it at once:
 * call `flush` when `patienceMillis` have passed.
 *
 * Sequences that no table has are dropped whole: terminals send reports (focus, colours, mouse) through the same line.
 */

import { CONTROL_KEYS, isComplete, sequenceKey, sequenceKeyOfCsi } from './key-sequences.ts';

/** One stroke, or one character, or a pasted text. */
export type Keystroke = (
  | {
      /** Keys held together, modifiers first: `['ControlLeft', 'KeyC']`. */
      readonly kind: 'chord';
      readonly codes: readonly string[];
    }
  | { readonly kind: 'text'; readonly text: string }
  /** Text from the clipboard: nothing in it is a command. */
  | { readonly kind: 'paste'; readonly text: string }
) & {
  /** What the terminal sent, for guests that read a serial port. */
  readonly bytes: Uint8Array;
};

const ESC = 0x1b;
const PASTE_END = '\x1b[201~';
/** Longest sequence that is waited for; what is longer is no key. */
const MOST_SEQUENCE_BYTES = 32;

/** Takes bytes as they come, in any pieces. */
export class KeyDecoder {
  private pending: number[] = [];
  private pasted: number[] | undefined;

  /**
   * How long to wait for more before `flush`, undefined if nothing is pending. What a key sends comes in one piece, over
   * ssh nearly so; a pasted text may come in many, but its end must not be able to get lost with the keyboard.
   */
  get patienceMillis(): number | undefined {
    if (this.pasted) return 1000;
    return this.pending.length > 0 ? 40 : undefined;
  }

  /** Decodes; what may go on is kept. */
  decode(typed: Uint8Array): Keystroke[] {
    const strokes: Keystroke[] = [];
    for (const byte of typed) {
      if (this.pasted) this.takePasted(byte, strokes);
      else {
        this.pending.push(byte);
        this.takePending(strokes);
      }
    }
    return strokes;
  }

  /** Nothing more comes for now: a pending Escape is the key, a paste without an end has ended. */
  flush(): Keystroke[] {
    if (this.pasted) return this.endPaste(this.pasted);
    const bytes = this.pending;
    this.pending = [];
    if (bytes.length === 0) return [];
    if (bytes[0] !== ESC) return [];
    if (bytes.length === 1) return [chord(['Escape'], bytes)];
    // Escape and a bracket or an O, and no more: Alt with that key. Longer beginnings are no key.
    return bytes.length === 2 ? [withAlt(plainKey(bytes.slice(1)), bytes)] : [];
  }

  private takePending(strokes: Keystroke[]): void {
    const bytes = this.pending;
    const first = bytes[0]!;
    if (first !== ESC) {
      if (bytes.length < utf8Length(first)) return;
      strokes.push(plainKey(bytes));
      this.pending = [];
      return;
    }
    // A second Escape in front means Alt, as rxvt has it.
    const start = bytes[1] === ESC ? 1 : 0;
    const introducer = bytes[start + 1];
    if (introducer === undefined) return;
    if (introducer !== 0x5b && introducer !== 0x4f) {
      if (bytes.length - start - 1 < utf8Length(introducer)) return;
      strokes.push(withAlt(plainKey(bytes.slice(start + 1)), bytes));
      this.pending = [];
      return;
    }
    const body = bytes.slice(start + 2);
    if (!isComplete(introducer, body)) {
      if (bytes.length > MOST_SEQUENCE_BYTES) this.pending = [];
      return;
    }
    this.pending = [];
    const text = String.fromCharCode(...body);
    if (introducer === 0x5b && text === '200~') {
      this.pasted = [];
      return;
    }
    const codes = introducer === 0x4f ? sequenceKey('', text) : sequenceKeyOfCsi(text);
    if (codes) strokes.push(chord(start === 1 ? ['AltLeft', ...codes] : codes, bytes));
  }

  private takePasted(byte: number, strokes: Keystroke[]): void {
    const bytes = this.pasted!;
    bytes.push(byte);
    const end = bytes.length - PASTE_END.length;
    if (byte !== 0x7e || end < 0 || String.fromCharCode(...bytes.slice(end)) !== PASTE_END) return;
    strokes.push(...this.endPaste(bytes.slice(0, end)));
  }

  private endPaste(pasted: readonly number[]): Keystroke[] {
    this.pasted = undefined;
    const bytes = Uint8Array.from(pasted);
    const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
    // Control characters other than tab and newline are keys, and nobody pressed them.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the control characters that must go.
    return [{ kind: 'paste', text: text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''), bytes }];
  }
}

/** A character, or what a control byte stands for. */
function plainKey(bytes: readonly number[]): Keystroke {
  const first = bytes[0]!;
  const special = CONTROL_KEYS[first];
  if (special) return chord(special, bytes);
  if (first < 0x20) return chord(['ControlLeft', `Key${String.fromCharCode(first + 0x40)}`], bytes);
  const all = Uint8Array.from(bytes);
  return { kind: 'text', text: new TextDecoder().decode(all), bytes: all };
}

/** The same with Alt. Characters that need Shift keep it. */
function withAlt(stroke: Keystroke, bytes: readonly number[]): Keystroke {
  if (stroke.kind === 'chord') return chord(['AltLeft', ...stroke.codes], bytes);
  const codes = codesOfLetter(stroke.text);
  return codes ? chord(['AltLeft', ...codes], bytes) : { ...stroke, bytes: Uint8Array.from(bytes) };
}

function codesOfLetter(character: string): readonly string[] | undefined {
  if (/^[a-z]$/.test(character)) return [`Key${character.toUpperCase()}`];
  if (/^[A-Z]$/.test(character)) return ['ShiftLeft', `Key${character}`];
  return /^[0-9]$/.test(character) ? [`Digit${character}`] : undefined;
}

function chord(codes: readonly string[], bytes: readonly number[]): Keystroke {
  return { kind: 'chord', codes, bytes: Uint8Array.from(bytes) };
}

/** Bytes of the UTF-8 sequence that starts so; 1 for what starts none. */
function utf8Length(first: number): number {
  if (first >= 0xf0 && first < 0xf8) return 4;
  if (first >= 0xe0) return first < 0xf0 ? 3 : 1;
  return first >= 0xc2 ? 2 : 1;
}
