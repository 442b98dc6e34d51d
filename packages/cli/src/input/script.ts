/**
 * Scripted input: the file of `--keys`, one command a line, and the text of `--type` as the shortest of scripts.
 *
 *     # comments and empty lines
 *     wait "longmode> "        until the screen or COM1 shows it; /regular expression/ too. What was there when the
 *                              last input began does not count, so it can be a prompt
 *     type "help\n"            a text on a US keyboard: \n Enter, \t Tab, \b Backspace, \e Escape, \" and \\
 *     press Control+KeyC       keys held together, by their names in KeyboardEvent.code
 *     down ShiftLeft           one key goes down ... up ShiftLeft           ... and up again
 *     sleep 10ms               guest time: ns, us, ms or s
 *     at 1200000               until so many instructions have retired since boot
 *
 * Everything is in guest time, so the same script gives the same run on every host.
 */
import { isKeyCode, type KeyCode, keyStrokeOf } from '@longmode/machine';
import { literalPattern, parsePattern } from '../options/pattern.ts';

/** One command, with where it stands for messages. */
export type ScriptCommand = { readonly place: string; readonly source: string } & (
  | { readonly kind: 'type'; readonly text: string }
  | { readonly kind: 'press'; readonly codes: readonly KeyCode[] }
  | { readonly kind: 'down' | 'up'; readonly code: KeyCode }
  | { readonly kind: 'wait'; readonly pattern: RegExp }
  | { readonly kind: 'sleep'; readonly nanos: number }
  | { readonly kind: 'at'; readonly instructions: number }
);

/** A mistake in a script: what, and in which line. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

type Parsed = ScriptCommand extends infer C ? (C extends ScriptCommand ? Omit<C, 'place' | 'source'> : never) : never;

const DURATION_UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', e: '\x1b', '"': '"', '\\': '\\' };
/** Shorter names for the modifiers in front of a plus sign. */
const MODIFIERS: Readonly<Record<string, KeyCode>> = {
  Ctrl: 'ControlLeft',
  Control: 'ControlLeft',
  Shift: 'ShiftLeft',
  Alt: 'AltLeft',
  Meta: 'MetaLeft',
};

const parsers: Readonly<Record<string, (argument: string) => Parsed>> = {
  type: (argument) => ({ kind: 'type', text: typable(quoted(argument)) }),
  press: (argument) => ({ kind: 'press', codes: chord(argument) }),
  down: (argument) => ({ kind: 'down', code: key(argument) }),
  up: (argument) => ({ kind: 'up', code: key(argument) }),
  wait: (argument) => ({ kind: 'wait', pattern: pattern(argument) }),
  sleep: (argument) => ({ kind: 'sleep', nanos: duration(argument) }),
  at: (argument) => ({ kind: 'at', instructions: count(argument) }),
};

/**
 * Reads a script.
 * @param name the file's, for messages
 * @throws ScriptError that names file and line
 */
export function parseScript(text: string, name: string): ScriptCommand[] {
  const commands: ScriptCommand[] = [];
  text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .forEach((line, i) => {
      const source = line.trim();
      if (source === '' || source.startsWith('#')) return;
      const place = `${name}:${i + 1}`;
      const [, word = '', argument = ''] = /^(\S+)\s*(.*)$/.exec(source) ?? [];
      const parse = Object.hasOwn(parsers, word) ? parsers[word] : undefined;
      try {
        if (!parse) throw new Error(`unknown command "${word}"; expected ${Object.keys(parsers).join(', ')}`);
        commands.push({ ...parse(argument), place, source });
      } catch (error) {
        throw new ScriptError(`${place}: ${(error as Error).message}`);
      }
    });
  return commands;
}

/** The script of `--type`: its text, in which the escapes of scripts may be written. @throws ScriptError */
export function scriptOfText(text: string): ScriptCommand[] {
  try {
    return [{ kind: 'type', text: typable(unescaped(text)), place: '--type', source: text }];
  } catch (error) {
    throw new ScriptError(`--type: ${(error as Error).message}`);
  }
}

/** The text between quotation marks; a comment may follow. */
function quoted(argument: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(argument);
  if (!match) throw new Error(`expected a text in quotation marks, found ${found(argument)}`);
  return unescaped(match[1]!);
}

function unescaped(text: string): string {
  return text.replace(/\\(.?)/g, (all, character: string) => {
    const meant = ESCAPES[character];
    if (meant === undefined) throw new Error(`unknown escape "${all}"; expected \\n, \\t, \\b, \\e, \\" or \\\\`);
    return meant;
  });
}

function typable(text: string): string {
  const wrong = [...text].find((character) => !keyStrokeOf(character));
  if (wrong === undefined) return text;
  throw new Error(`a US keyboard cannot type ${JSON.stringify(wrong)}; send it to a serial port, or press keys`);
}

function chord(argument: string): KeyCode[] {
  const words = withoutComment(argument).split('+');
  return words.map((word, i) => (i < words.length - 1 ? MODIFIERS[word] : undefined) ?? key(word));
}

function key(argument: string): KeyCode {
  const word = withoutComment(argument);
  if (isKeyCode(word)) return word;
  const hint = /^[a-z]$/i.test(word) ? `; did you mean Key${word.toUpperCase()}?` : ' such as KeyA, Enter or F1';
  throw new Error(
    `expected a key${hint.startsWith(';') ? '' : hint}, found ${found(word)}${hint.startsWith(';') ? hint : ''}`,
  );
}

function pattern(argument: string): RegExp {
  const match = /^(\/.+\/[a-z]*)\s*(?:#.*)?$/.exec(argument);
  if (match) return parsePattern(match[1]!);
  if (argument.startsWith('"')) return literalPattern(quoted(argument));
  throw new Error(`expected "text" or /regular expression/, found ${found(argument)}`);
}

function duration(argument: string): number {
  const [, digits = '', unit = ''] = /^(\d+)\s*([a-z]+)$/.exec(withoutComment(argument)) ?? [];
  const nanos = Number(digits || Number.NaN) * (DURATION_UNITS[unit] ?? Number.NaN);
  if (Number.isSafeInteger(nanos) && nanos > 0) return nanos;
  throw new Error(`expected a time such as 10ms (ns, us, ms or s), found ${found(argument)}`);
}

function count(argument: string): number {
  const digits = withoutComment(argument).replaceAll('_', '');
  const instructions = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isSafeInteger(instructions)) return instructions;
  throw new Error(`expected a number of instructions such as 1200000, found ${found(argument)}`);
}

function withoutComment(argument: string): string {
  return argument.replace(/\s+#.*$/, '');
}

function found(text: string): string {
  return text === '' ? 'nothing' : `"${text}"`;
}
