// A decoded instruction: 32 bytes in the block arena, made by decode.ts, executed by the dispatchers, read by the operand
// accessors. Register operands are addresses of the register (or of its part: AH is the address of RAX plus 1), so one body
// serves every register. A block is a header record followed by its instructions.
//
//   +0  op            u16  dispatch id (generated/dispatch.ts)
//   +2  length        u8   bytes of the instruction
//   +3  index         u8   number of instructions before this one in its block
//   +4  dst           u16  address of the first operand's register, or its number for segment, control and debug registers
//   +6  src           u16  the same for the second operand
//   +8  link          u32  branches: record that follows when taken (0: not yet known)
//   +8  third         u16  others: address of the third register operand
//   +8  low half of RIP u32, +12 opcode u16: x87 instructions (bits 0-10 as in FOP)
//   +10 vector        u8   vector and MMX instructions: see VECTOR_*
//   +12 imm           i32  immediate, sign-extended by its reader; branches: record that follows when not taken;
//                          a vector register named by the immediate or implied (XMM0): its address
//   +16 disp          i64  displacement; branch target; 64-bit immediate; second immediate
//   +24 base          u16  address of the base register or of `zero`
//   +26 index         u16  address of the index register or of `zero`
//   +28 scale         u8   shift of the index
//   +29 segment       u8   segment register of the memory operand (0-5)
//   +30 addressShift  u8   64 minus the address size: drops the bits above it
//   +31 prefixes      u8   see PREFIX_*
//
// Vector and MMX instructions place their operands by role: dst is the register that is written (or, in a store, read), src the
// first source (the register of VEX.vvvv; the destination, in legacy encodings), third the r/m register, imm the rest.
//
// Header record: op, +4 instruction count u16, +6 entries counted by the translator u16 (jit/notes.ts), +8 mode key u32, +12 next block of the frame u32, +16 RIP of the block u64,
// +24 physical frame number u32, +28 second frame (an instruction straddles) or 0xffffffff.

export const RECORD_BYTES: usize = 32;

export const OP: usize = 0;
export const LENGTH: usize = 2;
export const INDEX: usize = 3;
export const DST: usize = 4;
export const SRC: usize = 6;
export const LINK: usize = 8;
export const THIRD: usize = 8;
export const VECTOR: usize = 10;
export const IMM: usize = 12;
export const X87_RIP_LOW: usize = 8;
export const X87_OPCODE: usize = 12;
export const FALL_LINK: usize = 12;
export const DISP: usize = 16;
export const BASE_REGISTER: usize = 24;
export const INDEX_REGISTER: usize = 26;
export const SCALE: usize = 28;
export const SEGMENT: usize = 29;
export const ADDRESS_SHIFT: usize = 30;
export const PREFIXES: usize = 31;

export const BLOCK_COUNT: usize = 4;
export const BLOCK_ENTRIES: usize = 6;
export const BLOCK_MODE: usize = 8;
export const BLOCK_NEXT: usize = 12;
export const BLOCK_RIP: usize = 16;
export const BLOCK_FRAME: usize = 24;
export const BLOCK_SECOND_FRAME: usize = 28;
/** No second frame. */
export const NO_FRAME: u32 = 0xffffffff;

export const PREFIX_LOCK: u8 = 1;
export const PREFIX_REPE: u8 = 2;
export const PREFIX_REPNE: u8 = 4;
/** Operand size in effect was overridden to 16 bits (string instructions and stack forms read it). */
export const PREFIX_OPERAND_SIZE: u8 = 8;
/** REX.W was present. */
export const PREFIX_REX_W: u8 = 16;

/** The r/m operand is memory. */
export const VECTOR_MEMORY: u8 = 1;
/** Memory that is not aligned to the operand's size is #GP(0). */
export const VECTOR_ALIGNED: u8 = 2;
/** VEX: what lies above the result becomes 0. */
export const VECTOR_VEX: u8 = 4;
/** 256 bits. */
export const VECTOR_WIDE: u8 = 8;

/** A direct branch: LINK and FALL_LINK hold links (the top bit, see blocks.ts). */
export const PREFIX_LINKS: u8 = 0x80;

/** Header of the block that a record belongs to. */
@inline
export function headerOf(record: usize): usize {
  return record - ((<usize>load<u8>(record, INDEX) + 1) << 5);
}
