/**
 * The assembler: Intel syntax in NASM's spirit to flat bytes, driven by the instruction table.
 *
 * Labels are resolved by repeated passes. Every instruction starts in its shortest form and may only grow, so the passes
 * end; a last pass with all addresses settled checks every value. Left out: macros, sections, relocations, floating point.
 */

import type { Mode } from '../isa/size.ts';
import { type Encoded, encodings } from './encode.ts';
import { AssemblerError, type SourcePlace } from './error.ts';
import { type Expression, evaluate } from './expression.ts';
import type { WrittenInstruction } from './match.ts';
import { parseSource, type Statement } from './parse.ts';

/** Options of {@link assemble}. */
export interface AssembleOptions {
  /** Mode of the first statement; `bits` changes it. */
  readonly bits: 16 | 32 | 64;
  /** Address of the first byte. Default 0; `org` as the first statement sets it too. */
  readonly origin?: number | bigint;
  /** Names known from outside. */
  readonly symbols?: Readonly<Record<string, number | bigint>>;
}

/** What {@link assemble} makes. */
export interface Assembled {
  readonly bytes: Uint8Array;
  /** Every label (local ones as `label.local`) and `equ` name. */
  readonly symbols: ReadonlyMap<string, bigint>;
  /** Address of each source line that made bytes, in order. */
  readonly lines: readonly { readonly address: bigint; readonly line: number }[];
}

/** Bound on the output, so that `times 1 << 40 db 0` is an error and not a hang. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Bound on the size of the source. */
const MAX_SOURCE_CHARACTERS = 16 * 1024 * 1024;
/** Bound on the instructions, `times` unrolled: 64 Mi of them would take minutes. */
const MAX_INSTRUCTIONS = 1_000_000;
/** Every pass but the last lets at least one instruction grow; real sources need three or four. */
const MAX_PASSES = 200;

/**
 * Assembles a source text.
 * @throws AssemblerError with line, column and remedy at the first mistake; RangeError for options that are no integers.
 */
export function assemble(source: string, options: AssembleOptions): Assembled {
  for (const [name, value] of Object.entries({ origin: options.origin ?? 0, ...options.symbols }))
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      throw new RangeError(`assemble: ${name} is ${value}; give an integer, as bigint when it is above 2^53`);
  if (source.length > MAX_SOURCE_CHARACTERS)
    throw new AssemblerError(
      { line: 1, column: 1 },
      `the source has ${source.length} characters`,
      `at most ${MAX_SOURCE_CHARACTERS} are read`,
    );
  const layout = new Layout(parseSource(source), options);
  for (let pass = 0; pass < MAX_PASSES; pass++) if (!layout.run(false)) return layout.finish();
  throw new AssemblerError(
    { line: 1, column: 1 },
    'the addresses do not settle',
    'look for a times, align or resb that depends on a later label',
  );
}

/** The passes over the statements of one source. */
class Layout {
  private readonly statements: readonly Statement[];
  private readonly mode: Mode;
  private readonly start: bigint;
  /** Labels and equ names, with their values in the last pass that knew them. */
  private readonly labels = new Map<string, bigint>();
  /** Names from outside. */
  private readonly constants = new Map<string, bigint>();
  private readonly names = new Set<string>();
  /** Least length of each instruction so far, by order of appearance. */
  private readonly lengths: number[] = [];

  private readonly settled = new Map<WrittenInstruction, readonly Encoded[]>();
  private lookupCount = 0;

  private strict = false;
  private changed = false;
  private origin = 0n;
  private statementAddress = 0n;
  private relative = false;
  private bits: Mode;
  private bytes = new Uint8Array(256);
  private length = 0;
  private instructionIndex = 0;

  constructor(statements: readonly Statement[], options: AssembleOptions) {
    this.statements = statements;
    this.mode = this.bits = options.bits;
    this.start = BigInt(options.origin ?? 0);
    for (const [name, value] of Object.entries(options.symbols ?? {})) this.constants.set(name, BigInt(value));
    for (const statement of statements) {
      if (statement.kind !== 'label' && statement.kind !== 'equ') continue;
      if (this.names.has(statement.name) || this.constants.has(statement.name))
        throw new AssemblerError(
          statement,
          `"${statement.name}" is defined twice`,
          'rename one, or use a local label (.name)',
        );
      this.names.add(statement.name);
    }
  }

  /** One pass; returns whether an address moved or was still unknown. */
  run(strict: boolean, lines?: { address: bigint; line: number }[]): boolean {
    this.strict = strict;
    this.changed = false;
    this.origin = this.start;
    this.bits = this.mode;
    this.relative = false;
    this.length = 0;
    this.instructionIndex = 0;
    for (const statement of this.statements) {
      const before = this.length;
      const address = this.here;
      this.statementAddress = address;
      this.place(statement);
      if (lines && this.length > before) lines.push({ address, line: statement.line });
    }
    return this.changed;
  }

  /** The strict last pass. */
  finish(): Assembled {
    const lines: { address: bigint; line: number }[] = [];
    this.run(true, lines);
    const symbols = new Map<string, bigint>();
    for (const name of this.names) symbols.set(name, this.lookup(name, { line: 1, column: 1 }) ?? 0n);
    return { bytes: this.bytes.slice(0, this.length), symbols, lines };
  }

  private get here(): bigint {
    return this.origin + BigInt(this.length);
  }

  private readonly lookup = (name: string, place: SourcePlace): bigint | undefined => {
    this.lookupCount++;
    if (name === '$') return this.statementAddress;
    if (name === '$$') return this.origin;
    const constant = this.constants.get(name);
    if (constant !== undefined) return constant;
    if (!this.names.has(name))
      throw new AssemblerError(
        place,
        `"${name}" is not defined`,
        'define the label or pass it in the option "symbols"',
      );
    const value = this.labels.get(name);
    if (value === undefined && this.strict)
      throw new AssemblerError(place, `"${name}" is defined by itself`, 'break the circle of equ');
    return value;
  };

  private define(name: string, value: bigint | undefined): void {
    if (value === undefined || this.labels.get(name) === value) return;
    this.labels.set(name, value);
    this.changed = true;
  }

  private place(statement: Statement): void {
    switch (statement.kind) {
      case 'label':
        this.define(statement.name, this.here);
        break;
      case 'equ':
        this.define(statement.name, evaluate(statement.value, this.lookup));
        break;
      case 'bits':
        this.bits = statement.mode;
        break;
      case 'default':
        this.relative = statement.relative;
        break;
      case 'org':
        if (this.length > 0) throw new AssemblerError(statement, 'org after code', 'put org first, or pad with times');
        this.origin = this.known(statement.value);
        break;
      case 'align':
        this.align(statement, statement.value, statement.fill);
        break;
      case 'reserve':
        this.pad(statement, this.known(statement.count) * BigInt(statement.size), 0);
        break;
      case 'data':
        for (const item of statement.items) this.data(statement, item, statement.size);
        break;
      case 'times': {
        const count = this.known(statement.count);
        if (count < 0n)
          throw new AssemblerError(
            statement,
            `times ${count}`,
            'the count is negative: the code before it is too long',
          );
        if (count > MAX_BYTES)
          throw new AssemblerError(statement, `times ${count}`, `at most ${MAX_BYTES} repetitions`);
        for (let i = 0n; i < count; i++) {
          this.statementAddress = this.here;
          this.place(statement.body);
        }
        break;
      }
      case 'instruction':
        this.instruction(statement);
        break;
    }
  }

  private instruction(statement: Statement & { kind: 'instruction' }): void {
    const index = this.instructionIndex++;
    if (index >= MAX_INSTRUCTIONS)
      throw new AssemblerError(
        statement,
        `more than ${MAX_INSTRUCTIONS} instructions`,
        'use db for padding, or a loop',
      );
    const least = this.lengths[index] ?? 0;
    const all = this.encodingsOf(statement.instruction);
    const chosen = all.find(({ bytes, fits }) => fits && bytes.length >= least) ?? all.at(-1);
    if (chosen === undefined) throw new Error('an instruction without encodings was not reported');
    const [problem] = chosen.problems;
    if (this.strict && problem)
      throw new AssemblerError(problem.place, problem.text, 'use a wider form, a nearer target or a smaller value');
    if (chosen.bytes.length > least) this.lengths[index] = chosen.bytes.length;
    this.emit(statement, chosen.bytes);
  }

  /** Encodings of an instruction, made once when neither a symbol nor the address takes part in them. */
  private encodingsOf(instruction: WrittenInstruction): readonly Encoded[] {
    const known = this.settled.get(instruction);
    if (known) return known;
    const lookupsBefore = this.lookupCount;
    const all = encodings(instruction, {
      mode: this.bits,
      address: this.here,
      defaultRelative: this.relative,
      lookup: this.lookup,
    });
    if (this.lookupCount === lookupsBefore && !all.some(({ dependsOnAddress }) => dependsOnAddress))
      this.settled.set(instruction, all);
    return all;
  }

  private data(place: SourcePlace, item: Expression | Uint8Array, size: number): void {
    if (item instanceof Uint8Array) {
      this.emit(place, item);
      this.pad(place, BigInt((size - (item.length % size)) % size), 0);
      return;
    }
    const value = evaluate(item, this.lookup);
    const bits = BigInt(size * 8);
    if (this.strict && value !== undefined && (value < -(1n << (bits - 1n)) || value >= 1n << bits))
      throw new AssemblerError(
        item,
        `${value} does not fit in ${size} ${size === 1 ? 'byte' : 'bytes'}`,
        'use dw, dd or dq',
      );
    const bytes: number[] = [];
    for (let i = 0n; i < bits; i += 8n) bytes.push(Number(((value ?? 0n) >> i) & 0xffn));
    this.emit(place, bytes);
  }

  private align(place: SourcePlace, value: Expression, fill: Expression | undefined): void {
    const boundary = this.known(value);
    if (boundary < 1n || (boundary & (boundary - 1n)) !== 0n)
      throw new AssemblerError(place, `align ${boundary}`, 'align to a power of two');
    const byte = fill === undefined ? 0x90n : this.known(fill);
    this.pad(place, -this.here & (boundary - 1n), Number(byte & 0xffn));
  }

  /** A value that the layout itself depends on. */
  private known(expression: Expression): bigint {
    const value = evaluate(expression, this.lookup);
    if (value === undefined)
      throw new AssemblerError(
        expression,
        'this value depends on a label further down',
        'use labels defined above this line only',
      );
    return value;
  }

  private pad(place: SourcePlace, count: bigint, byte: number): void {
    if (count < 0n) throw new AssemblerError(place, `the size ${count} is negative`, 'reserve 0 or more');
    this.reserve(place, count);
    this.bytes.fill(byte, this.length, this.length + Number(count));
    this.length += Number(count);
  }

  private emit(place: SourcePlace, bytes: ArrayLike<number>): void {
    this.reserve(place, BigInt(bytes.length));
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  private reserve(place: SourcePlace, count: bigint): void {
    const needed = BigInt(this.length) + count;
    if (needed > BigInt(MAX_BYTES))
      throw new AssemblerError(place, `the output exceeds ${MAX_BYTES} bytes`, 'make it smaller');
    if (needed <= BigInt(this.bytes.length)) return;
    const grown = new Uint8Array(Math.max(Number(needed), this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
