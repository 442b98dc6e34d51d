/**
 * The keys of a PS/2 keyboard: names of the web's `KeyboardEvent.code` (W3C UI Events KeyboardEvent code Values), and
 * what each sends in scan code set 2 (IBM PS/2 Hardware Interface Technical Reference, Keyboards, "Scan code set 2").
 *
 * Only make codes are written down. The break code is 0xf0 before the last byte. Print Screen and Pause are sequences of
 * their own, see `../devices/ps2-keyboard.ts`. The shift codes that a keyboard wraps round the grey keys while Shift
 * or Num Lock is on are left out, as QEMU does; no system depends on them.
 */

/** Prefix of the keys that the first PC did not have. */
export const EXTENDED = 0xe0;

/** Make code in set 2 by key; `EXTENDED << 8` marks the keys with prefix. */
// biome-ignore format: rows of the keyboard
const MAKE_CODES = {
  Escape: 0x76,
  F1: 0x05, F2: 0x06, F3: 0x04, F4: 0x0c, F5: 0x03, F6: 0x0b,
  F7: 0x83, F8: 0x0a, F9: 0x01, F10: 0x09, F11: 0x78, F12: 0x07,
  ScrollLock: 0x7e,

  Backquote: 0x0e, Digit1: 0x16, Digit2: 0x1e, Digit3: 0x26, Digit4: 0x25, Digit5: 0x2e, Digit6: 0x36, Digit7: 0x3d,
  Digit8: 0x3e, Digit9: 0x46, Digit0: 0x45, Minus: 0x4e, Equal: 0x55, Backspace: 0x66,

  Tab: 0x0d, KeyQ: 0x15, KeyW: 0x1d, KeyE: 0x24, KeyR: 0x2d, KeyT: 0x2c, KeyY: 0x35, KeyU: 0x3c, KeyI: 0x43, KeyO: 0x44,
  KeyP: 0x4d, BracketLeft: 0x54, BracketRight: 0x5b, Backslash: 0x5d,

  CapsLock: 0x58, KeyA: 0x1c, KeyS: 0x1b, KeyD: 0x23, KeyF: 0x2b, KeyG: 0x34, KeyH: 0x33, KeyJ: 0x3b, KeyK: 0x42,
  KeyL: 0x4b, Semicolon: 0x4c, Quote: 0x52, Enter: 0x5a,

  ShiftLeft: 0x12, IntlBackslash: 0x61, KeyZ: 0x1a, KeyX: 0x22, KeyC: 0x21, KeyV: 0x2a, KeyB: 0x32, KeyN: 0x31,
  KeyM: 0x3a, Comma: 0x41, Period: 0x49, Slash: 0x4a, ShiftRight: 0x59,

  ControlLeft: 0x14, MetaLeft: 0xe01f, AltLeft: 0x11, Space: 0x29, AltRight: 0xe011, MetaRight: 0xe027,
  ContextMenu: 0xe02f, ControlRight: 0xe014,

  Insert: 0xe070, Home: 0xe06c, PageUp: 0xe07d, Delete: 0xe071, End: 0xe069, PageDown: 0xe07a,
  ArrowUp: 0xe075, ArrowLeft: 0xe06b, ArrowDown: 0xe072, ArrowRight: 0xe074,

  NumLock: 0x77, NumpadDivide: 0xe04a, NumpadMultiply: 0x7c, NumpadSubtract: 0x7b,
  Numpad7: 0x6c, Numpad8: 0x75, Numpad9: 0x7d, NumpadAdd: 0x79, Numpad4: 0x6b, Numpad5: 0x73, Numpad6: 0x74,
  Numpad1: 0x69, Numpad2: 0x72, Numpad3: 0x7a, NumpadEnter: 0xe05a, Numpad0: 0x70, NumpadDecimal: 0x71,
} as const;

/** Keys that send more than one code. */
const SEQUENCE_KEYS = ['PrintScreen', 'Pause'] as const;

/** Name of a key: the web's `KeyboardEvent.code`. */
export type KeyCode = keyof typeof MAKE_CODES | (typeof SEQUENCE_KEYS)[number];

/** All keys of the keyboard. */
export const KEY_CODES: readonly KeyCode[] = [
  ...(Object.keys(MAKE_CODES) as (keyof typeof MAKE_CODES)[]),
  ...SEQUENCE_KEYS,
];

const KNOWN: ReadonlySet<string> = new Set(KEY_CODES);

/** Whether a text names a key of this keyboard: for front ends, whose keyboards may have more. */
export function isKeyCode(code: string): code is KeyCode {
  return KNOWN.has(code);
}

/** Make code of a key in set 2, undefined for Print Screen and Pause. */
export function makeCodeOf(code: KeyCode): number | undefined {
  return MAKE_CODES[code as keyof typeof MAKE_CODES];
}
