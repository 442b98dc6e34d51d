/** Decoder of one function body: local declarations and instructions (Core Specification 5.4). */
import { CompileError } from '../errors.ts';
import type { ByteReader } from './byte-reader.ts';
import { valueTypeName } from './decode.ts';
import type { FunctionSignature, Instruction, ValueType } from './module.ts';
import { describeUnsupportedOpcode, OPCODES, PREFIX_FC } from './opcodes.ts';

/** Who is being decoded, for error messages. */
export interface NamesForErrors {
  readonly name: string;
  /** `file:line:column` of a byte offset, if a source map knows it. */
  readonly locate: (offset: number) => string | undefined;
}

const NO_LABELS: readonly number[] = [];

/** Decodes locals and instructions up to the end of the body. @throws CompileError for unsupported instructions */
export function decodeBody(
  reader: ByteReader,
  signature: FunctionSignature,
  context: NamesForErrors,
): { locals: ValueType[]; instructions: Instruction[] } {
  const refuse = (what: string, offset: number): never => {
    const place = context.locate(offset);
    throw new CompileError(
      'unsupported',
      `function ${context.name}${place === undefined ? ` (module offset ${offset})` : ` at ${place}`} uses ${what}`,
    );
  };
  const valueType = (byte: number, what: string, offset: number): ValueType => {
    const name = valueTypeName(byte);
    return name === 'i32' || name === 'i64'
      ? name
      : refuse(`${what} of type ${name}; only i32 and i64 exist here`, offset);
  };

  const locals: ValueType[] = [...signature.parameters];
  for (let groups = reader.u32(); groups > 0; groups--) {
    const offset = reader.position;
    const count = reader.u32();
    // The engine's own limit; keeps a hostile module from filling the host's memory.
    if (locals.length + count > 50_000) refuse(`${locals.length + count} locals; at most 50000 are supported`, offset);
    const type = valueType(reader.byte(), 'a local variable', offset);
    for (let i = 0; i < count; i++) locals.push(type);
  }

  const instructions: Instruction[] = [];
  while (!reader.done) {
    const offset = reader.position;
    const first = reader.byte();
    const code = first === 0xfc ? PREFIX_FC + reader.u32() : first;
    const opcode = OPCODES.get(code);
    if (opcode === undefined) {
      const hex = code >= PREFIX_FC ? `0xfc ${code - PREFIX_FC}` : `0x${code.toString(16)}`;
      return refuse(`${describeUnsupportedOpcode(code)} (opcode ${hex}), which kernels compiled here cannot`, offset);
    }
    let index = 0;
    let value = 0n;
    let labels = NO_LABELS;
    let result: ValueType | undefined;
    switch (opcode.immediate) {
      case 'none':
        break;
      case 'blocktype': {
        const byte = reader.byte();
        if (byte === 0x40) break;
        if (byte < 0x40 || byte >= 0x80) refuse('a block with parameters or several results', offset);
        result = valueType(byte, 'a block result', offset);
        break;
      }
      case 'label':
      case 'function':
      case 'local':
      case 'global':
      case 'memory-index':
        index = reader.u32();
        break;
      case 'labels':
        labels = Array.from({ length: reader.u32() + 1 }, () => reader.u32());
        break;
      case 'signature-table':
        index = reader.u32();
        if (reader.u32() !== 0) refuse('a second table', offset);
        break;
      case 'memory-argument':
        reader.u32(); // alignment is a hint
        index = reader.u32();
        break;
      case 'two-memory-indices':
        reader.u32();
        reader.u32();
        break;
      case 'i32':
        index = reader.s32() >>> 0;
        break;
      case 'i64':
        value = BigInt.asUintN(64, reader.s64());
        break;
      case 'valtypes':
        for (let count = reader.u32(); count > 0; count--) valueType(reader.byte(), 'a select', offset);
        break;
    }
    instructions.push({ opcode, offset, index, value, labels, result });
  }
  return { locals, instructions };
}
