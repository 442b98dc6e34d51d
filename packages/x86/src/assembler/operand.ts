/**
 * Operands of an instruction as written: registers, immediates, memory, far pointers, with their size words. NASM's and
 * Intel's spellings are both read: `dword [es:ebx+4]` and `dword ptr es:[ebx+4]`.
 */

import { AssemblerError, type SourcePlace } from './error.ts';
import { type Expression, evaluate, type Lookup, parseExpression } from './expression.ts';
import type { TokenReader } from './lexer.ts';
import { type Register, registerNamed } from './register.ts';

/** Size words, in bits. */
const SIZE_WORDS: Readonly<Record<string, number>> = {
  byte: 8,
  word: 16,
  dword: 32,
  fword: 48,
  pword: 48,
  qword: 64,
  tword: 80,
  tbyte: 80,
  oword: 128,
  xmmword: 128,
  yword: 256,
  ymmword: 256,
};

interface Written extends SourcePlace {
  /** Size word in bits, if one was written. */
  readonly sizeBits: number | undefined;
  /** `short`, `near` or `far`; `to` before the destination of an x87 instruction, as in `fadd to st1`. */
  readonly distance: 'short' | 'near' | 'far' | 'to' | undefined;
}

/** An operand as written. */
export type WrittenOperand = Written &
  (
    | { readonly kind: 'register'; readonly register: Register }
    | { readonly kind: 'immediate'; readonly value: Expression }
    | { readonly kind: 'far'; readonly selector: Expression; readonly offset: Expression }
    | {
        readonly kind: 'memory';
        readonly segment: Register | undefined;
        readonly address: Expression;
        /** Size word inside the brackets: width of the displacement or, without registers, of the address. */
        readonly displacementBits: number | undefined;
        readonly relative: 'rel' | 'abs' | undefined;
      }
  );

/** Reads one operand. */
export function parseOperand(reader: TokenReader, scope: string): WrittenOperand {
  const { line, column } = reader.peek();
  let sizeBits: number | undefined;
  let distance: Written['distance'];
  for (;;) {
    const word = reader.peekWord();
    if (SIZE_WORDS[word] !== undefined) sizeBits = SIZE_WORDS[word];
    else if (word === 'short' || word === 'near' || word === 'far') distance = word;
    else if (word === 'to' && registerNamed(reader.peekWord(1))?.kind === 'x87') distance = word;
    else if (word !== 'ptr' && word !== 'strict') break;
    reader.next();
  }
  const written: Written = { line, column, sizeBits, distance };

  const segment = registerNamed(reader.peekWord());
  if (segment?.kind === 'segment' && reader.isAt(':', 1)) {
    reader.next();
    reader.next();
    if (reader.isAt('[')) return parseMemory(reader, scope, written, segment);
    return {
      ...written,
      kind: 'memory',
      segment,
      address: parseExpression(reader, scope),
      displacementBits: undefined,
      relative: undefined,
    };
  }
  if (reader.isAt('[')) return parseMemory(reader, scope, written, undefined);

  const value = parseExpression(reader, scope);
  if (value.kind === 'register') return { ...written, kind: 'register', register: value.register };
  if (reader.accept(':')) return { ...written, kind: 'far', selector: value, offset: parseExpression(reader, scope) };
  return { ...written, kind: 'immediate', value };
}

function parseMemory(
  reader: TokenReader,
  scope: string,
  written: Written,
  outer: Register | undefined,
): WrittenOperand {
  reader.expect('[', 'put the address in brackets');
  let segment = outer;
  let displacementBits: number | undefined;
  let relative: 'rel' | 'abs' | undefined;
  for (;;) {
    const word = reader.peekWord();
    const register = registerNamed(word);
    if (SIZE_WORDS[word] !== undefined) displacementBits = SIZE_WORDS[word];
    else if (word === 'rel' || word === 'abs') relative = word;
    else if (register?.kind === 'segment' && reader.isAt(':', 1)) {
      segment = register;
      reader.next();
    } else break;
    reader.next();
  }
  const address = parseExpression(reader, scope);
  reader.expect(']', 'close the bracket');
  return { ...written, kind: 'memory', segment, address, displacementBits, relative };
}

/** An address taken apart: registers with their factors, and the rest. */
export interface AddressParts {
  readonly registers: readonly { readonly register: Register; readonly factor: bigint }[];
  /** Sum of everything else; undefined while a symbol is not known. */
  readonly displacement: bigint | undefined;
}

/** Sorts an address into registers times factors plus a displacement; `[eax+eax]` stays two registers. @throws AssemblerError when it has no such form. */
export function splitAddress(address: Expression, lookup: Lookup): AddressParts {
  const registers: { register: Register; factor: bigint }[] = [];
  let displacement: bigint | undefined = 0n;
  const walk = (node: Expression, factor: bigint): void => {
    if (node.kind === 'register') {
      registers.push({ register: node.register, factor });
    } else if (node.kind === 'binary' && (node.operator === '+' || node.operator === '-') && hasRegister(node)) {
      walk(node.left, factor);
      walk(node.right, node.operator === '+' ? factor : -factor);
    } else if (node.kind === 'binary' && node.operator === '*' && hasRegister(node)) {
      const [scaled, by] = hasRegister(node.left) ? [node.left, node.right] : [node.right, node.left];
      const value = evaluate(by, lookup);
      if (value === undefined) throw new AssemblerError(by, 'the scale is not known yet', 'define it before this line');
      walk(scaled, factor * value);
    } else {
      const value = evaluate(node, lookup);
      displacement = displacement === undefined || value === undefined ? undefined : displacement + factor * value;
    }
  };
  walk(address, 1n);
  return { registers, displacement };
}

/** The vector register that an address is indexed by, if any. */
export function vectorIndexOf(address: Expression): Register | undefined {
  if (address.kind === 'register') return address.register.kind === 'vector' ? address.register : undefined;
  if (address.kind === 'unary') return vectorIndexOf(address.operand);
  return address.kind === 'binary' ? (vectorIndexOf(address.left) ?? vectorIndexOf(address.right)) : undefined;
}

function hasRegister(node: Expression): boolean {
  if (node.kind === 'register') return true;
  if (node.kind === 'unary') return hasRegister(node.operand);
  return node.kind === 'binary' && (hasRegister(node.left) || hasRegister(node.right));
}
