/**
 * Reads a WebAssembly module as far as templates need it: function types, imports, exports, and function bodies as lists of
 * instructions with their effect on the stack (WebAssembly Core Specification 2.0, chapter 5 "Binary Format"). Anything that
 * the compiler does not print for instruction bodies is refused by name.
 */

/** One instruction of a function body. */
export interface WasmInstruction {
  /** Opcode; with prefix FC or FD: prefix << 16 | opcode. */
  readonly opcode: number;
  /** First immediate (index, constant as i32, memory offset, block type); constants of 64 bits and vectors: 0. */
  readonly immediate: number;
  /** Its bytes. */
  readonly bytes: Uint8Array;
  readonly pops: number;
  readonly pushes: number;
}

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export interface WasmFunction {
  /** Types of the parameters, then of the locals. */
  readonly locals: readonly ValueType[];
  readonly parameters: number;
  readonly results: readonly ValueType[];
  readonly instructions: readonly WasmInstruction[];
}

export interface WasmModule {
  /** Imported functions as `module.name`, by function index. */
  readonly imports: readonly string[];
  /** Own functions; the first has the index `imports.length`. */
  readonly functions: readonly WasmFunction[];
  /** Types of the module's own variables. */
  readonly globals: readonly ValueType[];
  /** Function index by export name. */
  readonly exports: ReadonlyMap<string, number>;
}

const VALUE_TYPES: Readonly<Record<number, ValueType>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
  123: 'v128',
};

interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('the module ends too early');
    return value;
  }

  /** LEB128, signed or not; beyond 32 bits only the low ones. */
  leb(isSigned = false): number {
    let value = 0;
    let shift = 0;
    while (true) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) {
        if (isSigned && shift < 32 && (byte & 0x40) !== 0) value |= -1 << shift;
        return isSigned ? value : value >>> 0;
      }
    }
  }

  name(): string {
    const length = this.leb();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  valueType(): ValueType {
    const code = this.byte();
    return VALUE_TYPES[code] ?? fail(`value type ${code.toString(16)}`);
  }
}

function fail(what: string): never {
  throw new Error(`the template module contains ${what}, which its reader does not know`);
}

const within = (opcode: number, ...ranges: readonly (readonly [number, number])[]): boolean =>
  ranges.some(([first, last]) => opcode >= first && opcode <= last);

/** Effect of an opcode without variable effect, as [pops, pushes]. */
function effect(opcode: number): readonly [number, number] {
  if (within(opcode, [0x41, 0x44])) return [0, 1];
  if (within(opcode, [0x28, 0x35], [0x45, 0x45], [0x50, 0x50], [0x67, 0x69], [0x79, 0x7b], [0x8b, 0x91], [0x99, 0x9f]))
    return [1, 1];
  if (within(opcode, [0xa7, 0xc4])) return [1, 1];
  if (within(opcode, [0x36, 0x3e])) return [2, 0];
  if (within(opcode, [0x46, 0x4f], [0x51, 0x66], [0x6a, 0x78], [0x7c, 0x8a], [0x92, 0x98], [0xa0, 0xa6])) return [2, 1];
  return fail(`opcode ${opcode.toString(16)}`);
}

/** The same for vector instructions (prefix FD). */
function vectorEffect(opcode: number): readonly [number, number] {
  if (opcode === 12) return [0, 1];
  if (opcode === 11 || within(opcode, [88, 91])) return [2, 0];
  if (opcode === 82) return [3, 1];
  const unary = within(
    opcode,
    ...([
      [0, 10],
      [15, 22],
      [24, 25],
      [27, 27],
      [29, 29],
      [31, 31],
      [33, 33],
      [77, 77],
      [83, 83],
      [92, 100],
      [103, 106],
      [116, 117],
      [122, 122],
      [124, 129],
      [131, 132],
      [135, 138],
      [148, 148],
      [160, 164],
      [167, 170],
      [192, 196],
      [199, 202],
      [224, 227],
      [236, 239],
      [248, 255],
    ] as const),
  );
  return unary ? [1, 1] : [2, 1];
}

/** Reads a memory immediate and returns its offset. */
function memoryOffset(reader: Reader): number {
  reader.leb();
  return reader.leb();
}

function readInstruction(
  reader: Reader,
  typeOf: (functionIndex: number) => FunctionType,
): Omit<WasmInstruction, 'bytes'> {
  const opcode = reader.byte();
  const make = (immediate: number, pops: number, pushes: number): Omit<WasmInstruction, 'bytes'> => ({
    opcode,
    immediate,
    pops,
    pushes,
  });
  switch (opcode) {
    case 0x00:
    case 0x0f:
      return make(0, 0, 0);
    case 0x02:
    case 0x03:
    case 0x04:
      return make(reader.byte(), opcode === 0x04 ? 1 : 0, 0);
    case 0x05:
    case 0x0b:
      return make(0, 0, 0);
    case 0x0c:
      return make(reader.leb(), 0, 0);
    case 0x0d:
      return make(reader.leb(), 1, 0);
    case 0x10: {
      const index = reader.leb();
      const type = typeOf(index);
      return make(index, type.parameters.length, type.results.length);
    }
    case 0x1a:
      return make(0, 1, 0);
    case 0x1b:
      return make(0, 3, 1);
    case 0x1c:
      if (reader.leb() !== 1) fail('a select of several values');
      reader.byte();
      return make(0, 3, 1);
    case 0x20:
    case 0x23:
      return make(reader.leb(), 0, 1);
    case 0x21:
    case 0x24:
      return make(reader.leb(), 1, 0);
    case 0x22:
      return make(reader.leb(), 1, 1);
    case 0x41:
      return make(reader.leb(true), 0, 1);
    case 0x42:
      reader.leb(true);
      return make(0, 0, 1);
    case 0x43:
    case 0x44:
      reader.at += opcode === 0x43 ? 4 : 8;
      return make(0, 0, 1);
    case 0xfc: {
      const sub = reader.leb();
      if (sub > 7) fail(`bulk memory instruction ${sub}`);
      return { opcode: 0xfc0000 | sub, immediate: 0, pops: 1, pushes: 1 };
    }
    case 0xfd: {
      const sub = reader.leb();
      let immediate = 0;
      if (sub <= 11 || sub === 92 || sub === 93) immediate = memoryOffset(reader);
      else if (sub === 12 || sub === 13) reader.at += 16;
      else if (within(sub, [21, 34])) reader.byte();
      else if (within(sub, [84, 91])) {
        immediate = memoryOffset(reader);
        reader.byte();
      }
      const [pops, pushes] = vectorEffect(sub);
      return { opcode: 0xfd0000 | sub, immediate, pops, pushes };
    }
  }
  const immediate = within(opcode, [0x28, 0x3e]) ? memoryOffset(reader) : 0;
  const [pops, pushes] = effect(opcode);
  return make(immediate, pops, pushes);
}

/** Parses a module. Throws when it holds what instruction bodies do not compile to. */
export function parseModule(bytes: Uint8Array): WasmModule {
  const types: FunctionType[] = [];
  const imports: string[] = [];
  const functionTypes: number[] = [];
  const exports = new Map<string, number>();
  const functions: WasmFunction[] = [];
  const globals: ValueType[] = [];
  const typeOf = (index: number): FunctionType =>
    types[functionTypes[index] ?? fail(`function ${index}`)] ?? fail('a type index out of range');
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const length = reader.leb();
    const end = reader.at + length;
    if (section === 1) {
      for (let left = reader.leb(); left > 0; left--) {
        if (reader.byte() !== 0x60) fail('a type that is no function type');
        const list = (): ValueType[] => Array.from({ length: reader.leb() }, () => reader.valueType());
        types.push({ parameters: list(), results: list() });
      }
    } else if (section === 2) {
      for (let left = reader.leb(); left > 0; left--) {
        const name = `${reader.name()}.${reader.name()}`;
        const kind = reader.byte();
        if (kind === 0) {
          functionTypes.push(reader.leb());
          imports.push(name);
        } else if (kind === 2) {
          const flags = reader.byte();
          reader.leb();
          if ((flags & 1) !== 0) reader.leb();
        } else fail(`import ${name}`);
      }
    } else if (section === 3) {
      for (let left = reader.leb(); left > 0; left--) functionTypes.push(reader.leb());
    } else if (section === 6) {
      for (let left = reader.leb(); left > 0; left--) {
        globals.push(reader.valueType());
        reader.byte();
        // The initial value, a constant expression.
        while (readInstruction(reader, typeOf).opcode !== 0x0b);
      }
    } else if (section === 7) {
      for (let left = reader.leb(); left > 0; left--) {
        const name = reader.name();
        const kind = reader.byte();
        const index = reader.leb();
        if (kind === 0) exports.set(name, index);
      }
    } else if (section === 10) {
      for (let left = reader.leb(); left > 0; left--) {
        const bodyLength = reader.leb();
        const bodyEnd = reader.at + bodyLength;
        const type = typeOf(imports.length + functions.length);
        const locals = [...type.parameters];
        for (let groups = reader.leb(); groups > 0; groups--) {
          const count = reader.leb();
          const valueType = reader.valueType();
          for (let i = 0; i < count; i++) locals.push(valueType);
        }
        const instructions: WasmInstruction[] = [];
        let unknown: unknown;
        while (reader.at < bodyEnd) {
          const start = reader.at;
          try {
            const instruction = readInstruction(reader, typeOf);
            instructions.push({ ...instruction, bytes: bytes.slice(start, reader.at) });
          } catch (error) {
            // A function that is no template may contain anything.
            unknown = error;
            break;
          }
        }
        reader.at = bodyEnd;
        functions.push({
          locals,
          parameters: type.parameters.length,
          results: type.results,
          instructions: unknown === undefined ? instructions : [],
        });
      }
    }
    reader.at = end;
  }
  return { imports, functions, globals, exports };
}
