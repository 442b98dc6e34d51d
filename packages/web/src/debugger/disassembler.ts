/**
 * Instruction bytes as text, by iced-x86 in NASM's spelling, as the command line tool shows them. The library is made
 * for Node: the build turns its CommonJS into a module that takes its Wasm as compiled by us (`vite.iced.ts`).
 */

import type { Disassembler } from '@longmode/machine';
import * as library from 'iced-x86';
import icedWasmUrl from 'iced-x86/iced_x86_bg.wasm?url';

/** What the build makes of the package. */
interface BrowserLibrary {
  readonly iced: typeof import('iced-x86');
  initialize(module: WebAssembly.Module): Promise<void>;
}

/** Fetches and compiles the library. */
export async function loadDisassembler(): Promise<Disassembler> {
  const response = await fetch(new URL(icedWasmUrl, import.meta.url));
  const module = await WebAssembly.compile(await response.arrayBuffer());
  const { iced, initialize } = library as unknown as BrowserLibrary;
  await initialize(module);
  const { Decoder, DecoderOptions, Formatter, FormatterSyntax } = iced;
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
      return { text: formatter.format(instruction), lengthBytes: instruction.length };
    } finally {
      instruction.free();
      decoder.free();
    }
  };
}
