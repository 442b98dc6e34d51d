/**
 * Instruction bytes as text by iced-x86, in NASM's spelling: the one form in which every front end shows instructions. The library is
 * handed in, because it is large and each front end loads it in its own way and time.
 */
import type { Disassembler } from '../api.ts';

/** A decoded instruction of the library. Both must be freed: they live in its Wasm. */
interface IcedInstruction {
  readonly isInvalid: boolean;
  readonly length: number;
  free(): void;
}

/** What is needed of `iced-x86`. */
export interface Iced {
  readonly Decoder: new (
    bits: number,
    bytes: Uint8Array,
    options: number,
  ) => { ip: bigint; decode(): IcedInstruction; free(): void };
  readonly DecoderOptions: { readonly None: number };
  readonly Formatter: new (
    syntax: number,
  ) => {
    hexPrefix: string;
    hexSuffix: string;
    uppercaseHex: boolean;
    branchLeadingZeros: boolean;
    format(instruction: never): string;
  };
  readonly FormatterSyntax: { readonly Nasm: number };
}

/** Makes a disassembler of the loaded library. It disassembles the instruction at the start of the bytes. */
export function makeDisassembler({ Decoder, DecoderOptions, Formatter, FormatterSyntax }: Iced): Disassembler {
  const formatter = new Formatter(FormatterSyntax.Nasm);
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  formatter.uppercaseHex = false;
  formatter.branchLeadingZeros = false;
  return (bytes, address, bits) => {
    const decoder = new Decoder(bits, bytes, DecoderOptions.None);
    decoder.ip = address;
    const instruction = decoder.decode();
    try {
      if (instruction.isInvalid) return undefined;
      return { text: formatter.format(instruction as never), lengthBytes: instruction.length };
    } finally {
      instruction.free();
      decoder.free();
    }
  };
}
