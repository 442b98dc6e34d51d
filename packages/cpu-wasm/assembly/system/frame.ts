// Pushes onto a stack that is not yet the current one: interrupt frames and the frames of inter-privilege calls (SDM Vol. 3A
// 5.8.5, 6.12.1, 6.14.2). `openFrame` raises every fault that the pushes could raise, so that afterwards nothing fails. Data
// breakpoints watch what an instruction pushes (far CALL, INT n), not the frame of an exception or an external interrupt.

import { SS_VECTOR } from '../generated/vectors';
import { STEP_PUSH_FRAME, STEP_STACK_LIMIT, STEP_STACK_NOT_CANONICAL } from '../generated/delivery';
import { cpu } from '../generated/state';
import { RIGHTS_CODE, RIGHTS_DB, RIGHTS_DC } from '../mode';
import { isCanonical, probeSupervisorWrite, storeStack } from '../slow-memory';
import { watchAccess } from './breakpoints';
import { implicitHost } from '../tlb';
import { systemAddress } from './descriptors';
import { refuse } from './refuse';

let frameBase: u64 = 0;
let framePointer: u64 = 0;
let frameMask: u64 = 0;
let frameBytes: u32 = 0;
let frameAsUser: bool = false;
/** Host address of the last value pushed, 8 bytes each; 0 when the values go one by one through `storeStack`. */
let frameHost: usize = 0;

/** Whether `bytes` at `offset` lie within a data segment's limit (SDM Vol. 3A 5.3). */
export function isWithinLimit(limit: u32, rights: u32, offset: u64, bytes: u32): bool {
  const last = offset + bytes - 1;
  if ((rights & (RIGHTS_CODE | RIGHTS_DC)) != RIGHTS_DC) return last <= limit;
  return offset > limit && last <= ((rights & RIGHTS_DB) != 0 ? 0xffffffff : 0xffff);
}

/**
 * Begins a frame of `count` values of `bytes` each below `pointer` of a segment stack (not 64-bit mode). A frame that does
 * not fit is #SS(`errorCode`). `cpl` is the privilege level that the stack belongs to.
 */
export function openFrame(
  r: usize,
  base: u64,
  limit: u32,
  rights: u32,
  pointer: u64,
  bytes: u32,
  count: u32,
  cpl: u32,
  errorCode: u32,
): void {
  frameMask = (rights & RIGHTS_DB) != 0 ? 0xffffffff : 0xffff;
  frameBase = base;
  frameBytes = bytes;
  frameAsUser = cpl == 3;
  frameHost = 0;
  for (let i: u32 = 1; i <= count; i++) {
    const offset = (pointer - i * bytes) & frameMask;
    if (!isWithinLimit(limit, rights, offset, bytes)) refuse(r, STEP_STACK_LIMIT, SS_VECTOR, errorCode);
    cpu.deliveryStep = STEP_PUSH_FRAME;
    const linear = systemAddress(base + offset);
    probeSupervisorWrite(r, linear, bytes, frameAsUser);
    watchAccess(r, linear, bytes, true);
  }
  framePointer = pointer;
}

/** The same for a flat stack of 64-bit mode. */
export function openFrame64(r: usize, pointer: u64, bytes: u32, count: u32, cpl: u32, errorCode: u32): void {
  frameMask = ~(<u64>0);
  frameBase = 0;
  frameBytes = bytes;
  frameAsUser = cpl == 3;
  // What the fast TLB holds is canonical, may be written, has no code, and is watched by no breakpoint.
  const frame = count * bytes;
  const host = bytes == 8 && !frameAsUser ? implicitHost(pointer - frame, frame, true) : 0;
  if (host != 0) {
    frameHost = host + frame;
    framePointer = pointer - frame;
    return;
  }
  frameHost = 0;
  framePointer = pointer;
  for (let i: u32 = 1; i <= count; i++) {
    const offset = pointer - i * bytes;
    if (!isCanonical(offset) || !isCanonical(offset + bytes - 1)) {
      refuse(r, STEP_STACK_NOT_CANONICAL, SS_VECTOR, errorCode);
    }
    cpu.deliveryStep = STEP_PUSH_FRAME;
    probeSupervisorWrite(r, offset, bytes, frameAsUser);
    watchAccess(r, offset, bytes, true);
  }
}

/** Pushes one value of the opened frame. */
@inline
export function pushFrame(r: usize, value: u64): void {
  if (frameHost != 0) {
    frameHost -= 8;
    store<u64>(frameHost, value, 0, 1);
  } else pushAlone(r, value);
}

function pushAlone(r: usize, value: u64): void {
  framePointer -= frameBytes;
  const linear = frameBase + (framePointer & frameMask);
  if (frameBytes == 8) storeStack<u64>(r, linear, value, frameAsUser);
  else if (frameBytes == 4) storeStack<u32>(r, systemAddress(linear), <u32>value, frameAsUser);
  else storeStack<u16>(r, systemAddress(linear), <u16>value, frameAsUser);
}

/** The new stack pointer merged into the old one: only the bits of the stack's address size change. */
export function frameStackPointer(): u64 {
  if (frameMask == 0xffff) return (cpu.rsp & ~(<u64>0xffff)) | (framePointer & 0xffff);
  return framePointer & frameMask;
}
