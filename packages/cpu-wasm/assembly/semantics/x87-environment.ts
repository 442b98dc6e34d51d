// The x87 environment and state in memory (SDM Vol. 1 8.1.10 with figures 8-9 to 8-13; Vol. 2: FLDENV FSTENV FSAVE FRSTOR): an
// image of 14 or 28 bytes by operand size, with pointers packed otherwise in real-address and virtual-8086 mode, and behind it
// the eight registers from ST(0) on.

import { cpu } from '../generated/state';
import { INFINITY, ZERO, unpack80, x } from '../float/unpacked';
import { loadGuest, storeGuest } from '../memory';
import { isProtectedMode, isVirtual8086 } from '../mode';
import { checkPending, updateSummary } from '../x87/exceptions';
import { operandAddress, probeImageRead, probeImageWrite } from '../x87/operands';
import { physicalAt, registerAt, significandOf, signExponentOf } from '../x87/registers';
import { initialize, setControl } from './x87-control';

const REGISTERS_BYTES: u32 = 80;

/** Pointers of 20 or 32 bits in pieces, without selectors. */
@inline
function hasRealImage(): bool {
  return !isProtectedMode() || isVirtual8086();
}

/** The full tag word: 0 valid, 1 zero, 2 special, 3 empty for each physical register. */
export function fullTags(): u32 {
  let tags: u32 = 0;
  for (let n: u32 = 0; n < 8; n++) {
    let tag: u32 = 3;
    if (((cpu.x87Tags >> n) & 1) != 0) {
      const at = physicalAt(n);
      unpack80(x, load<u64>(at), <u32>load<u64>(at, 8));
      tag = x.kind == ZERO ? 1 : x.kind >= INFINITY || x.denormal != 0 ? 2 : 0;
    }
    tags |= tag << (n << 1);
  }
  return tags;
}

function setFullTags(tags: u32): void {
  let abridged: u32 = 0;
  for (let n: u32 = 0; n < 8; n++) if (((tags >> (n << 1)) & 3) != 3) abridged |= (<u32>1) << n;
  cpu.x87Tags = abridged;
}

function storeWide(r: usize, at: u64): void {
  storeGuest<u32>(r, at, cpu.x87Control | 0xffff0000);
  storeGuest<u32>(r, at + 4, cpu.x87Status | 0xffff0000);
  storeGuest<u32>(r, at + 8, fullTags() | 0xffff0000);
  const instruction = <u32>cpu.x87InstructionPointer;
  const data = <u32>cpu.x87DataPointer;
  if (hasRealImage()) {
    storeGuest<u32>(r, at + 12, instruction | 0xffff0000);
    storeGuest<u32>(r, at + 16, cpu.x87Opcode | ((instruction >> 16) << 12));
    storeGuest<u32>(r, at + 20, data | 0xffff0000);
    storeGuest<u32>(r, at + 24, (data >> 16) << 12);
  } else {
    storeGuest<u32>(r, at + 12, instruction);
    storeGuest<u32>(r, at + 16, cpu.x87Opcode << 16);
    storeGuest<u32>(r, at + 20, data);
    storeGuest<u32>(r, at + 24, 0xffff0000);
  }
}

function storeNarrow(r: usize, at: u64): void {
  storeGuest<u16>(r, at, <u16>cpu.x87Control);
  storeGuest<u16>(r, at + 2, <u16>cpu.x87Status);
  storeGuest<u16>(r, at + 4, <u16>fullTags());
  const instruction = <u32>cpu.x87InstructionPointer;
  const data = <u32>cpu.x87DataPointer;
  const isReal = hasRealImage();
  storeGuest<u16>(r, at + 6, <u16>instruction);
  storeGuest<u16>(r, at + 8, isReal ? <u16>(cpu.x87Opcode | ((instruction >> 16) << 12)) : 0);
  storeGuest<u16>(r, at + 10, <u16>data);
  storeGuest<u16>(r, at + 12, isReal ? <u16>((data >> 16) << 12) : 0);
}

// Fields of an image that is being loaded: all is read before anything changes.
let control: u32 = 0;
let status: u32 = 0;
let tags: u32 = 0;
let opcode: u32 = 0;
let instructionPointer: u32 = 0;
let dataPointer: u32 = 0;

function loadWide(r: usize, at: u64): void {
  control = loadGuest<u32>(r, at);
  status = loadGuest<u32>(r, at + 4);
  tags = loadGuest<u32>(r, at + 8);
  instructionPointer = loadGuest<u32>(r, at + 12);
  const second = loadGuest<u32>(r, at + 16);
  dataPointer = loadGuest<u32>(r, at + 20);
  const last = loadGuest<u32>(r, at + 24);
  if (hasRealImage()) {
    opcode = second & 0x7ff;
    instructionPointer = (instructionPointer & 0xffff) | ((second >> 12) << 16);
    dataPointer = (dataPointer & 0xffff) | ((last >> 12) << 16);
  } else opcode = (second >> 16) & 0x7ff;
}

function loadNarrow(r: usize, at: u64): void {
  control = loadGuest<u16>(r, at);
  status = loadGuest<u16>(r, at + 2);
  tags = loadGuest<u16>(r, at + 4);
  instructionPointer = loadGuest<u16>(r, at + 6);
  const second = <u32>loadGuest<u16>(r, at + 8);
  dataPointer = loadGuest<u16>(r, at + 10);
  const last = <u32>loadGuest<u16>(r, at + 12);
  opcode = 0;
  if (hasRealImage()) {
    opcode = second & 0x7ff;
    instructionPointer |= (second >> 12) << 16;
    dataPointer |= (last >> 12) << 16;
  }
}

function applyEnvironment(): void {
  cpu.x87Status = status & 0xffff;
  setControl(control);
  updateSummary();
  setFullTags(tags);
  cpu.x87Opcode = opcode;
  cpu.x87InstructionPointer = <u64>instructionPointer;
  cpu.x87DataPointer = <u64>dataPointer;
}

@inline
function environmentBytes<T>(): u32 {
  return sizeof<T>() == 2 ? 14 : 28;
}

@inline
function wordBytes<T>(): u32 {
  return sizeof<T>() == 2 ? 2 : 4;
}

/** Masks all exceptions after the image is stored. */
export function fnstenv<T, D>(r: usize): void {
  const at = operandAddress<D>(r, environmentBytes<T>(), true);
  probeImageWrite(r, at, environmentBytes<T>(), wordBytes<T>());
  if (sizeof<T>() == 2) storeNarrow(r, at);
  else storeWide(r, at);
  setControl(cpu.x87Control | 0x3f);
}

export function fldenv<T, D>(r: usize): void {
  checkPending(r);
  const at = operandAddress<D>(r, environmentBytes<T>(), false);
  probeImageRead(r, at, environmentBytes<T>(), wordBytes<T>());
  if (sizeof<T>() == 2) loadNarrow(r, at);
  else loadWide(r, at);
  applyEnvironment();
}

export function fnsave<T, D>(r: usize): void {
  const bytes = environmentBytes<T>() + REGISTERS_BYTES;
  const at = operandAddress<D>(r, bytes, true);
  probeImageWrite(r, at, bytes, wordBytes<T>());
  if (sizeof<T>() == 2) storeNarrow(r, at);
  else storeWide(r, at);
  let to = at + environmentBytes<T>();
  for (let i: u32 = 0; i < 8; i++, to += 10) {
    storeGuest<u32>(r, to, <u32>significandOf(i));
    storeGuest<u32>(r, to + 4, <u32>(significandOf(i) >> 32));
    storeGuest<u16>(r, to + 8, <u16>signExponentOf(i));
  }
  initialize();
}

/** Registers of an image that is being loaded. */
const LOADED: usize = memory.data(128, 8);

export function frstor<T, D>(r: usize): void {
  checkPending(r);
  const bytes = environmentBytes<T>() + REGISTERS_BYTES;
  const at = operandAddress<D>(r, bytes, false);
  probeImageRead(r, at, bytes, wordBytes<T>());
  if (sizeof<T>() == 2) loadNarrow(r, at);
  else loadWide(r, at);
  let from = at + environmentBytes<T>();
  for (let i: u32 = 0; i < 8; i++, from += 10) {
    const low = <u64>loadGuest<u32>(r, from);
    store<u64>(LOADED + ((<usize>i) << 4), low | ((<u64>loadGuest<u32>(r, from + 4)) << 32));
    store<u64>(LOADED + ((<usize>i) << 4), <u64>loadGuest<u16>(r, from + 8), 8);
  }
  applyEnvironment();
  for (let i: u32 = 0; i < 8; i++) memory.copy(registerAt(i), LOADED + ((<usize>i) << 4), 16);
}
