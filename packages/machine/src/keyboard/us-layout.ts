/** Which keys type a character on a keyboard with the US layout (ANSI INCITS 154, 101 keys). */

import type { KeyCode } from './key-codes.ts';

/** A key, and whether Shift is held with it. */
export interface KeyStroke {
  readonly code: KeyCode;
  readonly shift: boolean;
}

/** Keys with the character they type alone and with Shift. */
const ROWS: readonly (readonly [code: KeyCode, plain: string, shifted: string])[] = [
  ['Backquote', '`', '~'],
  ...[...'1234567890'].map((digit, i) => [`Digit${digit}` as KeyCode, digit, '!@#$%^&*()'[i] ?? ''] as const),
  ['Minus', '-', '_'],
  ['Equal', '=', '+'],
  ['BracketLeft', '[', '{'],
  ['BracketRight', ']', '}'],
  ['Backslash', '\\', '|'],
  ['Semicolon', ';', ':'],
  ['Quote', "'", '"'],
  ['Comma', ',', '<'],
  ['Period', '.', '>'],
  ['Slash', '/', '?'],
  ...[...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map(
    (letter) => [`Key${letter}` as KeyCode, letter.toLowerCase(), letter] as const,
  ),
];

const STROKES: ReadonlyMap<string, KeyStroke> = new Map([
  ...ROWS.flatMap(([code, plain, shifted]): [string, KeyStroke][] => [
    [plain, { code, shift: false }],
    [shifted, { code, shift: true }],
  ]),
  ...(
    [
      [' ', 'Space'],
      ['\n', 'Enter'],
      ['\r', 'Enter'],
      ['\t', 'Tab'],
      ['\b', 'Backspace'],
      ['\x7f', 'Backspace'],
      ['\x1b', 'Escape'],
    ] as const
  ).map(([character, code]): [string, KeyStroke] => [character, { code, shift: false }]),
]);

/** The key stroke that types a character, undefined if the layout does not have it. */
export function keyStrokeOf(character: string): KeyStroke | undefined {
  return STROKES.get(character);
}

/** The key strokes of a text; `\r\n` is one Enter. @throws RangeError for a character that the layout does not have */
export function keyStrokesOf(text: string): KeyStroke[] {
  return [...text.replaceAll('\r\n', '\n')].map((character) => {
    const stroke = keyStrokeOf(character);
    if (stroke) return stroke;
    throw new RangeError(
      `a US keyboard cannot type ${JSON.stringify(character)}: expected printable ASCII, \\n, \\t, \\b or \\x1b`,
    );
  });
}
