/**
 * Prints the module of a region for the reviewed goldens: the WebAssembly text format as Binaryen writes it, with names in place of
 * numbers that mean something. Locals are named by what they hold (templates/locals.ts); `<...>` stands for an address: a
 * field of the state, a table of the TLB, or a decoded record by the RIP of its instruction. Handlers have the names of operations.
 * `(@likely)` and `(@unlikely)` are hints for the branch behind them.
 */
import { fileURLToPath } from 'node:url';
import binaryen from 'binaryen';
import { findBodies } from '../../gen/bodies.ts';
import { buildOperations, SPECIAL_OPERATIONS } from '../../gen/operations.ts';
import { stateLayout } from '../../src/generated/state-layout.ts';
import { HELPERS } from '../../src/translator.ts';
import { LOCAL_CONSTANTS, TEMPORARIES } from '../../templates/locals.ts';
import { assemblyConstants } from '../assembly-constants.ts';
import { type Expression, parseExpression, printExpression } from './s-expression.ts';

const layout = assemblyConstants('layout.ts');
const addressOf = (name: string): number => {
  const address = layout.get(name);
  if (address === undefined) throw new Error(`assembly/layout.ts has no ${name}`);
  return address;
};
const RECORD_BYTES = assemblyConstants('record.ts').get('RECORD_BYTES') ?? 0;
const TLB_ENTRIES = assemblyConstants('tlb.ts').get('ENTRIES') ?? 0;
const TLB_TABLES = ['read', 'write', 'execute'];

const operationNames = [
  ...SPECIAL_OPERATIONS,
  ...buildOperations(findBodies(fileURLToPath(new URL('../../assembly', import.meta.url)))).operations.map(
    ({ name }) => name,
  ),
];

const REGISTERS = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ');
/** Locals of the region itself, in the order of assembly/jit/emit.ts. */
const REGION_LOCALS = ['target', 'budget', 'state'];

/** Names of all locals by number. */
const localNames: ReadonlyMap<number, string> = (() => {
  const names = new Map<number, string>([[0, 'entry']]);
  for (const [name, number] of LOCAL_CONSTANTS) {
    if (name === 'FIRST_REGISTER') for (const [i, register] of REGISTERS.entries()) names.set(number + i, register);
    else if (name === 'FIRST_VECTOR') for (let i = 0; i < 16; i++) names.set(number + i, `xmm${i}`);
    else if (name === 'FIRST_REGION_LOCAL') for (const [i, own] of REGION_LOCALS.entries()) names.set(number + i, own);
    else if (!name.startsWith('LOCALS_')) names.set(number, name.toLowerCase());
  }
  for (const [type, { first, count }] of Object.entries(TEMPORARIES))
    for (let i = 0; i < count; i++) names.set(first + i, `${type}.${i}`);
  return names;
})();

/** Names of the state's bytes that fields begin at. */
const fields = Object.entries(stateLayout).map(([name, { offset }]) => ({ name, offset }));
const STATE_END = Math.max(...fields.map(({ offset }) => offset)) + 8;

function fieldAt(address: number): string {
  const field = fields.reduce((best, one) => (one.offset <= address && one.offset >= best.offset ? one : best));
  return field.offset === address ? field.name : `${field.name} + ${address - field.offset}`;
}

/** What lies at addresses of linear memory: reads the decoded blocks of a core. */
class Addresses {
  /** Helpers by Binaryen's names for them. */
  readonly helpers: ReadonlyMap<string, string>;
  readonly #view: DataView;
  readonly #records = new Map<number, { readonly text: string; readonly operation: number }>();

  constructor(memory: ArrayBufferLike, helpers: ReadonlyMap<string, string>) {
    this.helpers = helpers;
    this.#view = new DataView(memory);
    let header = addressOf('BLOCK_ARENA');
    while (header < addressOf('BLOCK_ARENA_END') && this.#view.getUint16(header, true) !== 0) {
      let rip = Number(this.#view.getBigUint64(header + 16, true));
      const count = this.#view.getUint16(header + 4, true);
      this.#note(header, `block ${rip.toString(16)}`);
      for (let i = 1; i <= count + 1; i++) {
        const record = header + i * RECORD_BYTES;
        this.#note(record, i > count ? `end of block, ${rip.toString(16)}` : `record ${rip.toString(16)}`);
        rip += this.#view.getUint8(record + 2);
      }
      header += (count + 2) * RECORD_BYTES;
    }
  }

  #note(record: number, text: string): void {
    this.#records.set(record, { text, operation: this.#view.getUint16(record, true) });
  }

  /** Name of an address, for an access or a constant. */
  name(address: number): string | undefined {
    const first = fields[0]?.offset ?? 0;
    if (address >= first && address < STATE_END) return fieldAt(address);
    const tlb = address - addressOf('FAST_TLB');
    if (tlb >= 0 && address < addressOf('SECOND_TLB')) {
      const table = TLB_TABLES[Math.floor(tlb / (TLB_ENTRIES * 16)) % TLB_TABLES.length];
      return `${table} TLB${tlb % 16 === 0 ? '' : ` + ${tlb % 16}`}`;
    }
    const region = address - addressOf('REGIONS');
    if (region >= 0 && address < addressOf('REGIONS_END')) return `region + ${region}`;
    return this.#records.get(address)?.text;
  }

  /** Name of a record's operation, and so of its handler. */
  operation(record: number): string {
    return operationNames[this.#records.get(record)?.operation ?? -1] ?? '?';
  }
}

const isList = (expression: Expression | undefined): expression is readonly Expression[] => Array.isArray(expression);

/** Replaces numbers by names in one instruction and all below it. */
function named(expression: Expression, addresses: Addresses): Expression {
  if (!isList(expression)) return expression;
  const head = expression[0];
  if (typeof head !== 'string') return expression;
  if (head === '@metadata.code.branch_hint') return [expression[1] === '"\\01"' ? '@likely' : '@unlikely'];
  const parts = expression.map((part) => named(part, addresses));
  if (head.startsWith('local.') && typeof parts[1] === 'string') {
    const name = localNames.get(Number(parts[1].slice(1)));
    // Binaryen keeps a value in a local of its own where the module leaves it on the stack.
    return [head, name === undefined ? '$on_stack' : `$${name}`, ...parts.slice(2)];
  }
  if (head === 'i32.const') {
    const name = addresses.name(Number(parts[1]));
    return name === undefined ? parts : [head, `<${name}>`];
  }
  if (head === 'call') return [head, `$${addresses.helpers.get(String(parts[1])) ?? '?'}`, ...parts.slice(2)];
  if (head === 'call_indirect') {
    // A handler of the interpreter, called with its record. Which place of the table it has is of no interest.
    const record = expression.find((part) => isList(part) && part[0] === 'i32.const');
    const name = addresses.operation(isList(record) ? Number(record[1]) : 0);
    return ['call', `$${name}`, ...parts.filter((part) => isList(part) && part[0] !== 'type').slice(0, 1)];
  }
  return parts
    .filter((part) => part !== 'align=1')
    .map((part) => {
      const offset = typeof part === 'string' ? /^offset=(\d+)$/.exec(part)?.[1] : undefined;
      const name = offset === undefined ? undefined : addresses.name(Number(offset));
      return name === undefined ? part : `offset=<${name}>`;
    });
}

/** Text of the function of a region's module. `memory`: linear memory of the core that wrote it. */
export function regionText(bytes: Uint8Array, memory: ArrayBufferLike): string {
  const module = binaryen.readBinary(bytes);
  const text = parseExpression(module.emitText());
  module.dispose();
  const functions = isList(text) ? text.filter((part) => isList(part) && part[0] === 'func') : [];
  const body = functions.at(-1);
  if (functions.length !== HELPERS.length + 1 || !isList(body)) {
    throw new Error('the module of a region has the helpers of assembly/jit/handlers.ts and one more function');
  }
  const nameOf = (part: Expression | undefined): string => (isList(part) ? String(part[1]) : '');
  const addresses = new Addresses(
    memory,
    new Map<string, string>(HELPERS.map((name, i) => [nameOf(functions[i]), name])),
  );
  const code = body.filter((part) => isList(part) && !['param', 'result', 'local'].includes(String(part[0])));
  const exit = code.flatMap((part) => (isList(part) && part[0] === 'block' ? [part[1]] : []))[0];
  const label = (part: Expression): Expression => (isList(part) ? part.map(label) : part === exit ? '$exit' : part);
  return printExpression(['func', ...code.map((part) => label(named(part, addresses)))]);
}
