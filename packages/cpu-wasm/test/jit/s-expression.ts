/** S-expressions of the WebAssembly text format: reads them, and prints them with as much on a line as fits. */

/** An atom, or a list. */
export type Expression = string | readonly Expression[];

const LINE = 110;

/** Reads the first expression of a text. */
export function parseExpression(text: string): Expression {
  const tokens = text.match(/\(|\)|"[^"]*"|[^\s()]+/g) ?? [];
  let at = 0;
  const read = (): Expression => {
    const token = tokens[at++];
    if (token !== '(') return token ?? '';
    const list: Expression[] = [];
    while (at < tokens.length && tokens[at] !== ')') list.push(read());
    at++;
    return list;
  };
  return read();
}

const flat = (expression: Expression): string =>
  typeof expression === 'string' ? expression : `(${expression.map(flat).join(' ')})`;

/** Forms whose parts each begin a line. */
const BODIES = new Set(['func', 'block', 'loop', 'if', 'then', 'else']);

/** Prints an expression, `indent` spaces from the left. */
export function printExpression(expression: Expression, indent = 0): string {
  const line = flat(expression);
  if (typeof expression === 'string') return line;
  const head = expression[0];
  const isBody = typeof head === 'string' && BODIES.has(head) && expression.some((part) => Array.isArray(part));
  if (!isBody && indent + line.length <= LINE) return line;
  // Atoms stay beside the head, as in `(local.set $x`, and so do the types of a block.
  const beside = expression.findIndex((part) => Array.isArray(part) && !['param', 'result'].includes(part[0]));
  const split = beside === -1 ? expression.length : beside;
  const rest = expression.slice(split).map((part) => `\n${' '.repeat(indent + 2)}${printExpression(part, indent + 2)}`);
  return `(${expression.slice(0, split).map(flat).join(' ')}${rest.join('')})`;
}
