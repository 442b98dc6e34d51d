/**
 * Decoder of the WebAssembly binary format (Core Specification 5.5) for modules as asc emits them. The engine that
 * runs the compiler validates the module first, so types and indices are right here; what remains is to refuse, by
 * name, what has no native counterpart.
 */
import { CompileError } from '../errors.ts';
import { ByteReader } from './byte-reader.ts';
import { decodeBody, type NamesForErrors } from './decode-body.ts';
import type {
  DataSegment,
  FunctionSignature,
  ImportedFunction,
  ValueType,
  WasmFunction,
  WasmGlobal,
  WasmModule,
} from './module.ts';

const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

const VALUE_TYPE_NAMES: Readonly<Record<number, string>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
  123: 'v128',
  112: 'funcref',
  111: 'externref',
};

/** A type that may hold unsupported values; only functions that are really compiled have to be supported. */
interface RawSignature {
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

/** Reads a value type byte as the name of the type. */
export function valueTypeName(byte: number): string {
  return VALUE_TYPE_NAMES[byte] ?? `type 0x${byte.toString(16)}`;
}

function supportedSignature(raw: RawSignature, what: string): FunctionSignature {
  const odd = [...raw.parameters, ...raw.results].find((type) => type !== 'i32' && type !== 'i64');
  if (odd !== undefined)
    throw new CompileError(
      'unsupported',
      `${what} has a parameter or result of type ${odd}; only i32 and i64 exist here`,
    );
  if (raw.results.length > 1)
    throw new CompileError('unsupported', `${what} returns ${raw.results.length} values; at most one is supported`);
  return { parameters: raw.parameters as ValueType[], result: raw.results[0] as ValueType | undefined };
}

/** Lets the host's own engine check the module, which saves a second validator here. */
function validate(bytes: Uint8Array): void {
  const engine = (globalThis as { WebAssembly?: { Module: new (bytes: Uint8Array) => unknown } }).WebAssembly;
  if (engine === undefined) return;
  try {
    new engine.Module(bytes);
  } catch (error) {
    throw new CompileError('module', `not a valid WebAssembly module: ${(error as Error).message}`);
  }
}

/** Reads a constant expression: one constant, then `end`. */
function constantExpression(reader: ByteReader, what: string): bigint {
  const opcode = reader.byte();
  if (opcode !== 0x41 && opcode !== 0x42)
    throw new CompileError(
      'unsupported',
      `${what} starts with opcode 0x${opcode.toString(16)}; only i32.const and i64.const are supported`,
    );
  const value = opcode === 0x41 ? BigInt(reader.s32() >>> 0) : BigInt.asUintN(64, reader.s64());
  if (reader.byte() !== 0x0b) throw new CompileError('unsupported', `${what} is more than one constant`);
  return value;
}

interface Names {
  readonly functions: Map<number, string>;
  readonly globals: Map<number, string>;
}

/** The name section (Core Specification, appendix 7.4): subsections 1 = functions, 7 = globals. */
function readNames(reader: ByteReader, names: Names): void {
  while (!reader.done) {
    const kind = reader.byte();
    const body = reader.section(reader.u32());
    const into = kind === 1 ? names.functions : kind === 7 ? names.globals : undefined;
    if (into === undefined) continue;
    for (let count = body.u32(); count > 0; count--) into.set(body.u32(), body.name());
  }
}

/**
 * Names of exported functions that return where the module's static memory begins and ends. The front end adds them
 * (compile.ts), because the module itself does not tell: areas that begin as zeros leave no trace in its data segments
 * once it is optimised.
 */
export const MEMORY_BOUND_EXPORTS = { start: 'longmode_memory_start', end: 'longmode_memory_end' } as const;

/** What the exported function returns: a constant, or a global that never changes. */
function constantResult(fn: WasmFunction | undefined, globals: readonly WasmGlobal[]): number | undefined {
  const [value] = fn?.body ?? [];
  if (value?.opcode.name === 'i32.const') return value.index >>> 0;
  const global = value?.opcode.name === 'global.get' ? globals[value.index] : undefined;
  return global === undefined || global.mutable ? undefined : Number(global.initial);
}

interface RawImport {
  readonly module: string;
  readonly field: string;
  readonly typeIndex: number;
}

/** Decodes a module. `locate` turns a byte offset into `file:line:column` for errors. @throws CompileError */
export function decodeModule(bytes: Uint8Array, locate: NamesForErrors['locate'] = () => undefined): WasmModule {
  validate(bytes);
  const reader = new ByteReader(bytes, 8);
  const names: Names = { functions: new Map(), globals: new Map() };
  const types: RawSignature[] = [];
  const rawImports: RawImport[] = [];
  const functionTypes: number[] = [];
  const rawGlobals: { type: string; mutable: boolean; reader: ByteReader }[] = [];
  const exports = new Map<string, number>();
  const bodies: ByteReader[] = [];
  const data: DataSegment[] = [];
  const table: (number | undefined)[] = [];
  let start: number | undefined;
  let memoryPages = 0;

  const skipLimits = (from: ByteReader): number => {
    const flags = from.byte();
    const minimum = from.u32();
    if ((flags & 1) !== 0) from.u32();
    return minimum;
  };

  while (!reader.done) {
    const id = reader.byte();
    const section = reader.section(reader.u32());
    if (id === SECTION.custom) {
      if (section.name() === 'name') readNames(section, names);
      continue;
    }
    if (id === SECTION.start) {
      start = section.u32();
      continue;
    }
    if (id === SECTION.dataCount) continue;
    for (let count = section.u32(); count > 0; count--) {
      switch (id) {
        case SECTION.type: {
          section.byte();
          const read = () => Array.from({ length: section.u32() }, () => valueTypeName(section.byte()));
          types.push({ parameters: read(), results: read() });
          break;
        }
        case SECTION.import: {
          const module = section.name();
          const field = section.name();
          const kind = section.byte();
          if (kind !== 0)
            throw new CompileError(
              'unsupported',
              `the module imports ${module}.${field}, which is not a function; only functions can be imported`,
            );
          rawImports.push({ module, field, typeIndex: section.u32() });
          break;
        }
        case SECTION.function:
          functionTypes.push(section.u32());
          break;
        case SECTION.table: {
          section.byte();
          const minimum = skipLimits(section);
          if (table.length > 0) throw new CompileError('unsupported', 'the module has more than one table');
          for (let slot = 0; slot < minimum; slot++) table.push(undefined);
          break;
        }
        case SECTION.memory:
          memoryPages = skipLimits(section);
          break;
        case SECTION.global: {
          const type = valueTypeName(section.byte());
          const mutable = section.byte() === 1;
          rawGlobals.push({ type, mutable, reader: new ByteReader(bytes, section.position, section.end) });
          if (type !== 'i32' && type !== 'i64') skipFloatConstant(section, type);
          else constantExpression(section, `the initial value of global ${rawGlobals.length - 1}`);
          break;
        }
        case SECTION.export: {
          const name = section.name();
          const kind = section.byte();
          const index = section.u32();
          if (kind === 0) exports.set(name, index);
          break;
        }
        case SECTION.element: {
          const flags = section.u32();
          if (flags !== 0)
            throw new CompileError(
              'unsupported',
              `element segment with flags ${flags}; only active segments of table 0 are supported`,
            );
          const first = Number(constantExpression(section, 'the offset of an element segment'));
          const length = section.u32();
          if (first + length > table.length)
            throw new CompileError('module', 'an element segment does not fit the table');
          for (let i = 0; i < length; i++) table[first + i] = section.u32();
          break;
        }
        case SECTION.code:
          bodies.push(section.section(section.u32()));
          break;
        case SECTION.data: {
          const flags = section.u32();
          if (flags !== 0)
            throw new CompileError(
              'unsupported',
              `data segment with flags ${flags}; only active segments are supported`,
            );
          const address = Number(constantExpression(section, 'the address of a data segment'));
          data.push({ address, bytes: section.take(section.u32()) });
          break;
        }
        default:
          throw new CompileError('unsupported', `section ${id} of the module has no native counterpart`);
      }
    }
  }

  const functionName = (index: number) => {
    const named = names.functions.get(index) ?? [...exports].find(([, target]) => target === index)?.[0];
    return named ?? `function-${index}`;
  };
  const imports = rawImports.map((raw, index): ImportedFunction => {
    const name = functionName(index);
    const what = `the import ${raw.module}.${raw.field}`;
    return { index, ...raw, name, signature: supportedSignature(types[raw.typeIndex]!, what) };
  });
  const globals = rawGlobals.map((raw, index): WasmGlobal => {
    const name = names.globals.get(index) ?? `global-${index}`;
    if (raw.type !== 'i32' && raw.type !== 'i64')
      throw new CompileError('unsupported', `global ${name} has type ${raw.type}; only i32 and i64 exist here`);
    return { name, type: raw.type, mutable: raw.mutable, initial: constantExpression(raw.reader, `global ${name}`) };
  });
  const typeOfFunction = [...rawImports.map((raw) => raw.typeIndex), ...functionTypes];
  const signatureOf = (typeIndex: number, what: string) => supportedSignature(types[typeIndex]!, what);
  const functions = bodies.map((body, position): WasmFunction => {
    const index = imports.length + position;
    const name = functionName(index);
    const typeIndex = typeOfFunction[index]!;
    const signature = signatureOf(typeIndex, `function ${name}`);
    const startOffset = body.position;
    const { locals, instructions } = decodeBody(body, signature, { name, locate });
    return { index, name, typeIndex, signature, locals, body: instructions, startOffset, endOffset: body.end };
  });
  const memoryBound = (name: string): number | undefined => {
    const functionIndex = exports.get(name);
    exports.delete(name);
    return constantResult(
      functions.find(({ index }) => index === functionIndex),
      globals,
    );
  };
  const [memoryStart, memoryEnd] = [memoryBound(MEMORY_BOUND_EXPORTS.start), memoryBound(MEMORY_BOUND_EXPORTS.end)];
  return {
    // A type that no compiled function uses may stay unsupported: it is only ever compared by index.
    types: types.map((raw) => ({
      parameters: raw.parameters as ValueType[],
      result: raw.results[0] as ValueType | undefined,
    })),
    imports,
    functions,
    globals,
    table,
    data,
    exports,
    start,
    memoryPages,
    memoryStart,
    memoryEnd,
  };
}

function skipFloatConstant(reader: ByteReader, type: string): void {
  reader.take(1 + (type === 'f32' ? 4 : type === 'f64' ? 8 : 0));
  reader.byte();
}
