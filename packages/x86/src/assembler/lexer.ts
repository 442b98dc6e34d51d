/**
 * Splits one line of assembler source into tokens. Numbers: `123`, `0x1F`, `1Fh`, `0b101`, `101b`, `0o17`, with `_` as
 * separator. Strings: `'..'` and `".."` literally, backquotes with the escapes \n \r \t \0 \\ \` \xNN. `;` opens a comment.
 */

import { AssemblerError, type SourcePlace } from './error.ts';

/** One token and its place. */
export interface Token extends SourcePlace {
  readonly kind: 'identifier' | 'number' | 'string' | 'punctuator' | 'end';
  /** The token as written; for strings the contents. */
  readonly text: string;
  /** Value of a number. */
  readonly value?: bigint;
  /** Contents of a string: UTF-8, `\\xNN` escapes as single bytes. */
  readonly bytes?: Uint8Array;
}

const SPACE = /[ \t\r]+/y;
const IDENTIFIER = /[A-Za-z_.?@][A-Za-z0-9_.?@$#~]*/y;
const NUMBER = /[0-9][0-9A-Za-z_]*/y;
const PUNCTUATOR = /<<|>>|\$\$|[-+*/%&|^~()[\],:$]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\\': '\\',
  '`': '`',
  "'": "'",
  '"': '"',
};

/** Tokens of one line, closed by an `end` token. @throws AssemblerError for characters that start no token. */
export function tokenize(text: string, line: number): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(text)?.[0];
    if (match !== undefined) position += match.length;
    return match;
  };
  while (position < text.length) {
    if (take(SPACE) !== undefined) continue;
    const place = { line, column: position + 1 };
    const character = text[position] ?? '';
    if (character === ';') break;
    if (character === "'" || character === '"' || character === '`') {
      const end = closingQuote(text, position, place);
      const contents = text.slice(position + 1, end);
      const bytes = character === '`' ? escapedBytes(contents, place) : utf8(contents);
      tokens.push({ ...place, kind: 'string', text: contents, bytes: Uint8Array.from(bytes) });
      position = end + 1;
      continue;
    }
    const number = take(NUMBER);
    if (number !== undefined) {
      tokens.push({ ...place, kind: 'number', text: number, value: parseNumber(number, place) });
      continue;
    }
    const identifier = take(IDENTIFIER);
    const punctuator = identifier === undefined ? take(PUNCTUATOR) : undefined;
    if (identifier !== undefined) tokens.push({ ...place, kind: 'identifier', text: identifier });
    else if (punctuator !== undefined) tokens.push({ ...place, kind: 'punctuator', text: punctuator });
    else
      throw new AssemblerError(place, `"${character}" starts nothing here`, 'put text in quotes, comments after ";"');
  }
  tokens.push({ line, column: text.length + 1, kind: 'end', text: '' });
  return tokens;
}

function closingQuote(text: string, start: number, place: SourcePlace): number {
  const quote = text[start] ?? '';
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === quote) return i;
    if (quote === '`' && text[i] === '\\') i++;
  }
  throw new AssemblerError(place, 'this string is not closed', `end it with ${quote} on the same line`);
}

/** UTF-8 by hand: TextEncoder belongs to the platform, and this package needs none. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return bytes;
}

function escapedBytes(text: string, place: SourcePlace): number[] {
  return [...text.matchAll(/\\x([0-9A-Fa-f]{2})|\\(.?)|[^\\]+/g)].flatMap(([all, code, letter]) => {
    if (code !== undefined) return [Number.parseInt(code, 16)];
    if (letter === undefined) return utf8(all);
    const character = ESCAPES[letter];
    if (character === undefined)
      throw new AssemblerError(place, `unknown escape "\\${letter}"`, 'use \\n \\r \\t \\0 \\\\ or \\xNN');
    return utf8(character);
  });
}

function parseNumber(text: string, place: SourcePlace): bigint {
  const digits = text.replaceAll('_', '').toLowerCase();
  const read = (prefix: string, body: string, legal: RegExp) => (legal.test(body) ? BigInt(prefix + body) : undefined);
  let value: bigint | undefined;
  if (digits.length > 64 + 2) value = undefined;
  else if (digits.startsWith('0x')) value = read('0x', digits.slice(2), /^[0-9a-f]+$/);
  else if (digits.endsWith('h')) value = read('0x', digits.slice(0, -1), /^[0-9a-f]+$/);
  else if (digits.startsWith('0b')) value = read('0b', digits.slice(2), /^[01]+$/);
  else if (digits.startsWith('0o')) value = read('0o', digits.slice(2), /^[0-7]+$/);
  else if (/^[01]+b$/.test(digits)) value = BigInt(`0b${digits.slice(0, -1)}`);
  else value = read('', digits, /^[0-9]+$/);
  if (value === undefined)
    throw new AssemblerError(place, `"${text}" is no number`, 'write 123, 0x7B, 7Bh or 0b1111011');
  return value;
}

/** A cursor over the tokens of a line. */
export class TokenReader {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** The token `offset` places ahead, without consuming it; the `end` token when there are no more. */
  peek(offset = 0): Token {
    const last = this.tokens.at(-1);
    const token = this.tokens[this.position + offset] ?? last;
    if (token === undefined) throw new Error('a token list always ends with an end token');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  /** Whether the token ahead is this punctuator. */
  isAt(text: string, offset = 0): boolean {
    const token = this.peek(offset);
    return token.kind === 'punctuator' && token.text === text;
  }

  /** Consumes this punctuator if it is ahead. */
  accept(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.position++;
    return true;
  }

  /** The identifier ahead in lower case, without consuming it; empty for any other token. */
  peekWord(offset = 0): string {
    const token = this.peek(offset);
    return token.kind === 'identifier' ? token.text.toLowerCase() : '';
  }

  /** @throws AssemblerError when something else than `text` is ahead. */
  expect(text: string, remedy: string): void {
    const token = this.peek();
    if (!this.accept(text)) throw new AssemblerError(token, `expected "${text}", found ${describe(token)}`, remedy);
  }

  /** @throws AssemblerError when the line goes on. */
  expectEnd(): void {
    const token = this.peek();
    if (token.kind !== 'end')
      throw new AssemblerError(
        token,
        `${describe(token)} is too much here`,
        'one statement per line, operands separated by ","',
      );
  }
}

/** A token in words, for error messages. */
export function describe(token: Token): string {
  return token.kind === 'end' ? 'the end of the line' : `"${token.text}"`;
}
