/**
 * Expressions: parsed once, evaluated in every pass, since labels move while jumps grow. Integers of any sign, at most
 * 128 bits. Operators by falling precedence: unary `- + ~`, `* / %`, `+ -`, `<< >>`, `&`, `^`, `|`. `$` is the address of the
 * statement, `$$` the origin. Registers are leaves too, because `[base+index*scale+disp]` is read by the same parser.
 */

import { AssemblerError, type SourcePlace } from './error.ts';
import { describe, type TokenReader } from './lexer.ts';
import { type Register, registerNamed } from './register.ts';

/** A parsed expression. */
export type Expression = SourcePlace &
  (
    | { readonly kind: 'number'; readonly value: bigint }
    | { readonly kind: 'symbol'; readonly name: string }
    | { readonly kind: 'register'; readonly register: Register }
    | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
    | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  );

/** Value of a symbol, or undefined while it is not known yet. `$` and `$$` are asked for by these names. */
export type Lookup = (name: string, place: SourcePlace) => bigint | undefined;

const PRECEDENCE: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];
const MAX_DEPTH = 100;
const MAX_OPERATORS = 1000;
const LIMIT = 1n << 128n;

/**
 * Reads an expression from the tokens.
 * @param scope name of the last non-local label: `.x` stands for `scope.x`.
 */
export function parseExpression(reader: TokenReader, scope: string, depth = 0): Expression {
  if (depth > MAX_DEPTH)
    throw new AssemblerError(reader.peek(), 'the expression is nested too deeply', 'name parts with equ');
  let operatorCount = 0;
  const level = (index: number): Expression => {
    const operators = PRECEDENCE[index];
    if (operators === undefined) return unary(depth);
    let left = level(index + 1);
    let token = reader.peek();
    while (token.kind === 'punctuator' && operators.includes(token.text)) {
      reader.next();
      if (++operatorCount > MAX_OPERATORS)
        throw new AssemblerError(token, 'the expression is too long', 'name parts with equ');
      const right = level(index + 1);
      left = { line: token.line, column: token.column, kind: 'binary', operator: token.text, left, right };
      token = reader.peek();
    }
    return left;
  };
  const unary = (signs: number): Expression => {
    const token = reader.peek();
    if (token.kind === 'punctuator' && (token.text === '-' || token.text === '+' || token.text === '~')) {
      if (signs > MAX_DEPTH) throw new AssemblerError(token, 'too many signs', 'write one');
      reader.next();
      return { line: token.line, column: token.column, kind: 'unary', operator: token.text, operand: unary(signs + 1) };
    }
    return primary();
  };
  const primary = (): Expression => {
    const token = reader.next();
    const { line, column } = token;
    if (token.kind === 'number' && token.value !== undefined)
      return { line, column, kind: 'number', value: token.value };
    if (token.kind === 'string')
      return { line, column, kind: 'number', value: characterConstant(token.bytes ?? new Uint8Array(), token) };
    if (token.kind === 'identifier') {
      const register = registerNamed(token.text);
      if (register) return { line, column, kind: 'register', register };
      return { line, column, kind: 'symbol', name: token.text.startsWith('.') ? scope + token.text : token.text };
    }
    if (token.text === '$' || token.text === '$$') return { line, column, kind: 'symbol', name: token.text };
    if (token.text === '(') {
      const inner = parseExpression(reader, scope, depth + 1);
      reader.expect(')', 'close the parenthesis');
      return inner;
    }
    throw new AssemblerError(
      token,
      `expected a value, found ${describe(token)}`,
      'write a number, a label or an expression',
    );
  };
  return level(0);
}

/** Characters as a little-endian number, `'A'` = 0x41, `'AB'` = 0x4241. */
function characterConstant(bytes: Uint8Array, place: SourcePlace): bigint {
  if (bytes.length === 0 || bytes.length > 8)
    throw new AssemblerError(
      place,
      `a character constant has 1 to 8 bytes, not ${bytes.length}`,
      'use db for longer text',
    );
  return bytes.reduceRight((value: bigint, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Value of an expression, or undefined while a symbol in it is not known. @throws AssemblerError for registers, x/0, overflow. */
export function evaluate(expression: Expression, lookup: Lookup): bigint | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'symbol':
      return lookup(expression.name, expression);
    case 'register':
      throw new AssemblerError(
        expression,
        `register ${expression.register.name} cannot be part of a number`,
        'put an address in brackets: [base+index*scale+displacement]',
      );
    case 'unary': {
      const value = evaluate(expression.operand, lookup);
      if (value === undefined) return undefined;
      return expression.operator === '-' ? -value : expression.operator === '~' ? ~value : value;
    }
    case 'binary': {
      const left = evaluate(expression.left, lookup);
      const right = evaluate(expression.right, lookup);
      if (left === undefined || right === undefined) return undefined;
      return combine(expression.operator, left, right, expression);
    }
  }
}

function combine(operator: string, left: bigint, right: bigint, place: SourcePlace): bigint {
  if ((operator === '/' || operator === '%') && right === 0n)
    throw new AssemblerError(place, 'division by zero', 'check the right-hand side');
  if ((operator === '<<' || operator === '>>') && (right < 0n || right > 127n))
    throw new AssemblerError(place, `shift by ${right}`, 'shift by 0 to 127');
  const value = compute(operator, left, right);
  if (value > LIMIT || value < -LIMIT)
    throw new AssemblerError(place, 'the value exceeds 128 bits', 'use smaller numbers');
  return value;
}

function compute(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    case '|':
      return left | right;
    default:
      throw new Error(`operator ${operator} has no meaning`);
  }
}
