/** Prints what the translator takes from templates/: the numbers of locals and verbs, and the templates of all operations. */
import { encodeTemplate, extractTemplate, NoTemplate, type Template } from '../templates/extract.ts';
import { LOCAL_CONSTANTS } from '../templates/locals.ts';
import { VERB_CONSTANTS } from '../templates/verbs.ts';
import type { WasmModule } from '../templates/wasm.ts';
import { type Operation, SPECIAL_OPERATIONS } from './operations.ts';

const header = (what: string): string => `// GENERATED from templates/. Do not edit.\n// ${what}\n\n`;

export function printLocals(): string {
  return `${header('Numbers of the locals of translated functions.')}${LOCAL_CONSTANTS.map(
    ([name, value, doc]) => `/** ${doc} */\nexport const ${name}: u32 = ${value};`,
  ).join('\n')}\n`;
}

const constantName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** Bits of TEMPLATE_INFO. */
const INFO = [
  ['HAS_TEMPLATE', 'The operation has a template.'],
  ['READS_FLAGS', 'It reads flags that it has not set.'],
  ['WRITES_FLAGS', 'It sets all arithmetic flags, whatever happens.'],
  ['CHANGES_FLAGS', 'It sets some of them, or sometimes.'],
  ['MAY_LEAVE', 'It may leave before it has had any effect.'],
  ['TOUCHES_MEMORY', 'It reads or writes guest memory.'],
  ['LAZY', 'Two operands tell all flags that it sets; its template keeps them.'],
  ['READS_WORDS', 'It reads flags other than by a condition.'],
  ['NEEDS_FLAGS', 'It reads flags even if it sets none.'],
  ['STACK', 'Its accesses, or most of them, are on the stack.'],
  ['SEGMENTED', 'Its memory operand has a segment that is not flat.'],
  ['VECTOR_OPERANDS', 'Its operands are placed as those of vector instructions.'],
  ['KEEPS_LOCALS', 'It has no template, but its handler keeps to the x87 state and its operand, see jit/x87-calls.ts.'],
  ['WRITES_OPERAND', 'Such a handler writes its operand in memory.'],
  ['STRING', 'It has no template, but can be tried with the registers in locals, see jit/strings.ts.'],
  ['USUAL_ONLY', 'Its template holds only for the usual mode of MXCSR, see jit/float-mode.ts.'],
] as const;
/**
 * Above the bits: the kind of lazy flags, less 1 (assembly/lazy-flags.ts); bytes of the operand in memory for KEEPS_LOCALS; 1 for STRING
 * if it sets flags.
 */
const KIND_SHIFT = INFO.length;

const WIDTH_SHIFT: Readonly<Record<string, number>> = { u8: 0, u16: 1, u32: 2, u64: 3 };

/** Where in the with-flags and without-flags modules the templates of an operation are, or why it has none. */
export interface OperationTemplates {
  readonly operation: Operation;
  readonly withFlags: Template | undefined;
  readonly withoutFlags: Template | undefined;
  readonly refusal: string | undefined;
}

const isVector = ({ body }: Operation): boolean => body.module.startsWith('vector/');

/** Extracts the templates of all operations that have been compiled. */
export function extractAll(
  operations: readonly Operation[],
  withFlags: WasmModule,
  withoutFlags: WasmModule,
): OperationTemplates[] {
  return operations.map((operation) => {
    const none = { operation, withFlags: undefined, withoutFlags: undefined };
    const name = `o_${operation.name}`;
    if (!withFlags.exports.has(name)) return { ...none, refusal: 'it is no data instruction' };
    try {
      return {
        operation,
        withFlags: extractTemplate(withFlags, name, isVector(operation)),
        withoutFlags: extractTemplate(withoutFlags, name, isVector(operation)),
        refusal: undefined,
      };
    } catch (error) {
      if (!(error instanceof NoTemplate)) throw error;
      return { ...none, refusal: error.message };
    }
  });
}

/** ADC and SBB keep operands, too, but those do not tell everything: their flags are set at once. */
const isLazy = ({ withFlags }: OperationTemplates): boolean =>
  withFlags !== undefined && withFlags.lazy >= 0 && !withFlags.readsWords;

/** Modules of x87 bodies that touch neither general registers nor RFLAGS, and whether they write operands in memory. */
const X87_MODULES: ReadonlyMap<string, boolean> = new Map([
  ['semantics/x87-arithmetic', false],
  ['semantics/x87-compare', false],
  ['semantics/x87-control', false],
  ['semantics/x87-load', false],
  ['semantics/x87-remainder', false],
  ['semantics/x87-store', true],
  ['semantics/x87-transcendental', false],
]);

type Bits = Partial<Record<(typeof INFO)[number][0], boolean>>;

const infoWord = (bits: Bits, above: number): number =>
  INFO.reduce((sum, [name], i) => sum | (bits[name] ? 1 << i : 0), above << KIND_SHIFT);

/** String instructions without a device: whether they set flags. */
const STRING_BODIES: ReadonlyMap<string, boolean> = new Map([
  ['movs', false],
  ['stos', false],
  ['lods', false],
  ['cmps', true],
  ['scas', true],
]);

/** Of an operation without template. WAIT alone looks at CR0 when it runs. */
function infoOfHandler({ body, types, memoryBytes }: Operation): number {
  const setsFlags = body.module === 'semantics/string' ? STRING_BODIES.get(body.name) : undefined;
  if (setsFlags !== undefined) return infoWord({ STRING: true }, setsFlags ? 1 : 0);
  const writes = X87_MODULES.get(body.module);
  if (writes === undefined || body.name === 'wait') return 0;
  const bits: Bits = {
    KEEPS_LOCALS: true,
    WRITES_OPERAND: writes && memoryBytes > 0,
    SEGMENTED: types.includes('MemSeg'),
  };
  return infoWord(bits, memoryBytes);
}

function infoOf(templates: OperationTemplates): number {
  const { operation, withFlags, withoutFlags } = templates;
  if (!withFlags || !withoutFlags) return infoOfHandler(operation);
  const bits: Bits = {
    HAS_TEMPLATE: true,
    READS_FLAGS: withFlags.readsFlags,
    WRITES_FLAGS: withFlags.writesFlags || isLazy(templates),
    CHANGES_FLAGS: withFlags.changesFlags || isLazy(templates),
    MAY_LEAVE: withFlags.mayLeave,
    TOUCHES_MEMORY: withFlags.touchesMemory,
    LAZY: isLazy(templates),
    READS_WORDS: withFlags.readsWords,
    NEEDS_FLAGS: withoutFlags.readsFlags,
    STACK: operation.body.module === 'semantics/stack',
    SEGMENTED: operation.types.includes('MemSeg'),
    VECTOR_OPERANDS: isVector(operation),
    USUAL_ONLY: withFlags.isUsualOnly,
  };
  const width = WIDTH_SHIFT[operation.types[0] ?? ''] ?? 0;
  const kind = isLazy(templates) ? (withFlags.lazy << 2) | width : 0;
  return infoWord(bits, kind);
}

/** Bytes of all templates, each once, at even offsets; offset 0 stands for none. */
class Pool {
  readonly bytes: number[] = [0, 0];
  private readonly known = new Map<string, number>();

  /** Half the offset of a template. */
  add(template: Template | undefined): number {
    if (!template) return 0;
    const code = encodeTemplate(template.items);
    const key = code.join();
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const place = this.bytes.length / 2;
    this.bytes.push(...code);
    if (this.bytes.length % 2 !== 0) this.bytes.push(0);
    this.known.set(key, place);
    return place;
  }
}

function data(name: string, doc: string, type: string, values: readonly number[], perLine: number): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += perLine) lines.push(`  ${values.slice(i, i + perLine).join(', ')},`);
  return `/** ${doc} */\nexport const ${name}: usize = memory.data<${type}>([\n${lines.join('\n')}\n]);\n`;
}

export function printTemplates(
  templates: readonly OperationTemplates[],
  conditions: readonly Template[],
  lazyFlags: readonly Template[],
): string {
  const pool = new Pool();
  const special = SPECIAL_OPERATIONS.map(() => 0);
  const live = [...special, ...templates.map((one) => pool.add(isLazy(one) ? one.withoutFlags : one.withFlags))];
  const dead = [...special, ...templates.map(({ withoutFlags }) => pool.add(withoutFlags))];
  const conditionPlaces = conditions.map((condition) => pool.add(condition));
  const lazyPlaces = lazyFlags.map((template) => pool.add(template));
  const info = [...special, ...templates.map(infoOf)];
  const effects = [...special, ...templates.map(({ withFlags }) => withFlags?.vectorEffect ?? 0)];
  if (pool.bytes.length > 0x1fffe) throw new Error('the templates are too long for offsets of 16 bits');
  const verbs = VERB_CONSTANTS.map(([name, value]) => `export const VERB_${constantName(name)}: u32 = ${value};`);
  const bits = INFO.map(([name, doc], i) => `/** ${doc} */\nexport const ${name}: u32 = ${1 << i};`);
  return `${header('Templates of the operations, see templates/extract.ts.')}${verbs.join('\n')}

${bits.join('\n')}
/**
 * Above the bits: the kind of lazy flags, less 1 (lazy-flags.ts); bytes of the operand in memory for KEEPS_LOCALS; 1 for STRING
 * if it sets flags.
 */
export const KIND_SHIFT: u32 = ${KIND_SHIFT};

${[
  data('TEMPLATE_INFO', 'By operation: the bits above.', 'u32', info, 24),
  data('VECTOR_EFFECTS', 'By operation: what it does to vector registers, see jit/plain.ts.', 'u16', effects, 24),
  data('TEMPLATES', 'By operation: half the offset of its template in TEMPLATE_BYTES; 0: none.', 'u16', live, 24),
  data('TEMPLATES_WITHOUT_FLAGS', 'The same for templates that set no flags.', 'u16', dead, 24),
  data('CONDITION_TEMPLATES', 'The same by condition code: templates that give an i32.', 'u16', conditionPlaces, 24),
  data('LAZY_TEMPLATES', 'By kind of lazy flags, less 1: templates that set the flag words.', 'u16', lazyPlaces, 24),
  data('TEMPLATE_BYTES', 'See `encodeTemplate` in templates/extract.ts.', 'u8', pool.bytes, 32),
].join('\n')}`;
}
