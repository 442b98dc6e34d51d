/**
 * Random WebAssembly modules in text form: typed functions over all i32 and i64 instructions, nested control flow,
 * loops with a limit, calls, indirect calls, globals and memory. Every function is exported; the module traps only where
 * WebAssembly defines it (division, unreachable, indirect calls) and never accesses memory outside its data.
 */
import type { ValueType } from '../../src/wasm/module.ts';
import { OPCODES } from '../../src/wasm/opcodes.ts';
import { Random } from './random.ts';

/** Where the module's data is. Both engines see it at the same address. */
export const DATA_ADDRESS = 0x10_1000;
export const DATA_BYTES = 4096;

interface GeneratedFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | undefined;
}

export interface GeneratedModule {
  readonly text: string;
  readonly functions: readonly GeneratedFunction[];
}

const TYPES = ['i32', 'i64'] as const;
/** Letters of `Opcode.signature`. */
const LETTER = { i32: 'i', i64: 'l' } as const;
const TYPE_OF_LETTER: Readonly<Record<string, ValueType>> = { i: 'i32', l: 'i64' };

/** Value instructions (no memory, no control) by result type. */
const pureInstructions = (result: ValueType) =>
  [...OPCODES.values()].filter(
    ({ immediate, signature }) =>
      immediate === 'none' && signature.endsWith(`:${LETTER[result]}`) && !signature.startsWith(':'),
  );
const PURE = { i32: pureInstructions('i32'), i64: pureInstructions('i64') } as const;
const loads = (result: ValueType) =>
  [...OPCODES.values()].filter((o) => o.immediate === 'memory-argument' && o.signature === `i:${LETTER[result]}`);
const LOADS = { i32: loads('i32'), i64: loads('i64') } as const;
const STORES = [...OPCODES.values()].filter((o) => o.immediate === 'memory-argument' && o.signature.endsWith(':'));

const INTERESTING: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 8n, 31n, 32n, 33n, 63n, 64n, 127n, 128n, 255n, 256n, 0x7fffn, 0x8000n, 0xffffn],
  ...[0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n],
];

/** An argument or constant that likes the corners of the type. */
export function interestingValue(random: Random, type: ValueType): bigint {
  const bits = type === 'i32' ? 32 : 64;
  let value = random.chance(3) ? (BigInt(random.bits()) << 32n) | BigInt(random.bits()) : random.pick(INTERESTING);
  if (random.chance(3)) value = -value;
  return BigInt.asUintN(bits, value);
}

interface Label {
  readonly name: string;
  /** What a branch to it has to bring along. */
  readonly result: ValueType | undefined;
}

class FunctionGenerator {
  private readonly random: Random;
  private readonly signature: GeneratedFunction;
  /** Functions with smaller numbers may be called: no recursion. */
  private readonly callable: readonly GeneratedFunction[];
  private readonly locals: ValueType[];
  private readonly labels: Label[] = [];
  private labelCount = 0;
  /** How many more nodes may be made. */
  private budget: number;

  constructor(random: Random, signature: GeneratedFunction, callable: readonly GeneratedFunction[]) {
    this.random = random;
    this.signature = signature;
    this.callable = callable;
    const extra = random.below(random.chance(4) ? 16 : 5);
    this.locals = [...signature.parameters, ...Array.from({ length: extra }, () => random.pick(TYPES))];
    this.budget = 20 + random.below(150);
  }

  text(): string {
    const { name, parameters, result } = this.signature;
    const body = this.statements(3);
    const value = result === undefined ? '' : this.expression(result, 5);
    const list = (keyword: string, types: readonly string[]) =>
      types.length > 0 ? `(${keyword} ${types.join(' ')})` : '';
    return `(func $${name} (export "${name}") ${list('param', parameters)} ${list('result', result ? [result] : [])} ${list('local', this.locals.slice(parameters.length))}
  (call $burn) ${body} ${value})`;
  }

  private local(type: ValueType): number | undefined {
    const candidates = this.locals.flatMap((t, i) => (t === type ? [i] : []));
    return candidates.length === 0 ? undefined : this.random.pick(candidates);
  }

  private constant(type: ValueType): string {
    return `(${type}.const ${BigInt.asIntN(type === 'i32' ? 32 : 64, interestingValue(this.random, type))})`;
  }

  private leaf(type: ValueType): string {
    const local = this.local(type);
    if (local !== undefined && !this.random.chance(4)) return `(local.get ${local})`;
    return this.random.chance(3) ? `(global.get $g_${type})` : this.constant(type);
  }

  /** An address inside the data, in one of the shapes that the compiler folds, and its static offset. */
  private address(depth: number): string {
    const index = (mask: number) => `(i32.and ${this.expression('i32', depth - 1)} (i32.const ${mask}))`;
    switch (this.random.below(5)) {
      case 0:
        return `offset=${DATA_ADDRESS} ${index(0xfff - 8)}`;
      case 1:
        return `offset=${this.random.below(64)} (i32.add ${index(0x7ff)} (i32.const ${DATA_ADDRESS + this.random.below(64)}))`;
      case 2:
        return `offset=8 (i32.add (i32.shl ${index(0xff)} (i32.const ${this.random.below(4)})) (i32.add ${index(0xff)} (i32.const ${DATA_ADDRESS})))`;
      case 3:
        return `(i32.const ${DATA_ADDRESS + this.random.below(DATA_BYTES - 8)})`;
      default:
        // A negative displacement: the sum wraps at 32 bits.
        return `(i32.add (i32.sub ${index(0xff)} (i32.const ${-DATA_ADDRESS - 300})) (i32.sub (i32.shl ${index(31)} (i32.const 3)) (i32.const 200)))`;
    }
  }

  private call(callee: GeneratedFunction, depth: number): string {
    const operands = callee.parameters.map((type) => this.expression(type, depth - 2)).join(' ');
    return `(call $${callee.name} ${operands})`;
  }

  private indirect(result: ValueType | undefined, depth: number): string {
    const typed = this.callable.filter((callee) => callee.result === result);
    const { parameters, name } = this.random.pick(typed);
    const slot = Number(name.slice(1)) + 1;
    const index = this.random.chance(30) ? this.expression('i32', 1) : `(i32.const ${slot})`;
    const operands = parameters.map((type) => this.expression(type, depth - 2)).join(' ');
    const results = result === undefined ? '' : `(result ${result})`;
    return `(call_indirect (param ${parameters.join(' ')}) ${results} ${operands} ${index})`;
  }

  private withLabel(result: ValueType | undefined, body: (name: string) => string): string {
    const name = `$l${this.labelCount++}`;
    this.labels.push({ name, result });
    const text = body(name);
    this.labels.pop();
    return text;
  }

  expression(type: ValueType, depth: number): string {
    const { random } = this;
    if (depth <= 0 || this.budget-- <= 0) return this.leaf(type);
    const callable = this.callable.filter((callee) => callee.result === type);
    switch (random.below(16)) {
      case 0:
        return this.leaf(type);
      case 1:
        return `(${random.pick(LOADS[type]).name} ${this.address(depth)})`;
      case 2: {
        const local = this.local(type);
        return local === undefined ? this.leaf(type) : `(local.tee ${local} ${this.expression(type, depth - 1)})`;
      }
      case 3:
        return `(select ${this.expression(type, depth - 1)} ${this.expression(type, depth - 1)} ${this.expression('i32', depth - 1)})`;
      case 4:
        return `(if (result ${type}) ${this.expression('i32', depth - 1)} (then ${this.statements(depth - 2)} ${this.expression(type, depth - 1)}) (else ${this.statements(depth - 2)} ${this.expression(type, depth - 1)}))`;
      case 5:
        return this.withLabel(type, (name) => {
          const early = `(br_if ${name} ${this.expression(type, depth - 1)} ${this.expression('i32', depth - 1)})`;
          return `(block ${name} (result ${type}) ${this.statements(depth - 2)} (drop ${early}) ${this.expression(type, depth - 1)})`;
        });
      case 6:
        return callable.length === 0 ? this.leaf(type) : this.call(random.pick(callable), depth);
      case 7:
        return callable.length === 0 ? this.leaf(type) : this.indirect(type, depth);
      case 8: {
        // Volatile memory access through intrinsics.
        if (!random.chance(3)) break;
        const name = type === 'i64' ? 'load64' : random.pick(['load8', 'load16', 'load32']);
        const address = `(i64.or (i64.and ${this.expression('i64', depth - 1)} (i64.const 0x7f8)) (i64.const ${DATA_ADDRESS}))`;
        return `(call $${name} ${address})`;
      }
      case 9:
        if (type === 'i32' && random.chance(6))
          return random.chance(2) ? '(memory.size)' : `(memory.grow ${this.expression('i32', 1)})`;
        break;
      default:
    }
    const { name, signature } = random.pick(PURE[type]);
    const operands = [...signature.slice(0, signature.indexOf(':'))].map((letter) =>
      this.expression(TYPE_OF_LETTER[letter]!, depth - 1),
    );
    // Most divisions should not trap.
    if (/div|rem/.test(name) && !random.chance(40))
      operands[1] = `(${type}.or ${operands[1]} (${type}.const ${random.pick([1, 3, 2, 16])}))`;
    return `(${name} ${operands.join(' ')})`;
  }

  private statements(depth: number): string {
    if (depth <= 0) return '';
    return Array.from({ length: this.random.below(4) }, () => this.statement(depth)).join('\n    ');
  }

  private statement(depth: number): string {
    const { random } = this;
    if (this.budget-- <= 0) return '';
    switch (random.below(15)) {
      case 12:
        // A loop that tests at its head, as `while` and `for` become; sometimes it goes on from within.
        return this.repeatedWhile(depth);
      case 13:
        // A failed check: it traps in a block of its own, now and then after a call.
        return `(if (i32.eq ${this.expression('i32', depth)} ${this.constant('i32')}) (then ${random.chance(2) ? this.plainCall() : ''} (unreachable)))`;
      case 14: {
        // The collector's shadow stack pointer: moved, used as an address, put back. A branch may prevent the latter, so
        // it is kept inside the data.
        const pointer = '(global.get $~lib/memory/__stack_pointer)';
        const move = (by: number) =>
          `(global.set $~lib/memory/__stack_pointer (i32.or (i32.and (i32.add ${pointer} (i32.const ${by})) (i32.const 0x7f8)) (i32.const ${DATA_ADDRESS})))`;
        const first = `(i32.store ${pointer} ${this.expression('i32', 2)})`;
        const second = `(i64.store32 offset=4 ${pointer} ${this.expression('i64', 2)})`;
        return `${move(-8)} ${first} ${this.statements(depth - 1)} ${second} ${move(8)}`;
      }
      case 0:
      case 1:
      case 2: {
        const local = random.below(this.locals.length || 1);
        const type = this.locals[local];
        return type === undefined ? '' : `(local.set ${local} ${this.expression(type, depth)})`;
      }
      case 3: {
        const type = random.pick(TYPES);
        return `(global.set $g_${type} ${this.expression(type, depth)})`;
      }
      case 4: {
        const { name, signature } = random.pick(STORES);
        return `(${name} ${this.address(depth)} ${this.expression(TYPE_OF_LETTER[signature[1]!]!, depth)})`;
      }
      case 5:
        return `(if ${this.expression('i32', depth)} (then ${this.statements(depth - 1)})${random.chance(2) ? ` (else ${this.statements(depth - 1)})` : ''})`;
      case 6:
        return this.withLabel(undefined, (name) => `(loop ${name} (call $burn) ${this.statements(depth - 1)})`);
      case 7:
        return this.withLabel(
          undefined,
          (name) => `(block ${name} ${this.statements(depth - 1)} ${this.statements(depth - 1)})`,
        );
      case 8: {
        const label = this.labels.filter(({ result }) => result === undefined);
        return label.length === 0 ? '' : `(br_if ${random.pick(label).name} ${this.expression('i32', depth)})`;
      }
      case 9:
        return this.table(depth);
      case 10: {
        const size = () => `(i32.and ${this.expression('i32', 1)} (i32.const 0x3f))`;
        const place = () =>
          `(i32.add (i32.and ${this.expression('i32', 1)} (i32.const 0x7ff)) (i32.const ${DATA_ADDRESS}))`;
        if (random.chance(3))
          return `(call $store${random.chance(2) ? `64 (i64.const ${DATA_ADDRESS + 24}) ${this.expression('i64', depth)}` : `16 (i64.const ${DATA_ADDRESS + 32}) ${this.expression('i32', depth)}`})`;
        return random.chance(2)
          ? `(memory.copy ${place()} ${place()} ${size()})`
          : `(memory.fill ${place()} ${this.expression('i32', 1)} ${size()})`;
      }
      default: {
        const callee = this.callable.length === 0 ? undefined : random.pick(this.callable);
        if (callee !== undefined) {
          const call = random.chance(4) ? this.indirect(callee.result, depth) : this.call(callee, depth);
          return callee.result === undefined ? call : `(drop ${call})`;
        }
        if (!random.chance(4)) return `(drop ${this.expression(random.pick(TYPES), depth)})`;
        const { result } = this.signature;
        return `(if ${this.expression('i32', depth)} (then (return ${result === undefined ? '' : this.expression(result, depth)})))`;
      }
    }
  }

  private repeatedWhile(depth: number): string {
    const { random } = this;
    // Made without the label: only the body, which burns fuel, may go on.
    const head = random.chance(3) ? this.statements(1) : '';
    const condition = this.expression('i32', 2);
    const otherwise = random.chance(3) ? `(else ${this.statements(depth - 2)})` : '';
    return this.withLabel(undefined, (name) => {
      const again = random.chance(3) ? `(if ${this.expression('i32', 1)} (then (br ${name})))` : '';
      const body = `(call $burn) ${this.statements(depth - 1)} ${again} (br ${name})`;
      return `(loop ${name} ${head} (if ${condition} (then ${body}) ${otherwise}))`;
    });
  }

  /** A call whose operands are leaves. */
  private plainCall(): string {
    if (this.callable.length === 0) return '';
    const { name, parameters, result } = this.random.pick(this.callable);
    const call = `(call $${name} ${parameters.map((type) => this.leaf(type)).join(' ')})`;
    return result === undefined ? call : `(drop ${call})`;
  }

  /** Nested blocks around a `br_table`. */
  private table(depth: number): string {
    const count = 1 + this.random.below(4);
    const names = Array.from({ length: count }, () => `$l${this.labelCount++}`);
    const targets = Array.from({ length: 1 + this.random.below(6) }, () => this.random.pick(names));
    let text = `(br_table ${targets.join(' ')} ${this.expression('i32', depth)})`;
    for (const name of names) {
      this.labels.push({ name, result: undefined });
      text = `(block ${name} ${text} ${this.statements(depth - 1)})`;
      this.labels.pop();
    }
    return text;
  }
}

/** A module of `functionCount` functions from a seed. */
export function generateModule(seed: number, functionCount: number): GeneratedModule {
  const random = new Random(seed);
  const functions: GeneratedFunction[] = [];
  const bodies: string[] = [];
  for (let i = 0; i < functionCount; i++) {
    const parameters = Array.from({ length: random.below(random.chance(3) ? 10 : 5) }, () => random.pick(TYPES));
    const signature = { name: `f${i}`, parameters, result: random.chance(8) ? undefined : random.pick(TYPES) };
    bodies.push(new FunctionGenerator(random, signature, functions.slice(-6)).text());
    functions.push(signature);
  }
  const data = Array.from({ length: DATA_BYTES }, () => `\\${random.below(256).toString(16).padStart(2, '0')}`).join(
    '',
  );
  const text = `(module
(import "x86" "load8" (func $load8 (param i64) (result i32)))
(import "x86" "load16" (func $load16 (param i64) (result i32)))
(import "x86" "load32" (func $load32 (param i64) (result i32)))
(import "x86" "load64" (func $load64 (param i64) (result i64)))
(import "x86" "store16" (func $store16 (param i64 i32)))
(import "x86" "store64" (func $store64 (param i64 i64)))
(memory (export "memory") 32 32)
(global $g_i32 (mut i32) (i32.const 5))
(global $g_i64 (mut i64) (i64.const -7))
(global $fuel (mut i32) (i32.const 0))
(global $~lib/memory/__stack_pointer (mut i32) (i32.const ${DATA_ADDRESS + 2048}))
(table ${functionCount + 3} funcref)
(elem (i32.const 1) ${functions.map(({ name }) => `$${name}`).join(' ')})
(func $refill (export "refill") (global.set $fuel (i32.const 2000)) (global.set $~lib/memory/__stack_pointer (i32.const ${DATA_ADDRESS + 2048})))
(func $burn (if (i32.eqz (global.get $fuel)) (then unreachable)) (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))
${bodies.join('\n')}
(data (i32.const ${DATA_ADDRESS}) "${data}"))`;
  return { text, functions };
}
