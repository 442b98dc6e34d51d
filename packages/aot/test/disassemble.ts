/** iced-x86 as disassembler for tests. */
import iced from 'iced-x86';

/** One line per instruction, Intel syntax; `(bad)` for bytes that are none. */
export function disassemble(bytes: Uint8Array, address: number): string[] {
  const decoder = new iced.Decoder(64, bytes, iced.DecoderOptions.None);
  const formatter = new iced.Formatter(iced.FormatterSyntax.Intel);
  decoder.ip = BigInt(address);
  const lines: string[] = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    lines.push(instruction.isInvalid ? '(bad)' : formatter.format(instruction));
    instruction.free();
  }
  formatter.free();
  decoder.free();
  return lines;
}
