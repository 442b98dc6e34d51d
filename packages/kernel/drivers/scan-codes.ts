// From scan codes to keys: set 1, the codes of the first PC's keyboard (IBM PC Technical Reference, "Keyboard"), on an
// American layout.
//
//     press a key            code            a: 1e
//     release it             code | 0x80     a: 9e
//     keys that came later   e0, then code   cursor up: e0 48, released: e0 c8
//     Pause                  e1 1d 45 e1 9d c5, all at the press
//
// A decoder is a state machine: it is fed one code and answers with a key, or with none when the code was half of one, a
// release, or a modifier. Left out: Num Lock (the numeric pad always means digits), other layouts, compose keys.

/** What a key means: below 0x80 its ASCII character (Enter is \n), from 0x100 on a key without one. */
export type Key = i32;

export const NO_KEY: Key = 0;
export const KEY_BACKSPACE: Key = 0x08;
export const KEY_TAB: Key = 0x09;
export const KEY_ENTER: Key = 0x0a;
export const KEY_ESCAPE: Key = 0x1b;
export const KEY_HOME: Key = 0x100;
export const KEY_UP: Key = 0x101;
export const KEY_PAGE_UP: Key = 0x102;
export const KEY_LEFT: Key = 0x103;
export const KEY_RIGHT: Key = 0x104;
export const KEY_END: Key = 0x105;
export const KEY_DOWN: Key = 0x106;
export const KEY_PAGE_DOWN: Key = 0x107;
export const KEY_INSERT: Key = 0x108;
export const KEY_DELETE: Key = 0x109;
/** F1; F2 to F12 follow. */
export const KEY_F1: Key = 0x111;

const RELEASE: u32 = 0x80;
const PREFIX_EXTENDED: u32 = 0xe0;
const PREFIX_PAUSE: u32 = 0xe1;
/** Codes that follow the first of the Pause key. */
const PAUSE_LENGTH: u32 = 5;

const CODE_CONTROL: u32 = 0x1d;
const CODE_LEFT_SHIFT: u32 = 0x2a;
const CODE_RIGHT_SHIFT: u32 = 0x36;
const CODE_ALT: u32 = 0x38;
const CODE_CAPS_LOCK: u32 = 0x3a;
const CODE_F1: u32 = 0x3b;
const CODE_F10: u32 = 0x44;
const CODE_F11: u32 = 0x57;
const CODE_F12: u32 = 0x58;
const CODE_PAD_SLASH: u32 = 0x35;
const CODE_ENTER: u32 = 0x1c;

/** The characters of codes 0x00 to 0x39 and of the numeric pad, 0x47 to 0x53; a blank where there is none. */
const PLAIN = "  1234567890-=\b\tqwertyuiop[]\n asdfghjkl;'` \\zxcvbnm,./ *   ";
const SHIFTED = '  !@#$%^&*()_+\b\tQWERTYUIOP{}\n ASDFGHJKL:"~ |ZXCVBNM<>? *   ';
const CODE_SPACE: u32 = 0x39;
const NUMERIC_PAD = '789-456+1230.';
const CODE_PAD_FIRST: u32 = 0x47;
/** The extended keys in the places of the numeric pad's. */
const EXTENDED: StaticArray<i32> = [
  KEY_HOME,
  KEY_UP,
  KEY_PAGE_UP,
  NO_KEY,
  KEY_LEFT,
  NO_KEY,
  KEY_RIGHT,
  NO_KEY,
  KEY_END,
  KEY_DOWN,
  KEY_PAGE_DOWN,
  KEY_INSERT,
  KEY_DELETE,
];

/** Shift keys, one bit each: both can be down at once. */
const LEFT: u32 = 1;
const RIGHT: u32 = 2;

/** Remembers what is between two scan codes: a prefix, and which modifiers are down. All zero at the start. */
@unmanaged
export class ScanCodeDecoder {
  private isExtended: bool;
  /** How many codes of the Pause key are still to come. */
  private pauseLeft: u32;
  private shifts: u32;
  private controls: u32;
  /** Whether Caps Lock is on. */
  isCapsLockOn: bool;
  private isCapsLockDown: bool;

  get isShiftDown(): bool {
    return this.shifts !== 0;
  }

  get isControlDown(): bool {
    return this.controls !== 0;
  }

  /** Takes the next code. Returns the key that it completes, or `NO_KEY`. With Ctrl, letters are 0x01 to 0x1a. */
  decode(scanCode: u32): Key {
    if (this.pauseLeft > 0) {
      this.pauseLeft--;
      return NO_KEY;
    }
    if (scanCode === PREFIX_PAUSE) {
      this.pauseLeft = PAUSE_LENGTH;
      return NO_KEY;
    }
    if (scanCode === PREFIX_EXTENDED) {
      this.isExtended = true;
      return NO_KEY;
    }
    const isExtended = this.isExtended;
    this.isExtended = false;
    const code = scanCode & ~RELEASE;
    const isPress = (scanCode & RELEASE) === 0;
    if (this.followModifier(code, isPress, isExtended) || !isPress) return NO_KEY;
    return isExtended ? extendedKey(code) : this.plainKey(code);
  }

  /** Notes the state of a modifier; false if the key is none. */
  private followModifier(code: u32, isPress: bool, isExtended: bool): bool {
    if (code === CODE_CONTROL) {
      const side = isExtended ? RIGHT : LEFT;
      this.controls = isPress ? this.controls | side : this.controls & ~side;
      return true;
    }
    if (code === CODE_ALT) return true;
    if (code === CODE_LEFT_SHIFT || code === CODE_RIGHT_SHIFT) {
      // Extended keys wrap themselves in shifts that nobody pressed, for programs of 1984.
      const side = code === CODE_LEFT_SHIFT ? LEFT : RIGHT;
      if (!isExtended) this.shifts = isPress ? this.shifts | side : this.shifts & ~side;
      return true;
    }
    if (code === CODE_CAPS_LOCK && !isExtended) {
      // A key that is held down repeats itself; the lock changes at the first press only.
      if (isPress && !this.isCapsLockDown) this.isCapsLockOn = !this.isCapsLockOn;
      this.isCapsLockDown = isPress;
      return true;
    }
    return false;
  }

  private plainKey(code: u32): Key {
    if (code === 1) return KEY_ESCAPE;
    if (code >= CODE_F1 && code <= CODE_F10) return KEY_F1 + (code - CODE_F1);
    if (code === CODE_F11 || code === CODE_F12) return KEY_F1 + 10 + (code - CODE_F11);
    if (code >= CODE_PAD_FIRST && code < CODE_PAD_FIRST + <u32>NUMERIC_PAD.length)
      return NUMERIC_PAD.charCodeAt(code - CODE_PAD_FIRST);
    if (code > CODE_SPACE) return NO_KEY;
    if (code === CODE_SPACE) return 0x20;
    const plain = PLAIN.charCodeAt(code);
    if (plain === 0x20) return NO_KEY;
    const isLetter = plain >= 0x61 && plain <= 0x7a;
    if (this.isControlDown) return isLetter ? plain - 0x60 : NO_KEY;
    const isUpper = isLetter ? this.isShiftDown !== this.isCapsLockOn : this.isShiftDown;
    return isUpper ? SHIFTED.charCodeAt(code) : plain;
  }
}

/** A key whose code came with the prefix. */
function extendedKey(code: u32): Key {
  if (code === CODE_ENTER) return KEY_ENTER;
  if (code === CODE_PAD_SLASH) return 0x2f;
  if (code < CODE_PAD_FIRST || code >= CODE_PAD_FIRST + <u32>EXTENDED.length) return NO_KEY;
  return EXTENDED[code - CODE_PAD_FIRST];
}
