/**
 * Segment, system and gate descriptors (SDM Vol. 3A 3.4.5, 3.5, 6.11, 6.14, 7.2). A decoder and an encoder for each form.
 *
 * ```
 *  segment descriptor, high doubleword                        low doubleword
 *  31    24 23 22 21 20 19   16 15 14 13 12 11  8 7      0    31         16 15         0
 *  | base  | G |D/B| L |AVL| limit | P | DPL | S | type | base |   | base 15:0  | limit 15:0 |
 * ```
 */

/** Fields of a selector (SDM Vol. 3A 3.4.2). */
export const SELECTOR = { RPL: 3, TI: 4, INDEX: 0xfff8 } as const;

/** Type field of code and data segments (S = 1; SDM Vol. 3A table 3-1). */
export const SEGMENT_TYPE = {
  ACCESSED: 1 << 0,
  /** Data: writable. Code: readable. */
  WRITABLE: 1 << 1,
  READABLE: 1 << 1,
  /** Data: grows down. Code: conforming. */
  EXPAND_DOWN: 1 << 2,
  CONFORMING: 1 << 2,
  CODE: 1 << 3,
} as const;

/** Type field of system segments and gates (S = 0; SDM Vol. 3A table 3-2). In IA-32e mode only 2, 9, B, C, E, F exist. */
export const SYSTEM_TYPE = {
  TSS16_AVAILABLE: 0x1,
  LDT: 0x2,
  TSS16_BUSY: 0x3,
  CALL_GATE16: 0x4,
  TASK_GATE: 0x5,
  INTERRUPT_GATE16: 0x6,
  TRAP_GATE16: 0x7,
  TSS_AVAILABLE: 0x9,
  TSS_BUSY: 0xb,
  CALL_GATE: 0xc,
  INTERRUPT_GATE: 0xe,
  TRAP_GATE: 0xf,
} as const;

/** Access rights as in bits 23:8 of the high doubleword, the form in which processors cache them. */
export const ACCESS = {
  TYPE: 0xf,
  S: 1 << 4,
  DPL: 3 << 5,
  DPL_SHIFT: 5,
  P: 1 << 7,
  AVL: 1 << 12,
  L: 1 << 13,
  DB: 1 << 14,
  G: 1 << 15,
} as const;

/** Offsets in the 64-bit TSS (SDM Vol. 3A figure 7-11). */
export const TSS64 = { RSP0: 0x04, RSP1: 0x0c, RSP2: 0x14, IST1: 0x24, IO_MAP_BASE: 0x66, BYTES: 0x68 } as const;

/** Offsets in the 32-bit TSS (SDM Vol. 3A figure 7-2). */
export const TSS32 = {
  LINK: 0x00,
  ESP0: 0x04,
  SS0: 0x08,
  ESP1: 0x0c,
  SS1: 0x10,
  ESP2: 0x14,
  SS2: 0x18,
  CR3: 0x1c,
  EIP: 0x20,
  EFLAGS: 0x24,
  EAX: 0x28,
  ES: 0x48,
  LDT: 0x60,
  TRAP: 0x64,
  IO_MAP_BASE: 0x66,
  BYTES: 0x68,
} as const;

/** A code, data or system segment, taken apart. */
export interface SegmentDescriptor {
  readonly base: bigint;
  /** Last legal offset, after scaling by G. */
  readonly limit: number;
  readonly type: number;
  /** S: true for code and data, false for system segments and gates. */
  readonly isCodeOrData: boolean;
  readonly dpl: number;
  readonly present: boolean;
  readonly available: boolean;
  /** L: 64-bit code. */
  readonly long: boolean;
  /** D/B: 32-bit default. */
  readonly big: boolean;
  /** G: the limit counts 4 KiB units. */
  readonly granular: boolean;
}

/**
 * Takes a segment descriptor apart.
 * @param low the 8 bytes of the descriptor as a little-endian number.
 * @param high the next 8 bytes, for system descriptors of IA-32e mode: bits 63:32 of the base are in its low half.
 */
export function decodeSegmentDescriptor(low: bigint, high = 0n): SegmentDescriptor {
  const field = (shift: number, mask: number) => Number((low >> BigInt(shift)) & BigInt(mask));
  const granular = field(55, 1) === 1;
  const rawLimit = field(0, 0xffff) + field(48, 0xf) * 0x10000;
  return {
    base: BigInt(field(16, 0xffffff)) | (BigInt(field(56, 0xff)) << 24n) | (BigInt.asUintN(32, high) << 32n),
    limit: granular ? rawLimit * 4096 + 4095 : rawLimit,
    type: field(40, 0xf),
    isCodeOrData: field(44, 1) === 1,
    dpl: field(45, 3),
    present: field(47, 1) === 1,
    available: field(52, 1) === 1,
    long: field(53, 1) === 1,
    big: field(54, 1) === 1,
    granular,
  };
}

/**
 * Puts a segment descriptor together.
 * @returns the 8 bytes as a number, and the following 8 bytes (needed by system descriptors of IA-32e mode only).
 * @throws RangeError when the limit cannot be expressed: above 0xFFFFF it needs `granular` and must end in 0xFFF.
 */
export function encodeSegmentDescriptor(descriptor: SegmentDescriptor): {
  readonly low: bigint;
  readonly high: bigint;
} {
  const { base, limit, type, isCodeOrData, dpl, present, available, long, big, granular } = descriptor;
  const rawLimit = granular ? (limit - 4095) / 4096 : limit;
  if (!Number.isInteger(rawLimit) || rawLimit < 0 || rawLimit > 0xfffff)
    throw new RangeError(
      `segment limit 0x${limit.toString(16)} cannot be expressed ${granular ? 'in 4 KiB units' : 'in bytes'}`,
    );
  const bit = (flag: boolean, shift: bigint) => (flag ? 1n << shift : 0n);
  const low =
    BigInt(rawLimit & 0xffff) |
    (BigInt.asUintN(24, base) << 16n) |
    (BigInt(type) << 40n) |
    bit(isCodeOrData, 44n) |
    (BigInt(dpl) << 45n) |
    bit(present, 47n) |
    (BigInt(rawLimit >> 16) << 48n) |
    bit(available, 52n) |
    bit(long, 53n) |
    bit(big, 54n) |
    bit(granular, 55n) |
    (BigInt.asUintN(8, base >> 24n) << 56n);
  return { low, high: BigInt.asUintN(32, base >> 32n) };
}

/** A call, interrupt, trap or task gate, taken apart. */
export interface GateDescriptor {
  readonly selector: number;
  readonly offset: bigint;
  readonly type: number;
  readonly dpl: number;
  readonly present: boolean;
  /** Interrupt stack table index, IA-32e mode only. */
  readonly ist: number;
  /** Parameter count of a 32-bit call gate. */
  readonly parameterCount: number;
}

/**
 * Takes a gate apart (SDM Vol. 3A figures 6-2, 6-8).
 * @param low the first 8 bytes; @param high the next 8 bytes in IA-32e mode, where gates have 16 bytes.
 */
export function decodeGateDescriptor(low: bigint, high = 0n): GateDescriptor {
  const field = (shift: number, mask: number) => Number((low >> BigInt(shift)) & BigInt(mask));
  return {
    selector: field(16, 0xffff),
    offset: BigInt(field(0, 0xffff)) | (BigInt(field(48, 0xffff)) << 16n) | (BigInt.asUintN(32, high) << 32n),
    type: field(40, 0xf),
    dpl: field(45, 3),
    present: field(47, 1) === 1,
    ist: field(32, 7),
    parameterCount: field(32, 31),
  };
}

/** Puts a gate together: its first 8 bytes, and the next 8 for IA-32e mode. `parameterCount` is ignored when `ist` is set. */
export function encodeGateDescriptor(gate: GateDescriptor): { readonly low: bigint; readonly high: bigint } {
  const { selector, offset, type, dpl, present, ist, parameterCount } = gate;
  const low =
    BigInt.asUintN(16, offset) |
    (BigInt(selector & 0xffff) << 16n) |
    (BigInt(ist === 0 ? parameterCount & 31 : ist & 7) << 32n) |
    (BigInt(type & 15) << 40n) |
    (BigInt(dpl & 3) << 45n) |
    (present ? 1n << 47n : 0n) |
    (BigInt.asUintN(16, offset >> 16n) << 48n);
  return { low, high: BigInt.asUintN(32, offset >> 32n) };
}
