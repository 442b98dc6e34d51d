/**
 * Which keys the sequences and control bytes of terminals stand for: xterm ("XTerm Control Sequences", PC-style function keys,
 * modifiers as `CSI 1 ; m A`), rxvt and the Linux console; control bytes by ASCII.
 */

/** `CSI n ~` */
const TILDE_KEYS: Readonly<Record<number, string>> = {
  1: 'Home',
  2: 'Insert',
  3: 'Delete',
  4: 'End',
  5: 'PageUp',
  6: 'PageDown',
  7: 'Home',
  8: 'End',
  11: 'F1',
  12: 'F2',
  13: 'F3',
  14: 'F4',
  15: 'F5',
  17: 'F6',
  18: 'F7',
  19: 'F8',
  20: 'F9',
  21: 'F10',
  23: 'F11',
  24: 'F12',
};

/** `CSI x`, `CSI 1 ; m x` and `SS3 x`. */
const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: 'ArrowUp',
  B: 'ArrowDown',
  C: 'ArrowRight',
  D: 'ArrowLeft',
  E: 'Numpad5',
  F: 'End',
  H: 'Home',
  M: 'NumpadEnter',
  P: 'F1',
  Q: 'F2',
  R: 'F3',
  S: 'F4',
};

/** Control bytes that have a key of their own, or that Ctrl makes of a key without a letter. */
export const CONTROL_KEYS: Readonly<Record<number, readonly string[]>> = {
  0: ['ControlLeft', 'Space'],
  8: ['Backspace'],
  9: ['Tab'],
  // A terminal sends CR for Enter; LF is what scripts and pipes send for it.
  10: ['Enter'],
  13: ['Enter'],
  27: ['Escape'],
  28: ['ControlLeft', 'Backslash'],
  29: ['ControlLeft', 'BracketRight'],
  30: ['ControlLeft', 'Digit6'],
  31: ['ControlLeft', 'Slash'],
  127: ['Backspace'],
};

const SHIFT = 1;
const ALT = 2;
const CONTROL = 4;

/** Whether a sequence has its final byte. The Linux console's F1 to F5 are `CSI [ A` to `CSI [ E`. */
export function isComplete(introducer: number, body: readonly number[]): boolean {
  const last = body.at(-1);
  if (last === undefined) return false;
  if (introducer === 0x5b && body.length === 1 && last === 0x5b) return false;
  if (introducer === 0x5b && body[0] === 0x5b) return true;
  return last >= 0x40 && last <= 0x7e;
}

/** The keys of `CSI body`; undefined for what is none. */
export function sequenceKeyOfCsi(body: string): readonly string[] | undefined {
  if (body === 'Z') return ['ShiftLeft', 'Tab'];
  if (/^\[[A-E]$/.test(body)) return [`F${body.charCodeAt(1) - 0x40}`];
  const match = /^([\d;]*)([A-Za-z~])$/.exec(body);
  return match ? sequenceKey(match[1]!, match[2]!) : undefined;
}

/** @param parameters such as `1;5`; the second is one more than the sum of the modifiers */
export function sequenceKey(parameters: string, final: string): readonly string[] | undefined {
  const [number = 0, modifiers = 1] = parameters.split(';').map((digits) => Number(digits) || undefined);
  const code = final === '~' ? TILDE_KEYS[number] : LETTER_KEYS[final];
  if (code === undefined) return undefined;
  const held = modifiers - 1;
  return [
    ...(held & CONTROL ? ['ControlLeft'] : []),
    ...(held & ALT ? ['AltLeft'] : []),
    ...(held & SHIFT ? ['ShiftLeft'] : []),
    code,
  ];
}
