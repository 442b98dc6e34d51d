// The decoder: bytes at RIP become records (record.ts). It knows prefixes, REX, VEX, ModRM, SIB, displacements and immediates
// (SDM Vol. 2A chapter 2) in 16, 32 and 64-bit code; which bytes mean which instruction comes from the instruction table
// through generated/decode-tables.ts. Every sequence of bytes becomes something: an instruction, #UD, #GP (longer than 15
// bytes, privilege) or, for rows without a body, the host error "unimplemented".
//
// An entry of the generated table, 24 bytes:
//   +0 ModRM use (0 none, 1 reg, 2 digit, 3 fixed byte)  +1 digit or byte  +2 mod (0 any, 1 register, 2 memory)
//   +3 prefix rule (0 any, 1 NP, 2 NFx, 3 66, 4 F2, 5 F3)  +4 REX.W (0 free, 1 must be 0, 2 must be 1)  +5 REX.B likewise
//   +6 mode (1 not in 64-bit, 2 only in 64-bit, 4 protected only)  +7 size (0 normal, 1 d64, 2 f64)
//   +8 ENTRY_* bits  +9 unused  +10..13 operands (OPERAND_*)  +14 forms (1, or 3: register, flat memory, memory)
//   +15 sizes (1, or 3: 16, 32, 64)  +16 u32 index of its operations: [size][form]
//   +20 bits for the record's vector byte, and VSIB (16)  +21 extended state (0 none, 1 x87, 2 MMX, 3 SSE, 4 AVX)
//   +22 VEX.L (0 free, 1 must be 0, 2 must be 1)  +23 number of its set of CPUID features

import { DENIED_FEATURES, FETCH_BUFFER, PAGE_BYTES, ramBase, ramBytes } from './layout';
import {
  LEGACY_0F,
  LEGACY_0F38,
  LEGACY_0F3A,
  LEGACY_ONE,
  OPERATIONS,
  ENTRIES,
  VEX_0F,
  VEX_0F38,
  VEX_0F3A,
} from './generated/decode-tables';
import {
  OP_DEVICE_NOT_AVAILABLE,
  OP_GENERAL_PROTECTION,
  OP_LIMIT,
  OP_UNDEFINED,
  OP_UNIMPLEMENTED,
} from './generated/operations';
import { CpuState, STATE, cpu } from './generated/state';
import { MAX_BLOCK_INSTRUCTIONS, frameForFetch } from './blocks';
import {
  MODE_32,
  MODE_64,
  MODE_AVX,
  MODE_EMULATION,
  MODE_FLAT_SHIFT,
  MODE_PROTECTED,
  MODE_SIZE_MASK,
  MODE_SSE,
  MODE_TASK_SWITCHED,
  MODE_VIRTUAL_8086,
} from './mode';
import {
  ADDRESS_SHIFT,
  BASE_REGISTER,
  BLOCK_COUNT,
  BLOCK_SECOND_FRAME,
  DISP,
  DST,
  IMM,
  INDEX,
  INDEX_REGISTER,
  LENGTH,
  NO_FRAME,
  PREFIXES,
  PREFIX_LINKS,
  PREFIX_LOCK,
  PREFIX_OPERAND_SIZE,
  PREFIX_REPE,
  PREFIX_REPNE,
  PREFIX_REX_W,
  RECORD_BYTES,
  SCALE,
  SEGMENT,
  SRC,
  THIRD,
  VECTOR,
  VECTOR_MEMORY,
  X87_OPCODE,
  X87_RIP_LOW,
} from './record';
import { DS, FS, GS, SS } from './segment';

const ENTRY_BYTES: usize = 24;
const ENTRY_LOCK: u8 = 1;
const ENTRY_CPL0: u8 = 2;
const ENTRY_ENDS_BLOCK: u8 = 4;
const ENTRY_LINKS: u8 = 8;
const ENTRY_LAST: u8 = 16;
const ENTRY_UNIMPLEMENTED: u8 = 32;
const ENTRY_CPL0_UNDEFINED: u8 = 64; // above CPL 0 #UD instead of #GP(0)

// Operand codes; gen/decode-tables.ts has the same list.
const OPERAND_NONE: u8 = 0;
const OPERAND_E_BYTE: u8 = 1;
const OPERAND_E: u8 = 2;
const OPERAND_G_BYTE: u8 = 3;
const OPERAND_G: u8 = 4;
const OPERAND_Z_BYTE: u8 = 5;
const OPERAND_Z: u8 = 6;
const OPERAND_B: u8 = 7;
const OPERAND_NUMBER_REG: u8 = 8; // control or debug register in ModRM.reg, as a number
const OPERAND_IMMEDIATE_BYTE: u8 = 9;
const OPERAND_IMMEDIATE_SIGNED_BYTE: u8 = 10;
const OPERAND_IMMEDIATE_WORD: u8 = 11;
const OPERAND_IMMEDIATE_Z: u8 = 12;
const OPERAND_IMMEDIATE_V: u8 = 13;
const OPERAND_IMMEDIATE_DWORD: u8 = 14;
const OPERAND_RELATIVE_BYTE: u8 = 15;
const OPERAND_RELATIVE_Z: u8 = 16;
const OPERAND_FAR_POINTER: u8 = 17;
const OPERAND_OFFSET: u8 = 18;
const OPERAND_STRING: u8 = 19;
const OPERAND_ACCUMULATOR: u8 = 20;
const OPERAND_CL: u8 = 21;
const OPERAND_DX: u8 = 22;
const OPERAND_ONE: u8 = 23;
const OPERAND_SEGMENT_FIRST: u8 = 24; // ES CS SS DS FS GS
const OPERAND_SEGMENT_REG: u8 = 30; // segment register in ModRM.reg, as a number
const OPERAND_V: u8 = 31; // vector register in ModRM.reg
const OPERAND_W: u8 = 32; // vector register in ModRM.r/m, or memory
const OPERAND_H: u8 = 33; // vector register in VEX.vvvv
const OPERAND_L: u8 = 34; // vector register in the immediate byte
const OPERAND_P: u8 = 35; // MMX register in ModRM.reg
const OPERAND_Q: u8 = 36; // MMX register in ModRM.r/m, or memory
const OPERAND_XMM0: u8 = 37;
const OPERAND_GAP: u8 = 38;

/** Values of DENIED_FEATURES: LAHF and SAHF may be missing in 64-bit mode alone. */
const DENIED: u8 = 1;
const DENIED_IN_64_BIT_MODE: u8 = 2;

const ENTRY_VSIB: u8 = 16;
const STATE_X87: u8 = 1;
const STATE_MMX: u8 = 2;
const STATE_SSE: u8 = 3;
const STATE_AVX: u8 = 4;
const OPERAND_X87: u8 = 39; // a register of the x87 stack: its number is in the opcode

const GPR: usize = STATE;
const ZERO: u16 = <u16>(GPR + offsetof<CpuState>('zero'));
const XMM: usize = GPR + offsetof<CpuState>('xmm0Low');
const MM: usize = GPR + offsetof<CpuState>('x87Significand0');

// What the decoder reads: up to 15 bytes of one instruction in the fetch buffer.
let at: usize = 0;
let available: usize = 0;
/** 0 = fine; else the byte at `available` is missing. */
let missing: u32 = 0;

// Legacy prefixes and REX of the instruction.
let hasOperandSize: bool = false;
let hasAddressSize: bool = false;
let hasLock: bool = false;
let repeat: u8 = 0; // 0, 0xf2 or 0xf3
let segmentOverride: i32 = -1;
let rex: u8 = 0;
let hasRex: bool = false;
// ModRM
let modRm: u8 = 0;
let hasModRm: bool = false;
let operandSize: u32 = 0;
let addressSize: u32 = 0;
let vexRegister: u32 = 0;
let isVex: bool = false;
/** Opcodes D8 to DF of the one-byte map. */
let isX87: bool = false;
/** A RIP-relative displacement waits for the address behind the instruction. */
let ripRelative: bool = false;

const FETCH_OK: u32 = 0;
const FETCH_NEEDS_PAGE: u32 = 1;

@inline
function mode(): u32 {
  return cpu.modeKey & MODE_SIZE_MASK;
}

function byte(): u8 {
  if (at >= available) {
    missing = FETCH_NEEDS_PAGE;
    return 0;
  }
  return load<u8>(FETCH_BUFFER + at++);
}

function word(): u32 {
  const low = <u32>byte();
  return low | ((<u32>byte()) << 8);
}

function doubleWord(): u32 {
  const low = word();
  return low | (word() << 16);
}

function quadWord(): u64 {
  const low = <u64>doubleWord();
  return low | ((<u64>doubleWord()) << 32);
}

/** Copies code bytes of a frame behind those already in the fetch buffer. */
function fetch(to: usize, frame: u32, offset: u32, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i++) {
    const physical = ((<u64>frame) << 12) + offset + i;
    // What no RAM answers reads as all ones.
    store<u8>(FETCH_BUFFER + to + i, physical < <u64>ramBytes ? load<u8>(ramBase + <usize>physical) : 0xff);
  }
}

/**
 * Decodes the block at `rip` into records from `header` on. Returns the address behind its closing record. May raise the
 * page fault of a first instruction that reaches into the next page.
 */
export function decodeBlock(header: usize, rip: u64, linear: u64, frame: u32): usize {
  let record = header + RECORD_BYTES;
  let count: u32 = 0;
  let here = rip;
  let offset = (<u32>linear) & (PAGE_BYTES - 1);
  store<u32>(header, NO_FRAME, BLOCK_SECOND_FRAME);
  while (count < MAX_BLOCK_INSTRUCTIONS && offset < PAGE_BYTES) {
    const left = PAGE_BYTES - offset;
    available = <usize>min<u32>(15, left);
    fetch(0, frame, offset, <u32>available);
    let ends = decodeInstruction(record, here);
    if (missing != 0 && available < 15) {
      // The instruction reaches into the next page. Only a block of its own may depend on that page.
      if (count != 0) break;
      const second = frameForFetch((linear & ~(<u64>(PAGE_BYTES - 1))) + PAGE_BYTES);
      store<u32>(header, second, BLOCK_SECOND_FRAME);
      fetch(available, second, 0, 15 - <u32>available);
      available = 15;
      ends = decodeInstruction(record, here);
    }
    if (missing != 0) {
      // More than 15 bytes (SDM Vol. 2A 2.3.11).
      clearRecord(record, OP_GENERAL_PROTECTION, 15);
      ends = true;
    }
    store<u8>(record, <u8>count, INDEX);
    const length = <u32>load<u8>(record, LENGTH);
    if ((cpu.modeKey & MODE_SIZE_MASK) != MODE_64 && here + length - 1 > <u64>cpu.csLimit) {
      clearRecord(record, OP_GENERAL_PROTECTION, <u8>length);
      store<u8>(record, <u8>count, INDEX);
      ends = true;
    }
    count++;
    record += RECORD_BYTES;
    here += length;
    offset += length;
    if (ends) break;
  }
  store<u16>(header, <u16>count, BLOCK_COUNT);
  memory.fill(record, 0, RECORD_BYTES);
  store<u16>(record, OP_LIMIT);
  store<u8>(record, <u8>count, INDEX);
  store<u64>(record, here, DISP);
  return record + RECORD_BYTES;
}

/** Decodes the 15 bytes in the fetch buffer into one record; more would be #GP(0). */
export function decodeLone(record: usize): void {
  available = 15;
  decodeInstruction(record, cpu.rip);
  if (missing != 0) clearRecord(record, OP_GENERAL_PROTECTION, 15);
}

function clearRecord(record: usize, op: u32, length: u8): void {
  memory.fill(record, 0, RECORD_BYTES);
  store<u16>(record, <u16>op);
  store<u8>(record, length, LENGTH);
  store<u16>(record, ZERO, BASE_REGISTER);
  store<u16>(record, ZERO, INDEX_REGISTER);
  store<u8>(record, <u8>SS, SEGMENT);
}

/** Decodes one instruction. Returns true when it ends its block. `missing` tells that the bytes did not suffice. */
function decodeInstruction(record: usize, rip: u64): bool {
  at = 0;
  missing = FETCH_OK;
  hasOperandSize = false;
  hasAddressSize = false;
  hasLock = false;
  repeat = 0;
  segmentOverride = -1;
  rex = 0;
  hasRex = false;
  hasModRm = false;
  isVex = false;
  vexRegister = 0;
  ripRelative = false;

  let opcode = prefixes();
  let map = LEGACY_ONE;
  let prefixRule: u8 = repeat == 0xf3 ? 5 : repeat == 0xf2 ? 4 : hasOperandSize ? 3 : 0;
  if ((opcode == 0xc4 || opcode == 0xc5) && isVexPrefix()) {
    // LOCK, 66, F2, F3 and REX before VEX are #UD, and real and virtual-8086 mode have no VEX (SDM Vol. 2A 2.3.2).
    const isBad =
      hasLock ||
      hasOperandSize ||
      repeat != 0 ||
      hasRex ||
      (cpu.modeKey & (MODE_PROTECTED | MODE_VIRTUAL_8086)) != MODE_PROTECTED;
    map = vex(opcode);
    prefixRule = vexPrefixRule;
    opcode = byte();
    if (missing != 0) return false;
    if (isBad || map == 0) return undefined(record);
  } else if (opcode == 0x0f) {
    opcode = byte();
    map = LEGACY_0F;
    if (opcode == 0x38) {
      opcode = byte();
      map = LEGACY_0F38;
    } else if (opcode == 0x3a) {
      opcode = byte();
      map = LEGACY_0F3A;
    }
  }
  if (missing != 0) return false;
  const entry = select(map, opcode, prefixRule);
  if (missing != 0) return false;
  if (entry == 0) return undefined(record);
  isX87 = map == LEGACY_ONE && (opcode & 0xf8) == 0xd8;
  return fill(record, rip, entry, opcode);
}

function undefined(record: usize): bool {
  clearRecord(record, OP_UNDEFINED, <u8>at);
  return true;
}

/** Reads the prefixes; returns the first byte that is none. REX counts only directly before the opcode. */
function prefixes(): u8 {
  const is64 = mode() == MODE_64;
  while (true) {
    const value = byte();
    if (missing != 0) return 0;
    if (is64 && (value & 0xf0) == 0x40) {
      rex = value;
      hasRex = true;
      continue;
    }
    if (value == 0x66) hasOperandSize = true;
    else if (value == 0x67) hasAddressSize = true;
    else if (value == 0xf0) hasLock = true;
    else if (value == 0xf2 || value == 0xf3) repeat = value;
    else if (value == 0x26 || value == 0x2e || value == 0x36 || value == 0x3e) {
      // ES, CS, SS, DS: ignored in 64-bit mode.
      if (!is64) segmentOverride = (value >> 3) & 3;
    } else if (value == 0x64) segmentOverride = FS;
    else if (value == 0x65) segmentOverride = GS;
    else return value;
    rex = 0;
    hasRex = false;
  }
}

/** Outside 64-bit mode C4 and C5 are VEX only when the next byte has the form of a register ModRM (else LES, LDS). */
function isVexPrefix(): bool {
  if (mode() == MODE_64) return true;
  if (at >= available) {
    missing = FETCH_NEEDS_PAGE;
    return false;
  }
  return load<u8>(FETCH_BUFFER + at) >= 0xc0;
}

let vexPrefixRule: u8 = 0;
/** VEX.L: 256 bits. */
let vexLong: u8 = 0;

/** Reads the rest of a VEX prefix (SDM Vol. 2A 2.3.5); returns its opcode map, 0 = reserved. */
function vex(first: u8): usize {
  isVex = true;
  const second = byte();
  let last = second;
  let mapNumber: u32 = 1;
  // R, X, B are stored inverted; gather them as a REX byte.
  rex = (~second >> 5) & 4;
  if (first == 0xc4) {
    last = byte();
    mapNumber = second & 31;
    rex = (~second >> 5) & 7;
    if ((last & 0x80) != 0) rex |= 8;
  }
  // Outside 64-bit mode there are eight registers; VEX.W stays, where it is part of the opcode.
  if (mode() != MODE_64) rex &= 8;
  vexRegister = (~last >> 3) & 15;
  if (mode() != MODE_64) vexRegister &= 7;
  const pp = last & 3;
  vexPrefixRule = pp == 0 ? 0 : pp == 1 ? 3 : pp == 2 ? 5 : 4;
  vexLong = (last >> 2) & 1;
  return mapNumber == 1 ? VEX_0F : mapNumber == 2 ? VEX_0F38 : mapNumber == 3 ? VEX_0F3A : 0;
}

/** Finds the table entry for an opcode; reads ModRM when one of the candidates needs it. 0 = #UD. */
function select(map: usize, opcode: u8, prefixRule: u8): usize {
  const index = load<u16>(map + ((<usize>opcode) << 1));
  if (index == 0) return 0;
  let entry = ENTRIES + <usize>index * ENTRY_BYTES;
  const is64 = mode() == MODE_64;
  while (true) {
    if (matches(entry, prefixRule, is64)) return entry;
    if (missing != 0 || (load<u8>(entry, 8) & ENTRY_LAST) != 0) return 0;
    entry += ENTRY_BYTES;
  }
}

function matches(entry: usize, prefixRule: u8, is64: bool): bool {
  const modeBits = load<u8>(entry, 6);
  if ((modeBits & (is64 ? 1 : 2)) != 0) return false;
  const rule = load<u8>(entry, 3);
  if (rule == 1) {
    if (hasOperandSize || repeat != 0 || (isVex && prefixRule != 0)) return false;
  } else if (rule == 2) {
    if (repeat != 0) return false;
  } else if (rule != 0 && rule != prefixRule) return false;
  const rexW = load<u8>(entry, 4);
  if (rexW != 0 && rexW - 1 != ((rex >> 3) & 1)) return false;
  const rexB = load<u8>(entry, 5);
  if (rexB != 0 && rexB - 1 != (rex & 1)) return false;
  const denied = load<u8>(DENIED_FEATURES + load<u8>(entry, 23));
  if (denied == DENIED || (denied == DENIED_IN_64_BIT_MODE && is64)) return false;
  if (isVex) {
    const vexL = load<u8>(entry, 22);
    if (vexL != 0 && vexL - 1 != vexLong) return false;
  }
  const use = load<u8>(entry);
  if (use == 0) return true;
  if (!hasModRm) {
    modRm = byte();
    hasModRm = true;
    if (missing != 0) return false;
  }
  if (use == 3) return modRm == load<u8>(entry, 1);
  if (use == 2 && ((modRm >> 3) & 7) != load<u8>(entry, 1)) return false;
  const mod = load<u8>(entry, 2);
  return mod == 0 || (mod == 1) == modRm >= 0xc0;
}

/** Operand size in bytes that is in force for an entry (SDM Vol. 1 3.6.1, Vol. 2D A.2.5 for d64 and f64). */
function sizeOf(entry: usize): u32 {
  const rule = load<u8>(entry, 3);
  // A mandatory 66 is part of the opcode.
  const overrides = hasOperandSize && rule != 3;
  if (mode() == MODE_64) {
    const size = load<u8>(entry, 7);
    if (size == 2 || (rex & 8) != 0) return 8;
    if (overrides) return 2;
    return size == 1 ? 8 : 4;
  }
  return (mode() == MODE_32) != overrides ? 4 : 2;
}

function fill(record: usize, rip: u64, entry: usize, opcode: u8): bool {
  const bits = load<u8>(entry, 8);
  const isMemory = hasModRm && modRm < 0xc0;
  operandSize = isVex ? (mode() == MODE_64 && (rex & 8) != 0 ? 8 : 4) : sizeOf(entry);
  addressSize = mode() == MODE_64 ? (hasAddressSize ? 4 : 8) : (mode() == MODE_32) != hasAddressSize ? 4 : 2;

  memory.fill(record, 0, RECORD_BYTES);
  store<u16>(record, ZERO, BASE_REGISTER);
  store<u16>(record, ZERO, INDEX_REGISTER);
  store<u8>(record, <u8>(64 - (addressSize << 3)), ADDRESS_SHIFT);
  // Without a memory operand the only memory an instruction can touch is the stack, or a string or the table of XLAT (D7)
  // through DS.
  if (opcode == 0xd7) setSegment(record, DS);
  else store<u8>(record, <u8>SS, SEGMENT);

  const forms = load<u8>(entry, 14);
  // MOV to and from CRn and DRn take r/m as a register whatever mod says.
  const hasMemoryOperand = forms == 3 && (isMemory || !hasModRm);
  usesModCurrent = usesMod(entry);
  hasFirstImmediate = false;
  if (hasModRm && isMemory && usesModCurrent) memoryOperand(record);
  if (missing != 0) return false;
  const vectorBits = load<u8>(entry, 20);
  if ((vectorBits & ENTRY_VSIB) != 0 && !vectorIndex(record)) return undefined(record);

  let usesVexRegister = false;
  for (let place: u32 = 0; place < 4; place++) {
    const code = load<u8>(entry + place, 10);
    if (code == OPERAND_NONE) break;
    if (code == OPERAND_B || code == OPERAND_H) usesVexRegister = true;
    operand(record, place, code, opcode);
  }
  if (missing != 0) return false;
  if (isX87) {
    store<u32>(record, <u32>rip, X87_RIP_LOW);
    store<u16>(record, (((<u16>opcode) & 7) << 8) | (<u16>modRm), X87_OPCODE);
  }
  if (isVex && !usesVexRegister && vexRegister != 0) return undefined(record);

  const length = at;
  const nextRip = rip + length;
  finishRelative(record, entry, nextRip);
  if (ripRelative) store<u64>(record, nextRip + load<u64>(record, DISP), DISP);

  if (hasLock && !((bits & ENTRY_LOCK) != 0 && isMemory)) return undefined(record);
  if ((load<u8>(entry, 6) & 4) != 0 && (cpu.modeKey & (MODE_PROTECTED | MODE_VIRTUAL_8086)) != MODE_PROTECTED) {
    return undefined(record);
  }
  const unavailable = unavailableState(load<u8>(entry, 21));
  if (unavailable != 0) {
    clearRecord(record, unavailable, <u8>length);
    return true;
  }
  if (load<u8>(entry, 21) >= STATE_MMX) {
    store<u8>(record, (vectorBits & ~ENTRY_VSIB) | (isMemory ? VECTOR_MEMORY : 0), VECTOR);
  }
  let prefixBits: u8 = 0;
  if (hasLock) prefixBits |= PREFIX_LOCK;
  if (repeat == 0xf3) prefixBits |= PREFIX_REPE;
  if (repeat == 0xf2) prefixBits |= PREFIX_REPNE;
  if (hasOperandSize) prefixBits |= PREFIX_OPERAND_SIZE;
  // VEX.W outside 64-bit mode chooses no operand size.
  if ((rex & 8) != 0 && mode() == MODE_64) prefixBits |= PREFIX_REX_W;
  if ((bits & ENTRY_LINKS) != 0) prefixBits |= PREFIX_LINKS;
  store<u8>(record, prefixBits, PREFIXES);
  store<u8>(record, <u8>length, LENGTH);

  if ((bits & ENTRY_CPL0) != 0 && (cpu.modeKey & 0x30) != 0) {
    clearRecord(record, (bits & ENTRY_CPL0_UNDEFINED) != 0 ? OP_UNDEFINED : OP_GENERAL_PROTECTION, <u8>length);
    return true;
  }
  if ((bits & ENTRY_UNIMPLEMENTED) != 0) {
    store<u16>(record, OP_UNIMPLEMENTED);
    return true;
  }
  const sizes = load<u8>(entry, 15);
  const sizeIndex: u32 = sizes == 1 ? 0 : operandSize == 2 ? 0 : operandSize == 4 ? 1 : 2;
  let form: u32 = 0;
  if (hasMemoryOperand) {
    const flat = (cpu.modeKey >> (MODE_FLAT_SHIFT + load<u8>(record, SEGMENT))) & 1;
    form = flat != 0 ? 1 : 2;
  }
  const operation = load<u16>(OPERATIONS + ((<usize>load<u32>(entry, 16) + sizeIndex * forms + form) << 1));
  store<u16>(record, operation);
  if (operation == OP_UNIMPLEMENTED) return true;
  return (bits & ENTRY_ENDS_BLOCK) != 0;
}

/** #UD or #NM of an instruction whose extended state the control registers disable; 0 = it is enabled. */
function unavailableState(state: u8): u32 {
  const key = cpu.modeKey;
  const isEmulated = (key & MODE_EMULATION) != 0;
  const isSwitched = (key & MODE_TASK_SWITCHED) != 0;
  if (state == STATE_X87) return isEmulated || isSwitched ? OP_DEVICE_NOT_AVAILABLE : 0;
  if (state == STATE_MMX && isEmulated) return OP_UNDEFINED;
  if (state == STATE_SSE && (isEmulated || (key & MODE_SSE) == 0)) return OP_UNDEFINED;
  if (state == STATE_AVX && (key & MODE_AVX) == 0) return OP_UNDEFINED;
  return state != 0 && isSwitched ? OP_DEVICE_NOT_AVAILABLE : 0;
}

/** Makes the index of a SIB byte a vector register (SDM Vol. 2A 2.3.12); false when the registers are not allowed. */
function vectorIndex(record: usize): bool {
  if (addressSize == 2 || (modRm & 7) != 4) return false;
  store<u16>(record, vectorRegister(sibIndex), INDEX_REGISTER);
  store<u8>(record, sibScale, SCALE);
  // Destination, index and mask must differ (SDM Vol. 2A table 2-28, exceptions type 12).
  const destination = (((<u32>modRm) >> 3) & 7) | (((<u32>rex) & 4) << 1);
  return destination != vexRegister && destination != sibIndex && sibIndex != vexRegister;
}

/** Address of a vector register. */
@inline
function vectorRegister(number: u32): u16 {
  return <u16>(XMM + ((<usize>number) << 5));
}

/** False for the rows whose ModRM.mod is ignored (MOV CRn, DRn): one form, but a ModRM that may look like memory. */
@inline
function usesMod(entry: usize): bool {
  return load<u8>(entry, 9) == 0;
}

/** Address of a general register, or of its byte: AH CH DH BH without REX, SPL BPL SIL DIL with (SDM Vol. 2A 2.2.1.2). */
function registerAddress(number: u32, isByte: bool): u16 {
  if (isByte && !hasRex && !isVex && number >= 4 && number < 8) return <u16>(GPR + ((number - 4) << 3) + 1);
  return <u16>(GPR + (number << 3));
}

function place(record: usize, index: u32, value: u16): void {
  if (index == 0) store<u16>(record, value, DST);
  else if (index == 1) store<u16>(record, value, SRC);
  else store<u16>(record, value, THIRD);
}

function operand(record: usize, position: u32, code: u8, opcode: u8): void {
  // The generator has ordered the operands by place: 0 dst, 1 src, 2 third.
  const rexR: u32 = ((<u32>rex) & 4) << 1;
  const rexB: u32 = ((<u32>rex) & 1) << 3;
  if (code == OPERAND_E_BYTE || code == OPERAND_E) {
    if (modRm >= 0xc0 || !usesModCurrent) {
      place(record, position, registerAddress((modRm & 7) | rexB, code == OPERAND_E_BYTE));
    }
  } else if (code == OPERAND_G_BYTE || code == OPERAND_G) {
    place(record, position, registerAddress(((modRm >> 3) & 7) | rexR, code == OPERAND_G_BYTE));
  } else if (code == OPERAND_Z_BYTE || code == OPERAND_Z) {
    place(record, position, registerAddress((opcode & 7) | rexB, code == OPERAND_Z_BYTE));
  } else if (code == OPERAND_B) {
    place(record, position, registerAddress(vexRegister, false));
  } else if (code == OPERAND_NUMBER_REG) {
    place(record, position, <u16>(((modRm >> 3) & 7) | rexR));
  } else if (code == OPERAND_SEGMENT_REG) {
    // REX.R is ignored for segment registers (SDM Vol. 2A 2.2.1.2).
    place(record, position, <u16>((modRm >> 3) & 7));
  } else if (code == OPERAND_IMMEDIATE_BYTE) {
    immediate(record, position, <i64>byte());
  } else if (code == OPERAND_IMMEDIATE_SIGNED_BYTE || code == OPERAND_RELATIVE_BYTE) {
    immediate(record, position, <i64>(<i8>byte()));
  } else if (code == OPERAND_IMMEDIATE_WORD) {
    immediate(record, position, <i64>word());
  } else if (code == OPERAND_IMMEDIATE_DWORD) {
    immediate(record, position, <i64>(<i32>doubleWord()));
  } else if (code == OPERAND_IMMEDIATE_Z || code == OPERAND_RELATIVE_Z) {
    immediate(record, position, operandSize == 2 ? <i64>(<i16>word()) : <i64>(<i32>doubleWord()));
  } else if (code == OPERAND_IMMEDIATE_V) {
    if (operandSize == 8) store<u64>(record, quadWord(), DISP);
    else {
      const value = operandSize == 2 ? word() : doubleWord();
      store<u32>(record, value, IMM);
      store<u64>(record, <u64>value, DISP);
    }
  } else if (code == OPERAND_FAR_POINTER) {
    store<u64>(record, operandSize == 2 ? <u64>word() : <u64>doubleWord(), DISP);
    store<u32>(record, word(), IMM);
  } else if (code == OPERAND_OFFSET) {
    store<u64>(record, addressSize == 2 ? <u64>word() : addressSize == 4 ? <u64>doubleWord() : quadWord(), DISP);
    store<u8>(record, <u8>(segmentOverride >= 0 ? segmentOverride : DS), SEGMENT);
  } else if (code == OPERAND_STRING) {
    store<u8>(record, <u8>(segmentOverride >= 0 ? segmentOverride : DS), SEGMENT);
  } else if (code == OPERAND_ACCUMULATOR) {
    place(record, position, <u16>GPR);
  } else if (code == OPERAND_CL) {
    place(record, position, <u16>(GPR + 8));
  } else if (code == OPERAND_DX) {
    place(record, position, <u16>(GPR + 16));
  } else if (code == OPERAND_ONE) {
    store<i32>(record, 1, IMM);
  } else if (code == OPERAND_V) {
    place(record, position, vectorRegister(((modRm >> 3) & 7) | rexR));
  } else if (code == OPERAND_W) {
    if (modRm >= 0xc0) place(record, position, vectorRegister((modRm & 7) | rexB));
  } else if (code == OPERAND_H) {
    place(record, position, vectorRegister(vexRegister));
  } else if (code == OPERAND_L) {
    store<u32>(record, <u32>vectorRegister((byte() >> 4) & (mode() == MODE_64 ? 15 : 7)), IMM);
  } else if (code == OPERAND_P) {
    // REX bits do not reach MMX registers (SDM Vol. 2A 2.2.1.2).
    place(record, position, <u16>(MM + ((((<usize>modRm) >> 3) & 7) << 4)));
  } else if (code == OPERAND_Q) {
    if (modRm >= 0xc0) place(record, position, <u16>(MM + (((<usize>modRm) & 7) << 4)));
  } else if (code == OPERAND_XMM0) {
    store<u32>(record, <u32>XMM, IMM);
  } else if (code == OPERAND_GAP || code == OPERAND_X87) {
    return;
  } else if (code >= OPERAND_SEGMENT_FIRST) {
    place(record, position, <u16>(code - OPERAND_SEGMENT_FIRST));
  }
}

/** The first immediate goes to `imm`; a second one (ENTER) to `disp`. */
function immediate(record: usize, position: u32, value: i64): void {
  if (position == 1 && hasFirstImmediate) store<i64>(record, value, DISP);
  else store<i32>(record, <i32>value, IMM);
  hasFirstImmediate = true;
}

/** Index and scale of the last SIB byte. */
let sibIndex: u32 = 0;
let sibScale: u8 = 0;

let hasFirstImmediate: bool = false;
let usesModCurrent: bool = true;

/** Turns a relative displacement into the target RIP (SDM Vol. 2 Jcc: truncated to the operand size). */
function finishRelative(record: usize, entry: usize, nextRip: u64): void {
  const code = load<u8>(entry, 10);
  if (code != OPERAND_RELATIVE_BYTE && code != OPERAND_RELATIVE_Z) return;
  let target = nextRip + <u64>(<i64>load<i32>(record, IMM));
  if (operandSize == 4) target &= 0xffffffff;
  else if (operandSize == 2) target &= 0xffff;
  store<u64>(record, target, DISP);
  store<u32>(record, 0, IMM);
}

/** ModRM, SIB and displacement of a memory operand (SDM Vol. 2A tables 2-1 to 2-3). */
function memoryOperand(record: usize): void {
  if (addressSize == 2) memoryOperand16(record);
  else memoryOperand32(record);
}

function setBase(record: usize, number: u32): void {
  store<u16>(record, <u16>(GPR + (number << 3)), BASE_REGISTER);
}

function setIndex(record: usize, number: u32): void {
  store<u16>(record, <u16>(GPR + (number << 3)), INDEX_REGISTER);
}

function setSegment(record: usize, standard: u32): void {
  store<u8>(record, <u8>(segmentOverride >= 0 ? segmentOverride : standard), SEGMENT);
}

function memoryOperand16(record: usize): void {
  const mod = modRm >> 6;
  const rm = modRm & 7;
  const BX = 3;
  const BP = 5;
  const SI = 6;
  const DI = 7;
  let standard = DS;
  let displacement: i64 = 0;
  if (mod == 0 && rm == 6) {
    displacement = <i64>word();
  } else {
    if (rm == 0 || rm == 1 || rm == 7) setBase(record, BX);
    else if (rm == 2 || rm == 3 || rm == 6) {
      setBase(record, BP);
      standard = SS;
    } else setBase(record, rm == 4 ? SI : DI);
    if (rm == 0 || rm == 2) setIndex(record, SI);
    else if (rm == 1 || rm == 3) setIndex(record, DI);
    if (mod == 1) displacement = <i64>(<i8>byte());
    else if (mod == 2) displacement = <i64>(<i16>word());
  }
  store<i64>(record, displacement, DISP);
  setSegment(record, standard);
}

function memoryOperand32(record: usize): void {
  const mod = modRm >> 6;
  const rm: u32 = modRm & 7;
  const rexB: u32 = ((<u32>rex) & 1) << 3;
  let standard = DS;
  let wide = mod == 2;
  if (rm == 4) {
    const sib = byte();
    const index: u32 = ((sib >> 3) & 7) | (((<u32>rex) & 2) << 2);
    sibIndex = index;
    sibScale = sib >> 6;
    if (index != 4) {
      setIndex(record, index);
      store<u8>(record, sib >> 6, SCALE);
    }
    const base: u32 = sib & 7;
    if (base == 5 && mod == 0) wide = true;
    else {
      setBase(record, base | rexB);
      if ((base | rexB) == 4 || (base | rexB) == 5) standard = SS;
    }
  } else if (rm == 5 && mod == 0) {
    wide = true;
    if (mode() == MODE_64) ripRelative = true;
  } else {
    setBase(record, rm | rexB);
    if ((rm | rexB) == 5) standard = SS;
  }
  let displacement: i64 = 0;
  if (wide) displacement = <i64>(<i32>doubleWord());
  else if (mod == 1) displacement = <i64>(<i8>byte());
  store<i64>(record, displacement, DISP);
  setSegment(record, standard);
}
