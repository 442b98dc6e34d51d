// The frame of SSE and AVX floating-point instructions: MXCSR in, lanes to a buffer, exceptions out, and only then the result to
// the destination (SDM Vol. 1 11.5; Vol. 3A 6.15 "Interrupt 19"). An unmasked exception leaves the destination alone; one that
// is found before computing hides those that would be found after it, in all lanes.

import { BEFORE, PE, flags, masks, useMxcsr } from '../float/control';
import { allowsHost, beginHost, hostSufficed, hostWasInexact } from '../float/host';
import { CR4_OSXMMEXCPT } from '../generated/control';
import { cpu } from '../generated/state';
import { UD, XM } from '../generated/vectors';
import { fault } from '../fault';
import { FLOAT_RESULT } from '../layout';
import { leaveTranslation } from '../translated';
import { Vec, get, pair, withFloat } from './lanes';
import { isWide, put, putHigh } from './operands';

/** In templates: the instruction is translated only where the mode of MXCSR is as usual, with PE set. */
@external("word", "usualOnly")
export declare function usualOnly(): void;

/** In templates: leaves unless RC is nearest and PM set, which the region may have been made for (jit/float-mode.ts). */
@external("word", "nearestOnly")
declare function nearestOnly(): void;

/** Result of an instruction, 32 bytes. */
export const RESULT: usize = FLOAT_RESULT;

/** Takes rounding, masks and shortcuts from MXCSR. Call it when the operands are readable for sure. */
@inline
export function begin(): void {
  useMxcsr(cpu.mxcsr);
}

/** Whether the lanes of this instruction may be tried with the host's arithmetic (float/host.ts). */
@inline
export function beginFast(): bool {
  if (isDefined(TEMPLATES)) {
    nearestOnly();
    beginHost(0);
    return true;
  }
  beginHost(cpu.mxcsr);
  return allowsHost(cpu.mxcsr);
}

/** Whether the attempt has settled the whole instruction; then only PE can have been raised. */
@inline
function isFastDone(): bool {
  // A template has been left by then.
  if (!isDefined(TEMPLATES) && !hostSufficed()) return false;
  if (hostWasInexact()) cpu.mxcsr |= PE;
  return true;
}

/** Reports what the host's arithmetic told, for a result that is no vector. */
@inline
export function reportFast(): void {
  if (hostWasInexact()) cpu.mxcsr |= PE;
}

/** Writes RESULT if the host's arithmetic sufficed. */
export function deliverFast(r: usize): bool {
  if (!isFastDone()) return false;
  put(r, get(RESULT));
  if (isWide(r)) putHigh(r, get(RESULT + 16));
  return true;
}

/** Writes 128 bits if the host's arithmetic sufficed; what VEX has above them becomes 0. */
export function deliverFastLow(r: usize, value: Vec): bool {
  if (!isFastDone()) return false;
  put(r, value);
  return true;
}

/** Writes 256 bits if the host's arithmetic sufficed. */
export function deliverFastWide(r: usize, value: Vec, high: Vec): bool {
  if (!isFastDone()) return false;
  put(r, value);
  putHigh(r, high);
  return true;
}

/** Writes a scalar, which is no NaN, if the host's arithmetic sufficed. The lanes above it come from the register at `source`. */
export function deliverFastDouble(r: usize, value: f64, source: usize): bool {
  return deliverFastLow(r, withFloat<f64>(get(source), value));
}

export function deliverFastSingle(r: usize, value: f32, source: usize): bool {
  return deliverFastLow(r, withFloat<f32>(get(source), value));
}

/** Reports the exceptions; does not return when one is unmasked. */
export function report(r: usize): void {
  const stops = (flags & BEFORE & ~masks) != 0;
  const reported = stops ? flags & BEFORE : flags;
  if (isDefined(TEMPLATES)) {
    if ((reported & ~masks) != 0) leaveTranslation();
    cpu.mxcsr |= reported;
    return;
  }
  cpu.mxcsr |= reported;
  if ((reported & ~masks) != 0) fault(r, (cpu.cr4 & CR4_OSXMMEXCPT) != 0 ? XM : UD);
}

/** Reports, then writes the whole result. */
export function deliver(r: usize): void {
  report(r);
  put(r, get(RESULT));
  if (isWide(r)) putHigh(r, get(RESULT + 16));
}

/** Writes a scalar: the lanes above it come from the register at `source`. */
function putScalar(r: usize, isDouble: bool, value: u64, source: usize): void {
  const above = load<u64>(source, 8);
  if (isDouble) put(r, pair(value, above));
  else put(r, pair((load<u64>(source) & 0xffffffff00000000) | (value & 0xffffffff), above));
}

/** Reports, then writes a scalar. */
export function deliverScalar(r: usize, isDouble: bool, value: u64, source: usize): void {
  report(r);
  putScalar(r, isDouble, value, source);
}

/** Reports, then writes the low 128 bits of the result; what VEX has above them becomes 0. */
export function deliverLow(r: usize): void {
  report(r);
  put(r, get(RESULT));
}

@inline
export function loadLane(isDouble: bool, at: usize): u64 {
  return isDouble ? load<u64>(at, 0, 1) : <u64>load<u32>(at, 0, 1);
}

@inline
export function storeLane(isDouble: bool, at: usize, value: u64): void {
  if (isDouble) store<u64>(at, value);
  else store<u32>(at, <u32>value);
}

@inline
export function laneBytes(isDouble: bool): u32 {
  return isDouble ? 8 : 4;
}
