/**
 * Instruction bytes as text, by iced-x86 in NASM's spelling. The library is one megabyte of Wasm that only traces and
 * post mortems need, so it is loaded (synchronously: its callers are) when the first instruction is asked for.
 */
import { createRequire } from 'node:module';
import type { Disassembler } from '@longmode/machine';

type Iced = typeof import('iced-x86');

function load() {
  const { Decoder, DecoderOptions, Formatter, FormatterSyntax }: Iced = createRequire(import.meta.url)('iced-x86');
  const formatter = new Formatter(FormatterSyntax.Nasm);
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  formatter.uppercaseHex = false;
  formatter.branchLeadingZeros = false;
  return { Decoder, options: DecoderOptions.None, formatter };
}

let loaded: ReturnType<typeof load> | undefined;

/** Disassembles the instruction at the start of `bytes`; undefined if they are none. */
export const disassemble: Disassembler = (bytes, address, bits) => {
  const { Decoder, options, formatter } = (loaded ??= load());
  const decoder = new Decoder(bits, bytes, options);
  decoder.ip = address;
  const instruction = decoder.decode();
  try {
    if (instruction.isInvalid) return undefined;
    return { text: formatter.format(instruction), lengthBytes: instruction.length };
  } finally {
    instruction.free();
    decoder.free();
  }
};
