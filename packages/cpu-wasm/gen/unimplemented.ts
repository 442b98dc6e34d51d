/**
 * Opcodes that the manual defines and this core does not have yet: vector instructions that compute with floating point
 * (SDM Vol. 2D appendix A). Executing one ends the run with its bytes, although a processor with our CPUID would raise #UD:
 * a kernel that was compiled for SSE must learn that, and not look for its mistake in its #UD handler.
 */

/** Vector instructions that compute with floating point: conversions, comparisons, arithmetic. */
const FLOAT_0F = [
  [0x2a, 0x2a],
  [0x2c, 0x2f],
  [0x51, 0x53],
  [0x58, 0x5f],
  [0x7c, 0x7d],
  [0xc2, 0xc2],
  [0xd0, 0xd0],
  [0xe6, 0xe6],
] as const;

/** Inclusive ranges of last opcode bytes by map. */
export const unimplementedOpcodes: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  LEGACY_0F: [...FLOAT_0F],
  LEGACY_0F3A: [
    [0x08, 0x0b],
    [0x40, 0x41],
  ],
  VEX_0F: [...FLOAT_0F],
  VEX_0F38: [
    [0x13, 0x13],
    [0x96, 0x9f],
    [0xa6, 0xaf],
    [0xb6, 0xbf],
  ],
  VEX_0F3A: [
    [0x08, 0x0b],
    [0x1d, 0x1d],
    [0x40, 0x41],
  ],
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
