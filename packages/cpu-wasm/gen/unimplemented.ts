/**
 * Opcodes that the manual defines and this core does not have yet: x87, MMX, SSE, AVX and the state that belongs to them
 * (SDM Vol. 2D appendix A). Executing one ends the run with its bytes, although a processor with our CPUID would raise #UD:
 * a kernel that was compiled for SSE must learn that, and not look for its mistake in its #UD handler.
 */

/** Inclusive ranges of last opcode bytes by map. */
export const unimplementedOpcodes: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  LEGACY_0F: [
    [0x10, 0x17],
    [0x28, 0x2f],
    [0x50, 0x77],
    [0x7c, 0x7f],
    [0xae, 0xae],
    [0xc2, 0xc2],
    [0xc4, 0xc6],
    [0xd0, 0xfe],
  ],
  LEGACY_0F38: [
    [0x00, 0x0b],
    [0x10, 0x10],
    [0x14, 0x15],
    [0x17, 0x17],
    [0x1c, 0x1e],
    [0x20, 0x25],
    [0x28, 0x2b],
    [0x30, 0x41],
    [0xc8, 0xcd],
    [0xdb, 0xdf],
  ],
  LEGACY_0F3A: [
    [0x08, 0x0f],
    [0x14, 0x17],
    [0x20, 0x22],
    [0x40, 0x42],
    [0x44, 0x44],
    [0x60, 0x63],
    [0xcc, 0xcc],
    [0xdf, 0xdf],
  ],
  VEX_0F: [[0x10, 0xfe]],
  VEX_0F38: [[0x00, 0xf1]],
  VEX_0F3A: [[0x00, 0xef]],
};

/** The ranges of one map as a bitmap of 256 bits. */
export function unimplementedBitmap(map: string): number[] {
  const bytes: number[] = new Array(32).fill(0);
  for (const [first, last] of unimplementedOpcodes[map] ?? []) {
    for (let opcode = first; opcode <= last; opcode++)
      bytes[opcode >> 3] = (bytes[opcode >> 3] ?? 0) | (1 << (opcode & 7));
  }
  return bytes;
}
