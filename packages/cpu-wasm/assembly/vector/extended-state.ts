// MXCSR, FXSAVE and FXRSTOR (SDM Vol. 1 10.5.1), XSAVE, XSAVEOPT, XSAVEC and XRSTOR (Vol. 1 chapter 13), XGETBV and XSETBV. Three
// states: x87 (which is MMX), SSE, AVX. The area, 512 bytes as FXSAVE has them, a header of 64 bytes, the upper halves of the YMM
// registers. Selectors of the x87 pointers are 0, as on processors that say so in CPUID.7.EBX bit 13.
//
// A state that holds its initial values counts as not in use: XSAVEOPT and XSAVEC do not write it. All bytes are checked for
// writing before the first is written, and for reading before a register changes.

import { CR0_EM, CR0_TS, CR4_OSFXSR, CR4_OSXSAVE, XCR0_AVX, XCR0_SSE, XCR0_X87 } from '../generated/control';
import { GP, NM, UD } from '../generated/vectors';
import { fault, faultWithCode } from '../fault';
import { CpuState, cpu } from '../generated/state';
import { is64BitMode, updateMode } from '../mode';
import { effectiveAddress } from '../operands';
import { get, isZero, set, zero } from '../packed/lanes';
import { finishPlace, hostOf, placeAt, placeFor, sourceAt } from '../packed/operands';
import { PREFIXES, PREFIX_REX_W } from '../record';
import { probeWrite } from '../slow-memory';
import { releaseIgnne, updateSummary } from '../x87/exceptions';
import { elementAddress } from './mask';

const XMM: usize = 0x400 + offsetof<CpuState>('xmm0Low');
const X87: usize = 0x400 + offsetof<CpuState>('x87Significand0');

/** Bits of MXCSR that exist; the others must be 0. */
const MXCSR_MASK: u32 = 0xffff;
const MXCSR_INITIAL: u32 = 0x1f80;
const CONTROL_INITIAL: u32 = 0x37f;

// Places in the area.
const AREA_X87_REGISTERS: u64 = 32;
const AREA_XMM: u64 = 160;
const AREA_HEADER: u64 = 512;
const AREA_COMPONENTS: u64 = 520;
const AREA_AVX: u64 = 576;
const AREA_LEGACY_BYTES: u64 = 512;
const AREA_HEADER_BYTES: u64 = 64;
/** Bytes of one access. */
const CHUNK: u32 = 8;
const COMPACTED: u64 = 0x8000000000000000;

/** FCS and FDS are kept beside 32-bit pointers; with REX.W the pointers have 64 bits. */
@inline
function isWidePointers(r: usize): bool {
  return (load<u8>(r, PREFIXES) & PREFIX_REX_W) != 0;
}

/** Vector registers that the mode has. */
@inline
function registerCount(): u32 {
  return is64BitMode() ? 16 : 8;
}

function checkAlignment(r: usize, bytes: u64): void {
  if ((elementAddress(r, effectiveAddress(r), 1, false) & (bytes - 1)) != 0) faultWithCode(r, GP, 0);
}

/** Raises the faults of writing `bytes` of the area. */
function probeArea(r: usize, from: u64, bytes: u64): void {
  if (bytes == 0) return;
  const area = effectiveAddress(r) + from;
  // The area is aligned, so it has at most two pages; processors try its last byte first.
  probeWrite(r, elementAddress(r, area + bytes - 1, 1, true), 1);
  probeWrite(r, elementAddress(r, area, 1, true), 1);
}

/** Writes 8 bytes of the area. */
function put64(r: usize, at: u64, value: u64): void {
  const linear = elementAddress(r, effectiveAddress(r) + at, CHUNK, true);
  store<u64>(placeAt(r, linear, CHUNK), value, 0, 1);
  finishPlace();
}

/** Reads 8 bytes of the area. */
function get64(r: usize, at: u64): u64 {
  return load<u64>(hostOf(r, elementAddress(r, effectiveAddress(r) + at, CHUNK, false), CHUNK), 0, 1);
}

/** Raises the faults of reading the area up to `bytes`. */
function touchArea(r: usize, bytes: u64): void {
  get64(r, 0);
  get64(r, bytes - CHUNK);
}

export function ldmxcsr(r: usize): void {
  const value = load<u32>(sourceAt(r, 4), 0, 1);
  if ((value & ~MXCSR_MASK) != 0) faultWithCode(r, GP, 0);
  cpu.mxcsr = value;
}

export function stmxcsr(r: usize): void {
  store<u32>(placeFor(r, 4), cpu.mxcsr, 0, 1);
  finishPlace();
}

/** Address of ST(i). */
@inline
function stackRegister(i: u32): usize {
  return X87 + ((((cpu.x87Status >> 11) + i) & 7) << 4);
}

function saveX87(r: usize): void {
  const isWide = isWidePointers(r);
  put64(
    r,
    0,
    (<u64>(cpu.x87Control & 0xffff)) |
      ((<u64>(cpu.x87Status & 0xffff)) << 16) |
      ((<u64>(cpu.x87Tags & 0xff)) << 32) |
      ((<u64>(cpu.x87Opcode & 0x7ff)) << 48),
  );
  put64(r, 8, isWide ? cpu.x87InstructionPointer : cpu.x87InstructionPointer & 0xffffffff);
  put64(r, 16, isWide ? cpu.x87DataPointer : cpu.x87DataPointer & 0xffffffff);
  for (let i: u32 = 0; i < 8; i++) {
    const register = stackRegister(i);
    put64(r, AREA_X87_REGISTERS + (i << 4), load<u64>(register));
    put64(r, AREA_X87_REGISTERS + (i << 4) + 8, load<u64>(register, 8) & 0xffff);
  }
}

function restoreX87(r: usize): void {
  const isWide = isWidePointers(r);
  const words = get64(r, 0);
  // Bit 6 of the control word always reads as 1.
  cpu.x87Control = ((<u32>words) & 0x1f3f) | 0x40;
  cpu.x87Status = (<u32>(words >> 16)) & 0xffff;
  cpu.x87Tags = (<u32>(words >> 32)) & 0xff;
  cpu.x87Opcode = (<u32>(words >> 48)) & 0x7ff;
  cpu.x87InstructionPointer = isWide ? get64(r, 8) : get64(r, 8) & 0xffffffff;
  cpu.x87DataPointer = isWide ? get64(r, 16) : get64(r, 16) & 0xffffffff;
  for (let i: u32 = 0; i < 8; i++) {
    const register = stackRegister(i);
    store<u64>(register, get64(r, AREA_X87_REGISTERS + (i << 4)));
    store<u64>(register, get64(r, AREA_X87_REGISTERS + (i << 4) + 8) & 0xffff, 8);
  }
  updateSummary();
}

function initializeX87(): void {
  cpu.x87Control = CONTROL_INITIAL;
  cpu.x87Status = 0;
  cpu.x87Tags = 0;
  cpu.x87Opcode = 0;
  cpu.x87InstructionPointer = 0;
  cpu.x87DataPointer = 0;
  releaseIgnne();
  for (let register = X87; register < X87 + 128; register += 16) set(register, zero());
}

function saveControl(r: usize): void {
  put64(r, 24, (<u64>cpu.mxcsr) | ((<u64>MXCSR_MASK) << 32));
}

/** MXCSR of the area; #GP(0) when bits are set that do not exist. */
function checkedControl(r: usize): u32 {
  const value = <u32>get64(r, 24);
  if ((value & ~MXCSR_MASK) != 0) faultWithCode(r, GP, 0);
  return value;
}

/** Copies one half of every vector register to the area. */
function saveHalves(r: usize, to: u64, half: usize): void {
  for (let i: u32 = 0; i < registerCount(); i++) {
    const register = XMM + half + (i << 5);
    put64(r, to + (i << 4), load<u64>(register));
    put64(r, to + (i << 4) + 8, load<u64>(register, 8));
  }
}

function restoreHalves(r: usize, from: u64, half: usize): void {
  for (let i: u32 = 0; i < registerCount(); i++) {
    const register = XMM + half + (i << 5);
    store<u64>(register, get64(r, from + (i << 4)));
    store<u64>(register, get64(r, from + (i << 4) + 8), 8);
  }
}

function clearHalves(half: usize): void {
  for (let i: u32 = 0; i < registerCount(); i++) set(XMM + half + (i << 5), zero());
}

/** Whether one half of some vector register is not 0. */
function areHalvesUsed(half: usize): bool {
  for (let i: u32 = 0; i < 16; i++) if (!isZero(get(XMM + half + (i << 5)))) return true;
  return false;
}

function isX87Used(): bool {
  if (cpu.x87Control != CONTROL_INITIAL || (cpu.x87Status | cpu.x87Tags | cpu.x87Opcode) != 0) return true;
  if ((cpu.x87InstructionPointer | cpu.x87DataPointer) != 0) return true;
  for (let register = X87; register < X87 + 128; register += 16) if (!isZero(get(register))) return true;
  return false;
}

/** XINUSE: the states that do not hold their initial values. */
function statesInUse(): u64 {
  let states: u64 = 0;
  if (isX87Used()) states |= XCR0_X87;
  if (areHalvesUsed(0)) states |= XCR0_SSE;
  if (areHalvesUsed(16)) states |= XCR0_AVX;
  return states;
}

/** #NM while the states are disabled; CR0.EM counts for FXSAVE and FXRSTOR only. */
function checkAvailable(r: usize, controls: u64): void {
  if ((cpu.cr0 & controls) != 0) fault(r, NM);
}

export function fxsave(r: usize): void {
  checkAvailable(r, CR0_EM | CR0_TS);
  checkAlignment(r, 16);
  const hasVectors = (cpu.cr4 & CR4_OSFXSR) != 0;
  probeArea(r, 0, AREA_LEGACY_BYTES);
  saveX87(r);
  saveControl(r);
  if (hasVectors) saveHalves(r, AREA_XMM, 0);
}

export function fxrstor(r: usize): void {
  checkAvailable(r, CR0_EM | CR0_TS);
  checkAlignment(r, 16);
  touchArea(r, AREA_LEGACY_BYTES);
  const hasVectors = (cpu.cr4 & CR4_OSFXSR) != 0;
  const control = hasVectors ? checkedControl(r) : cpu.mxcsr;
  restoreX87(r);
  cpu.mxcsr = control;
  if (hasVectors) restoreHalves(r, AREA_XMM, 0);
}

/** What all XSAVE instructions check; returns the states that are asked for and enabled. */
function requestedStates(r: usize): u64 {
  if ((cpu.cr4 & CR4_OSXSAVE) == 0) fault(r, UD);
  checkAvailable(r, CR0_TS);
  checkAlignment(r, 64);
  return ((cpu.rdx << 32) | (cpu.rax & 0xffffffff)) & cpu.xcr0;
}

/** End of the part of the area that `states` need. */
@inline
function areaBytes(states: u64): u64 {
  return (states & XCR0_AVX) != 0 ? AREA_AVX + <u64>registerCount() * 16 : AREA_LEGACY_BYTES + AREA_HEADER_BYTES;
}

/** Writes `states` in the standard format; MXCSR belongs to SSE and to AVX. */
function saveStates(r: usize, states: u64, requested: u64, inUse: u64): void {
  probeArea(r, 0, areaBytes(states));
  const header = (get64(r, AREA_HEADER) & ~requested) | (requested & inUse);
  if ((states & XCR0_X87) != 0) saveX87(r);
  if ((requested & (XCR0_SSE | XCR0_AVX)) != 0) saveControl(r);
  if ((states & XCR0_SSE) != 0) saveHalves(r, AREA_XMM, 0);
  if ((states & XCR0_AVX) != 0) saveHalves(r, AREA_AVX, 16);
  put64(r, AREA_HEADER, header);
}

export function xsave(r: usize): void {
  const requested = requestedStates(r);
  saveStates(r, requested, requested, statesInUse());
}

export function xsaveopt(r: usize): void {
  const requested = requestedStates(r);
  const inUse = statesInUse();
  saveStates(r, requested & inUse, requested, inUse);
}

/** The compacted format; with three states the places are the same. */
export function xsavec(r: usize): void {
  const requested = requestedStates(r);
  let inUse = statesInUse();
  if (cpu.mxcsr != MXCSR_INITIAL) inUse |= XCR0_SSE;
  const states = requested & inUse;
  probeArea(r, 0, areaBytes(states));
  if ((states & XCR0_X87) != 0) saveX87(r);
  if ((states & XCR0_SSE) != 0) {
    saveControl(r);
    saveHalves(r, AREA_XMM, 0);
  }
  if ((states & XCR0_AVX) != 0) saveHalves(r, AREA_AVX, 16);
  put64(r, AREA_HEADER, states);
  put64(r, AREA_COMPONENTS, requested | COMPACTED);
}

/** #GP(0) unless the header is one that XRSTOR accepts; returns the states that it has. */
function checkedHeader(r: usize): u64 {
  const states = get64(r, AREA_HEADER);
  const components = get64(r, AREA_COMPONENTS);
  const isCompacted = (components & COMPACTED) != 0;
  let reserved = get64(r, AREA_HEADER + 16);
  if (isCompacted) {
    for (let at: u64 = 24; at < AREA_HEADER_BYTES; at += 8) reserved |= get64(r, AREA_HEADER + at);
    reserved |= (components & ~COMPACTED & ~cpu.xcr0) | (states & ~components);
  } else reserved |= components | (states & ~cpu.xcr0);
  if (reserved != 0) faultWithCode(r, GP, 0);
  return states;
}

export function xrstor(r: usize): void {
  const requested = requestedStates(r);
  touchArea(r, AREA_LEGACY_BYTES + AREA_HEADER_BYTES);
  const states = checkedHeader(r);
  const isCompacted = (get64(r, AREA_COMPONENTS) & COMPACTED) != 0;
  const loaded = requested & states;
  if ((loaded & XCR0_AVX) != 0) touchArea(r, areaBytes(loaded));
  // MXCSR is loaded with SSE or AVX in the standard format, whatever the header says; in the compacted format it is SSE's.
  let control = cpu.mxcsr;
  if (isCompacted) {
    if ((requested & XCR0_SSE) != 0) control = (loaded & XCR0_SSE) != 0 ? checkedControl(r) : MXCSR_INITIAL;
  } else if ((requested & (XCR0_SSE | XCR0_AVX)) != 0) control = checkedControl(r);
  if ((loaded & XCR0_X87) != 0) restoreX87(r);
  else if ((requested & XCR0_X87) != 0) initializeX87();
  cpu.mxcsr = control;
  if ((loaded & XCR0_SSE) != 0) restoreHalves(r, AREA_XMM, 0);
  else if ((requested & XCR0_SSE) != 0) clearHalves(0);
  if ((loaded & XCR0_AVX) != 0) restoreHalves(r, AREA_AVX, 16);
  else if ((requested & XCR0_AVX) != 0) clearHalves(16);
}

/** XGETBV: XCR0, or with ECX = 1 what XSAVEC would save of it. */
export function xgetbv(r: usize): void {
  if ((cpu.cr4 & CR4_OSXSAVE) == 0) fault(r, UD);
  const index = <u32>cpu.rcx;
  if (index > 1) faultWithCode(r, GP, 0);
  let value = cpu.xcr0;
  if (index == 1) value &= statesInUse() | (cpu.mxcsr != MXCSR_INITIAL ? XCR0_SSE : 0);
  cpu.rax = value & 0xffffffff;
  cpu.rdx = value >> 32;
}

/** XSETBV: x87 state is always enabled, AVX needs SSE; other bits must exist in this processor model. */
export function xsetbv(r: usize): void {
  if ((cpu.cr4 & CR4_OSXSAVE) == 0) fault(r, UD);
  if (cpu.cpl != 0 || <u32>cpu.rcx != 0) faultWithCode(r, GP, 0);
  const value = (cpu.rdx << 32) | (cpu.rax & 0xffffffff);
  const isReserved = (value & ~cpu.xcr0Supported) != 0 || (value & XCR0_X87) == 0;
  const lacksVectors = (value & (XCR0_SSE | XCR0_AVX)) == XCR0_AVX;
  if (isReserved || lacksVectors) faultWithCode(r, GP, 0);
  cpu.xcr0 = value;
  updateMode();
}
