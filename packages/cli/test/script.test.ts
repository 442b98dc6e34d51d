/** The files of `--keys` and `--inputs`: what they may say, and that every mistake is told with its line. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRecording, parseRecording } from '../src/input/recording.ts';
import { parseScript, scriptOfText } from '../src/input/script.ts';

describe('scripts', () => {
  test('every command', () => {
    const script = `# a comment
wait "longmode> "     # a prompt

type "say \\"hi\\"\\t\\\\\\n"
press Ctrl+Alt+Delete
press F1
down ShiftLeft
up ShiftLeft
wait /frames? free/i
sleep 10ms
sleep 2us   # short
at 1_200_000
`;
    const commands = parseScript(script, 'k').map(({ place, source: _, ...command }) => [place, command]);
    expect(commands).toEqual([
      ['k:2', { kind: 'wait', pattern: /longmode> / }],
      ['k:4', { kind: 'type', text: 'say "hi"\t\\\n' }],
      ['k:5', { kind: 'press', codes: ['ControlLeft', 'AltLeft', 'Delete'] }],
      ['k:6', { kind: 'press', codes: ['F1'] }],
      ['k:7', { kind: 'down', code: 'ShiftLeft' }],
      ['k:8', { kind: 'up', code: 'ShiftLeft' }],
      ['k:9', { kind: 'wait', pattern: /frames? free/i }],
      ['k:10', { kind: 'sleep', nanos: 10e6 }],
      ['k:11', { kind: 'sleep', nanos: 2000 }],
      ['k:12', { kind: 'at', instructions: 1200000 }],
    ]);
  });

  test('a quoted text is taken as it is', () => {
    const [wait] = parseScript('wait "/a+b/"', 'k');
    expect(wait).toMatchObject({ pattern: /\/a\+b\// });
  });

  test('the text of --type', () => {
    expect(scriptOfText('help\\nmem\\n')).toMatchObject([{ kind: 'type', text: 'help\nmem\n', place: '--type' }]);
    expect(() => scriptOfText('a\\q')).toThrow('--type: unknown escape "\\q"; expected \\n');
    expect(() => scriptOfText('é')).toThrow('--type: a US keyboard cannot type "é"');
    expect(() => scriptOfText('a\\')).toThrow('--type: unknown escape "\\"');
  });

  test.each([
    ['tipe "x"', 'unknown command "tipe"; expected type, press, down, up, wait, sleep, at'],
    ['constructor', 'unknown command "constructor"'],
    ['type help', 'expected a text in quotation marks, found "help"'],
    ['type', 'expected a text in quotation marks, found nothing'],
    ['type "a', 'expected a text in quotation marks, found ""a"'],
    ['type "a" b', 'expected a text in quotation marks'],
    ['type "ü"', 'a US keyboard cannot type "ü"'],
    ['type "\\x"', 'unknown escape "\\x"'],
    ['press', 'expected a key such as KeyA, Enter or F1, found nothing'],
    ['press a', 'expected a key, found "a"; did you mean KeyA?'],
    ['press Ctrl+c', 'expected a key, found "c"; did you mean KeyC?'],
    ['press Ctrl', 'expected a key such as KeyA, Enter or F1, found "Ctrl"'],
    ['press KeyA+', 'expected a key such as KeyA, Enter or F1, found nothing'],
    ['down', 'expected a key'],
    ['wait', 'expected "text" or /regular expression/, found nothing'],
    ['wait text', 'expected "text" or /regular expression/, found "text"'],
    ['wait /(/', '"/(/" is not valid: Invalid regular expression'],
    ['sleep', 'expected a time such as 10ms (ns, us, ms or s), found nothing'],
    ['sleep 10', 'expected a time such as 10ms (ns, us, ms or s), found "10"'],
    ['sleep 0ms', 'expected a time'],
    ['sleep 5h', 'expected a time'],
    ['at soon', 'expected a number of instructions such as 1200000, found "soon"'],
    ['at -1', 'expected a number of instructions'],
  ])('%s', (line, message) => {
    expect(() => parseScript(`# one\n\n${line}\n`, 'keys.txt')).toThrow(`keys.txt:3: ${message}`);
  });

  test('any text is read or refused with a line', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseScript(text, 'f');
        } catch (error) {
          expect((error as Error).message).toMatch(/^f:\d+: /);
        }
      }),
    );
  });
});

describe('recordings', () => {
  test('go to a file and back', () => {
    const inputs = [
      { instructions: 5, timeNanos: 5, kind: 'key', code: 'KeyH', down: true },
      { instructions: 5, timeNanos: 900, kind: 'key', code: 'KeyH', down: false },
      { instructions: 77, timeNanos: 1000, kind: 'serial', port: 2, bytes: [0, 0x1b, 255] },
    ] as const;
    const text = formatRecording({ randomSeed: 2 ** 53 - 1, inputs });
    expect(text).toBe(
      'longmode inputs 2\nrandom-seed 9007199254740991\n5 5 down KeyH\n5 900 up KeyH\n77 1000 serial 2 00 1b ff\n',
    );
    expect(parseRecording(text, 'f')).toEqual({ randomSeed: 2 ** 53 - 1, inputs });
    const empty = { randomSeed: 0, inputs: [] };
    expect(parseRecording(formatRecording(empty), 'f')).toEqual(empty);
  });

  test.each([
    ['', 'f:1: expected "longmode inputs 2", found ""'],
    ['longmode inputs 1\n', 'f:1: expected "longmode inputs 2", found "longmode inputs 1"'],
    [
      'longmode inputs 2\n5 5 down KeyA',
      'f:2: expected "random-seed" and a whole number from 0 to 2^53 - 1, found "5 5',
    ],
    ['longmode inputs 2\nrandom-seed 9007199254740992', 'f:2: expected "random-seed" and'],
    [
      'longmode inputs 2\nrandom-seed 0\n5 5 down Nokey',
      'f:3: expected an event such as "1200000 1200000 down KeyA", found',
    ],
    ['longmode inputs 2\nrandom-seed 0\n5 5 down', 'f:3: expected an event'],
    ['longmode inputs 2\nrandom-seed 0\n\n5 5 serial 5 00', 'f:4: expected an event'],
    ['longmode inputs 2\nrandom-seed 0\n5 5 serial 1 0', 'f:3: expected an event'],
    ['longmode inputs 2\nrandom-seed 0\n-5 5 down KeyA', 'f:3: expected an event'],
    ['longmode inputs 2\nrandom-seed 0\n5 5 down KeyA\n4 6 up KeyA', 'f:4: it is earlier than the event before it'],
    ['longmode inputs 2\nrandom-seed 0\n5 5 down KeyA\n6 4 up KeyA', 'f:4: it is earlier than the event before it'],
  ])('%j is refused', (text, message) => {
    expect(() => parseRecording(text, 'f')).toThrow(message);
  });
});
