/**
 * Source lines to statements. A line is `[label:] [statement] [; comment]` or `name equ expression`.
 *
 * Directives: `bits 16|32|64`, `org n`, `default rel|abs`, `align n [, fill]`, `times n statement`, `db dw dd dq`,
 * `resb resw resd resq`, `equ`. A label that starts with a dot is local to the label before it.
 */

import type { Mode } from '../isa/size.ts';
import { AssemblerError, type SourcePlace } from './error.ts';
import { type Expression, parseExpression } from './expression.ts';
import { describe, TokenReader as Reader, type TokenReader, tokenize } from './lexer.ts';
import type { WrittenInstruction } from './match.ts';
import { meaningsOf } from './mnemonic.ts';
import { parseOperand, type WrittenOperand } from './operand.ts';
import { type Register, registerNamed } from './register.ts';

/** One statement. */
export type Statement = SourcePlace &
  (
    | { readonly kind: 'label'; readonly name: string }
    | { readonly kind: 'equ'; readonly name: string; readonly value: Expression }
    | { readonly kind: 'bits'; readonly mode: Mode }
    | { readonly kind: 'org'; readonly value: Expression }
    | { readonly kind: 'default'; readonly relative: boolean }
    | { readonly kind: 'align'; readonly value: Expression; readonly fill: Expression | undefined }
    | { readonly kind: 'data'; readonly size: number; readonly items: readonly (Expression | Uint8Array)[] }
    | { readonly kind: 'reserve'; readonly size: number; readonly count: Expression }
    | { readonly kind: 'times'; readonly count: Expression; readonly body: Statement }
    | { readonly kind: 'instruction'; readonly instruction: WrittenInstruction }
  );

const DATA_SIZES: Readonly<Record<string, number>> = { db: 1, dw: 2, dd: 4, dq: 8 };
const RESERVE_SIZES: Readonly<Record<string, number>> = { resb: 1, resw: 2, resd: 4, resq: 8 };
const MODES: Readonly<Record<string, Mode>> = { '16': 16, '32': 32, '64': 64 };
const FLAT = 'output is flat: use "org", "align" and labels';

/** Directives of NASM that make no sense here, each with what to do instead. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  section: FLAT,
  segment: FLAT,
  global: 'delete it: every label is in the symbol table of the result',
  extern: 'pass the symbol in the option "symbols"',
  incbin: 'join the bytes in TypeScript',
};

/** Parses a whole source text. @throws AssemblerError at the first mistake. */
export function parseSource(source: string): readonly Statement[] {
  const statements: Statement[] = [];
  let scope = '';
  for (const [index, text] of source.split('\n').entries()) {
    const reader = new Reader(tokenize(text, index + 1));
    scope = parseLine(reader, scope, statements);
  }
  return statements;
}

/** Parses one line into `statements` and returns the scope for local labels after it. */
function parseLine(reader: TokenReader, scope: string, statements: Statement[]): string {
  for (;;) {
    const token = reader.peek();
    if (token.kind !== 'identifier') break;
    const { line, column } = token;
    const word = reader.peekWord(1);
    const isLabel = reader.isAt(':', 1) && !isSegmentOverride(token.text);
    const isDataLabel =
      (DATA_SIZES[word] ?? RESERVE_SIZES[word]) !== undefined &&
      meaningsOf(token.text) === undefined &&
      token.text.toLowerCase() !== 'times';
    if (!isLabel && !isDataLabel && word !== 'equ') break;
    reader.next();
    if (registerNamed(token.text))
      throw new AssemblerError(token, `"${token.text}" is a register`, 'choose another name for the label');
    const isLocal = token.text.startsWith('.');
    const name = isLocal ? scope + token.text : token.text;
    if (isLabel) reader.next();
    if (reader.peekWord() === 'equ') {
      reader.next();
      statements.push({ line, column, kind: 'equ', name, value: parseExpression(reader, scope) });
      reader.expectEnd();
      return scope;
    }
    if (!isLocal) scope = name;
    statements.push({ line, column, kind: 'label', name });
  }
  if (reader.peek().kind !== 'end') {
    statements.push(parseStatement(reader, scope, 0));
    reader.expectEnd();
  }
  return scope;
}

function isSegmentOverride(text: string): boolean {
  return registerNamed(text)?.kind === 'segment';
}

function parseStatement(reader: TokenReader, scope: string, depth: number): Statement {
  const token = reader.peek();
  const { line, column } = token;
  if (reader.isAt('[')) {
    reader.next();
    const statement = parseStatement(reader, scope, depth);
    if (statement.kind !== 'bits' && statement.kind !== 'org' && statement.kind !== 'default')
      throw new AssemblerError(
        token,
        'only directives stand in brackets',
        'write [bits 32], [org 0x7C00] or [default rel]',
      );
    reader.expect(']', 'close the bracket');
    return statement;
  }
  if (reader.isAt('%'))
    throw new AssemblerError(token, 'there is no preprocessor', 'use equ and times, or build the text in TypeScript');
  if (token.kind !== 'identifier')
    throw new AssemblerError(
      token,
      `expected an instruction, found ${describe(token)}`,
      'start with a mnemonic, a directive or a label',
    );
  const word = token.text.toLowerCase();
  const dataSize = DATA_SIZES[word];
  const reserveSize = RESERVE_SIZES[word];
  if (dataSize !== undefined) {
    reader.next();
    return { line, column, kind: 'data', size: dataSize, items: parseItems(reader, scope) };
  }
  if (reserveSize !== undefined) {
    reader.next();
    return { line, column, kind: 'reserve', size: reserveSize, count: parseExpression(reader, scope) };
  }
  switch (word) {
    case 'bits':
    case 'use16':
    case 'use32':
    case 'use64': {
      reader.next();
      const mode = MODES[word === 'bits' ? reader.next().text : word.slice(3)];
      if (mode === undefined) throw new AssemblerError(token, 'bits takes 16, 32 or 64', 'write bits 32');
      return { line, column, kind: 'bits', mode };
    }
    case 'org':
      reader.next();
      return { line, column, kind: 'org', value: parseExpression(reader, scope) };
    case 'default': {
      reader.next();
      const choice = reader.peekWord();
      if (choice !== 'rel' && choice !== 'abs')
        throw new AssemblerError(reader.peek(), 'default takes rel or abs', 'write default rel');
      reader.next();
      return { line, column, kind: 'default', relative: choice === 'rel' };
    }
    case 'align': {
      reader.next();
      const value = parseExpression(reader, scope);
      if (!reader.accept(',')) return { line, column, kind: 'align', value, fill: undefined };
      if (reader.peekWord() === 'db') reader.next();
      return { line, column, kind: 'align', value, fill: parseExpression(reader, scope) };
    }
    case 'times': {
      if (depth > 0) throw new AssemblerError(token, 'times inside times', 'multiply the counts');
      reader.next();
      const count = parseExpression(reader, scope);
      return { line, column, kind: 'times', count, body: parseStatement(reader, scope, depth + 1) };
    }
    default: {
      const instead = UNSUPPORTED[word];
      if (instead !== undefined) throw new AssemblerError(token, `"${token.text}" is not supported`, instead);
      return { line, column, kind: 'instruction', instruction: parseInstruction(reader, scope) };
    }
  }
}

function parseItems(reader: TokenReader, scope: string): readonly (Expression | Uint8Array)[] {
  const items: (Expression | Uint8Array)[] = [];
  do {
    const token = reader.peek();
    const isWholeString = reader.isAt(',', 1) || reader.peek(1).kind === 'end';
    if (token.bytes && isWholeString) {
      reader.next();
      items.push(token.bytes);
    } else {
      items.push(parseExpression(reader, scope));
    }
  } while (reader.accept(','));
  return items;
}

const REPEATS: Readonly<Record<string, 'rep' | 'repe' | 'repne'>> = {
  rep: 'rep',
  repe: 'repe',
  repz: 'repe',
  repne: 'repne',
  repnz: 'repne',
};
const SIZE_PREFIX = /^([oa])(16|32|64)$/;

function parseInstruction(reader: TokenReader, scope: string): WrittenInstruction {
  const { line, column } = reader.peek();
  let lock = false;
  let repeat: 'rep' | 'repe' | 'repne' | undefined;
  let segment: Register | undefined;
  let operandBits: Mode | undefined;
  let addressBits: Mode | undefined;
  for (;;) {
    const word = reader.peekWord();
    const register = registerNamed(word);
    const size = SIZE_PREFIX.exec(word);
    if (word === 'lock') lock = true;
    else if (REPEATS[word] !== undefined) repeat = REPEATS[word];
    else if (register?.kind === 'segment') segment = register;
    else if (size?.[1] === 'o') operandBits = MODES[size[2] ?? ''];
    else if (size?.[1] === 'a') addressBits = MODES[size[2] ?? ''];
    else break;
    reader.next();
  }
  const token = reader.next();
  if (token.kind !== 'identifier')
    throw new AssemblerError(
      token,
      `expected a mnemonic after the prefix, found ${describe(token)}`,
      'write prefix and instruction on one line',
    );
  const operands: WrittenOperand[] = [];
  if (reader.peek().kind !== 'end') {
    do operands.push(parseOperand(reader, scope));
    while (reader.accept(','));
  }
  return { line, column, mnemonic: token.text, lock, repeat, segment, operandBits, addressBits, operands };
}
