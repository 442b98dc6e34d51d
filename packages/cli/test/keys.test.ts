/** From the bytes of a terminal to keys, and which of them are commands to us. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyCommands } from '../src/terminal/key-commands.ts';
import { KeyDecoder, type Keystroke } from '../src/terminal/key-decoder.ts';

/** `ControlLeft+KeyC`, `"a"`, `paste "x"` */
const shown = (stroke: Keystroke) =>
  stroke.kind === 'chord'
    ? stroke.codes.join('+')
    : `${stroke.kind === 'paste' ? 'paste ' : ''}${JSON.stringify(stroke.text)}`;

function decode(typed: string, pieces = 1): string[] {
  const decoder = new KeyDecoder();
  const bytes = Buffer.from(typed);
  const strokes: Keystroke[] = [];
  const step = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let at = 0; at < bytes.length; at += step) strokes.push(...decoder.decode(bytes.subarray(at, at + step)));
  return [...strokes, ...decoder.flush()].map(shown);
}

test.each([
  ['aZ ~', ['"a"', '"Z"', '" "', '"~"']],
  ['é€😀', ['"é"', '"€"', '"😀"']],
  ['\r\n\t\x7f\x08', ['Enter', 'Enter', 'Tab', 'Backspace', 'Backspace']],
  [
    '\x00\x02\x1a\x1c\x1d\x1e\x1f',
    [
      'ControlLeft+Space',
      'ControlLeft+KeyB',
      'ControlLeft+KeyZ',
      'ControlLeft+Backslash',
      'ControlLeft+BracketRight',
      'ControlLeft+Digit6',
      'ControlLeft+Slash',
    ],
  ],
  ['\x1b', ['Escape']],
  ['\x1b[A\x1b[B\x1b[C\x1b[D', ['ArrowUp', 'ArrowDown', 'ArrowRight', 'ArrowLeft']],
  ['\x1bOA\x1bOH\x1bOF', ['ArrowUp', 'Home', 'End']],
  ['\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~', ['Home', 'End', 'Home', 'End', 'Home', 'End']],
  ['\x1b[2~\x1b[3~\x1b[5~\x1b[6~', ['Insert', 'Delete', 'PageUp', 'PageDown']],
  ['\x1bOP\x1bOQ\x1bOR\x1bOS', ['F1', 'F2', 'F3', 'F4']],
  ['\x1b[[A\x1b[[E', ['F1', 'F5']],
  ['\x1b[11~\x1b[15~\x1b[17~\x1b[21~\x1b[23~\x1b[24~', ['F1', 'F5', 'F6', 'F10', 'F11', 'F12']],
  [
    '\x1b[1;5A\x1b[1;2P\x1b[3;3~\x1b[1;8D',
    ['ControlLeft+ArrowUp', 'ShiftLeft+F1', 'AltLeft+Delete', 'ControlLeft+AltLeft+ShiftLeft+ArrowLeft'],
  ],
  ['\x1b[Z', ['ShiftLeft+Tab']],
  ['\x1bx\x1bX\x1b5\x1b\r', ['AltLeft+KeyX', 'AltLeft+ShiftLeft+KeyX', 'AltLeft+Digit5', 'AltLeft+Enter']],
  ['\x1b\x1b[A', ['AltLeft+ArrowUp']],
  ['\x1b[', ['"["']],
  ['\x1b[200~a\r\nb\rc\x01x\x03\x1b[201~d', ['paste "a\\nb\\ncx"', '"d"']],
  ['\x1b[200~lost end\x03', ['paste "lost end"']],
  ['\x1b[I\x1b[?1;2c\x1b[99~a', ['"a"']],
])(/* biome-ignore format: one sequence, one line */ '%j', (typed, keys) => {
  expect(decode(typed)).toEqual(keys);
  expect(decode(typed, 1000)).toEqual(keys);
});

test('no bytes can make it stumble, and text survives any cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 60 }), (bytes, pieces) => {
      const decoder = new KeyDecoder();
      for (let at = 0; at < bytes.length; at += pieces) decoder.decode(bytes.subarray(at, at + pieces));
      decoder.flush();
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), (text, pieces) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: text without keys
      const plain = text.replace(/[\x00-\x1f\x7f]/g, '');
      expect(decode(plain, pieces).map((key) => JSON.parse(key))).toEqual([...plain]);
    }),
  );
});

function command(typed: string): string[] {
  const commands = new KeyCommands();
  return new KeyDecoder().decode(Buffer.from(typed)).map((stroke) => {
    const taken = commands.take(stroke);
    if (!taken) return '-';
    return 'command' in taken ? taken.command : shown(taken.forGuest);
  });
}

test.each([
  ['abc', ['"a"', '"b"', '"c"']],
  ['a\x03b', ['"a"', 'interrupt', '"b"']],
  ['\x1a', ['suspend']],
  ['\x01x\x01X', ['-', 'quit', '-', 'quit']],
  ['\x01h\x01?\x01s\x01r\x01c', ['-', 'help', '-', 'help', '-', 'screenshot', '-', 'reset', '-', 'debugger']],
  ['\x01\x01', ['-', 'ControlLeft+KeyA']],
  ['\x01\x03\x01\x1a', ['-', 'ControlLeft+KeyC', '-', 'ControlLeft+KeyZ']],
  ['\x01qz', ['-', '-', '"z"']],
  ['\x1b[A', ['ArrowUp']],
  ['\x1b[200~\x01x\x03\x1b[201~', ['paste "x"']],
])('commands in %j', (typed, taken) => {
  expect(command(typed)).toEqual(taken);
});

test('the prefix and its letter may come apart', () => {
  const commands = new KeyCommands();
  const decoder = new KeyDecoder();
  const take = (byte: number) => decoder.decode(Uint8Array.of(byte)).map((stroke) => commands.take(stroke));
  expect(take(1)).toEqual([undefined]);
  expect(take(0x78)).toEqual([{ command: 'quit' }]);
});
