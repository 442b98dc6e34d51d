// Everything about a memory access that the inline path does not settle: canonical check, translation, filling the fast TLB,
// accesses across a page boundary, devices, and writes to pages that hold decoded code. Such accesses go through the bounce
// buffer: bytes are gathered there for a read and scattered from there by `commitBounce` after a write.

import { AC_VECTOR, GP, SS_VECTOR } from './generated/vectors';
import { noteWrite, pageHasCode } from './blocks';
import { faultWithCode } from './fault';
import { cpu } from './generated/state';
import { BOUNCE, PAGE_BYTES, ramBase, ramBytes } from './layout';
import { is64BitMode, isLongMode } from './mode';
import { ACCESS_READ, ACCESS_WRITE, AS_CURRENT, AS_SUPERVISOR, AS_USER, translate } from './paging';
import { SEGMENT } from './record';
import { isWatchedPage, watchAccess } from './system/breakpoints';
import { SS } from './segment';
import { checksAlignment, fillImplicit, fillRead, fillWrite, foundPhysical, foundRights, implicitHost } from './tlb';

/** A device register: at most 4 bytes at once. */
@external("env", "mmioRead")
declare function mmioRead(physical: u32, sizeBytes: u32): u32;

@external("env", "mmioWrite")
declare function mmioWrite(physical: u32, sizeBytes: u32, value: u32): void;

/** An x87 number in memory. */
const EXTENDED_BYTES: u32 = 10;

// The pending write of the bounce buffer: one or two runs of bytes.
let firstPhysical: u64 = 0;
let firstBytes: u32 = 0;
let secondPhysical: u64 = 0;
let secondBytes: u32 = 0;

/** Whether bits 63-47 agree (SDM Vol. 1 3.3.7.1). */
@inline
export function isCanonical(linear: u64): bool {
  return ((<i64>linear) << 16) >> 16 == <i64>linear;
}

/** #SS(0) for the stack segment, #GP(0) for the others, when any byte is not canonical. */
function checkCanonical(r: usize, linear: u64, sizeBytes: u32): void {
  if (isCanonical(linear) && isCanonical(linear + sizeBytes - 1)) return;
  const isStack = r != 0 && load<u8>(r, SEGMENT) == <u8>SS;
  faultWithCode(r, isStack ? SS_VECTOR : GP, 0);
}

/**
 * #AC(0) for an unaligned access of 2, 4, 8 or 10 bytes at CPL 3 with CR0.AM and RFLAGS.AC; 80-bit numbers are aligned to 8
 * (SDM Vol. 3A table 6-7). Wider operands are no matter of alignment checking.
 */
@inline
function checkAlignment(r: usize, linear: u64, sizeBytes: u32): void {
  if (!checksAlignment() || sizeBytes > EXTENDED_BYTES) return;
  const alignment: u64 = sizeBytes == EXTENDED_BYTES ? 8 : sizeBytes;
  if ((linear & (alignment - 1)) != 0) faultWithCode(r, AC_VECTOR, 0);
}

/** Linear addresses wrap at 4 GiB outside 64-bit mode. */
@inline
function wrap(r: usize, linear: u64): u64 {
  return isLongMode() && (is64BitMode() || r == 0) ? linear : linear & 0xffffffff;
}

@inline
function isRam(physical: u64, sizeBytes: u32): bool {
  return physical + sizeBytes <= <u64>ramBytes;
}

/** Copies bytes from physical memory or a device to `to`. */
function gather(to: usize, physical: u64, bytes: u32): void {
  if (isRam(physical, bytes)) {
    memory.copy(to, ramBase + <usize>physical, bytes);
    return;
  }
  let done: u32 = 0;
  while (done < bytes) {
    const at = physical + done;
    const size = deviceChunk(at, bytes - done);
    // Nothing answers above 4 GiB.
    const value = at >> 32 != 0 ? 0xffffffff : mmioRead(<u32>at, size);
    if (size == 4) store<u32>(to + done, value, 0, 1);
    else if (size == 2) store<u16>(to + done, <u16>value, 0, 1);
    else store<u8>(to + done, <u8>value);
    done += size;
  }
}

/** Copies bytes from `from` to physical memory or a device. */
function scatter(from: usize, physical: u64, bytes: u32): void {
  if (isRam(physical, bytes)) {
    memory.copy(ramBase + <usize>physical, from, bytes);
    noteWrite(<u32>physical, bytes);
    return;
  }
  let done: u32 = 0;
  while (done < bytes) {
    const at = physical + done;
    const size = deviceChunk(at, bytes - done);
    if (at >> 32 == 0) {
      const value: u32 =
        size == 4 ? load<u32>(from + done, 0, 1) : size == 2 ? load<u16>(from + done, 0, 1) : load<u8>(from + done);
      mmioWrite(<u32>at, size, value);
    }
    done += size;
  }
}

/** Largest naturally aligned device access that fits. */
@inline
function deviceChunk(physical: u64, bytes: u32): u32 {
  if (bytes >= 4 && (physical & 3) == 0) return 4;
  return bytes >= 2 && (physical & 1) == 0 ? 2 : 1;
}

/** Translates all bytes of an access and remembers where they lie; every fault is raised here, before any effect. */
function locate(r: usize, linear: u64, sizeBytes: u32, access: u32, who: u32): void {
  // A device that is reached by this access may ask for the time, see `retiredNow`.
  cpu.currentRecord = <u32>r;
  const first = PAGE_BYTES - ((<u32>linear) & (PAGE_BYTES - 1));
  if (first >= sizeBytes) {
    translate(r, linear, access, who);
    firstPhysical = foundPhysical + (linear & (PAGE_BYTES - 1));
    firstBytes = sizeBytes;
    secondBytes = 0;
    return;
  }
  // The lower page is translated first, so that its fault wins; its result must outlive the second walk.
  translate(r, linear, access, who);
  const lower = foundPhysical + (linear & (PAGE_BYTES - 1));
  const upper = wrap(r, linear + first);
  translate(r, upper, access, who);
  firstPhysical = lower;
  firstBytes = first;
  secondPhysical = foundPhysical;
  secondBytes = sizeBytes - first;
}

/** Host address where `sizeBytes` at `linear` can be read. */
export function slowRead(r: usize, linear: u64, sizeBytes: u32): usize {
  if (isLongMode()) checkCanonical(r, linear, sizeBytes);
  checkAlignment(r, linear, sizeBytes);
  locate(r, linear, sizeBytes, ACCESS_READ, AS_CURRENT);
  watchAccess(r, linear, sizeBytes, false);
  if (secondBytes == 0 && isRam(firstPhysical, sizeBytes)) {
    const frame = firstPhysical & ~(<u64>(PAGE_BYTES - 1));
    if (isRam(frame, PAGE_BYTES) && !isWatchedPage(linear))
      fillRead(linear, <u32>(ramBase + <usize>frame), foundRights);
    return ramBase + <usize>firstPhysical;
  }
  gather(BOUNCE, firstPhysical, firstBytes);
  if (secondBytes != 0) gather(BOUNCE + firstBytes, secondPhysical, secondBytes);
  return BOUNCE;
}

/** Translates for a write; returns the host address when plain RAM takes it, else 0 with the pending write set. */
function locateWrite(r: usize, linear: u64, sizeBytes: u32): usize {
  if (isLongMode()) checkCanonical(r, linear, sizeBytes);
  checkAlignment(r, linear, sizeBytes);
  locate(r, linear, sizeBytes, ACCESS_WRITE, AS_CURRENT);
  watchAccess(r, linear, sizeBytes, true);
  if (secondBytes != 0 || !isRam(firstPhysical, sizeBytes)) return 0;
  const frame = firstPhysical & ~(<u64>(PAGE_BYTES - 1));
  if (pageHasCode(<u32>(frame >> 12))) return 0;
  const host = <u32>(ramBase + <usize>frame);
  if (!isWatchedPage(linear)) fillWrite(linear, host, foundRights);
  return ramBase + <usize>firstPhysical;
}

/** Host address where `sizeBytes` at `linear` can be read and then written; `BOUNCE` needs `commitBounce` afterwards. */
export function slowWrite(r: usize, linear: u64, sizeBytes: u32): usize {
  const host = locateWrite(r, linear, sizeBytes);
  if (host != 0) return host;
  gather(BOUNCE, firstPhysical, firstBytes);
  if (secondBytes != 0) gather(BOUNCE + firstBytes, secondPhysical, secondBytes);
  return BOUNCE;
}

/** Host address where `sizeBytes` at `linear` can be written without being read; `BOUNCE` needs `commitBounce` afterwards. */
export function slowPlace(r: usize, linear: u64, sizeBytes: u32): usize {
  const host = locateWrite(r, linear, sizeBytes);
  return host != 0 ? host : BOUNCE;
}

/** Writes the bounce buffer to where the last `slowWrite` found its bytes. */
export function commitBounce(): void {
  scatter(BOUNCE, firstPhysical, firstBytes);
  if (secondBytes != 0) scatter(BOUNCE + firstBytes, secondPhysical, secondBytes);
}

/** Stores without reading first. */
export function slowStore(r: usize, linear: u64, sizeBytes: u32, value: u64): void {
  let host = locateWrite(r, linear, sizeBytes);
  const isBounced = host == 0;
  if (isBounced) host = BOUNCE;
  if (sizeBytes == 1) store<u8>(host, <u8>value);
  else if (sizeBytes == 2) store<u16>(host, <u16>value, 0, 1);
  else if (sizeBytes == 4) store<u32>(host, <u32>value, 0, 1);
  else store<u64>(host, value, 0, 1);
  if (isBounced) commitBounce();
}

/** Raises the fault that a write of `sizeBytes` at `linear` would raise; changes nothing else. */
export function probeWrite(r: usize, linear: u64, sizeBytes: u32): void {
  if (isLongMode()) checkCanonical(r, linear, sizeBytes);
  checkAlignment(r, linear, sizeBytes);
  locate(r, linear, sizeBytes, ACCESS_WRITE, AS_CURRENT);
}

/** Puts into the fast TLB where the last access of the processor itself went, if it is plain RAM. */
function keepImplicit(linear: u64, isWrite: bool): void {
  const frame = firstPhysical & ~(<u64>(PAGE_BYTES - 1));
  if (secondBytes != 0 || !isRam(frame, PAGE_BYTES) || isWatchedPage(linear)) return;
  if (isWrite && pageHasCode(<u32>(frame >> 12))) return;
  fillImplicit(linear, <u32>(ramBase + <usize>frame), foundRights, isWrite);
}

/** Reads for the processor itself: descriptor tables, TSS (SDM Vol. 3A 4.6.1 implicit supervisor access). */
@inline
export function loadSupervisor<T>(r: usize, linear: u64): T {
  const host = implicitHost(linear, sizeof<T>(), false);
  return host != 0 ? load<T>(host, 0, 1) : loadSupervisorMissed<T>(r, linear);
}

function loadSupervisorMissed<T>(r: usize, linear: u64): T {
  if (isLongMode()) checkCanonical(r, linear, sizeof<T>());
  locate(r, linear, sizeof<T>(), ACCESS_READ, AS_SUPERVISOR);
  keepImplicit(linear, false);
  gather(BOUNCE, firstPhysical, firstBytes);
  if (secondBytes != 0) gather(BOUNCE + firstBytes, secondPhysical, secondBytes);
  return load<T>(BOUNCE);
}

/** Writes for the processor itself. */
export function storeSupervisor<T>(r: usize, linear: u64, value: T): void {
  const host = implicitHost(linear, sizeof<T>(), true);
  if (host != 0) {
    store<T>(host, value, 0, 1);
    return;
  }
  if (isLongMode()) checkCanonical(r, linear, sizeof<T>());
  locate(r, linear, sizeof<T>(), ACCESS_WRITE, AS_SUPERVISOR);
  keepImplicit(linear, true);
  store<T>(BOUNCE, value);
  commitBounce();
}

/** Writes to a stack of CPL 3 (`asUser`) or of an inner ring. */
export function storeStack<T>(r: usize, linear: u64, value: T, asUser: bool): void {
  if (!asUser) {
    storeSupervisor<T>(r, linear, value);
    return;
  }
  if (isLongMode()) checkCanonical(r, linear, sizeof<T>());
  locate(r, linear, sizeof<T>(), ACCESS_WRITE, AS_USER);
  store<T>(BOUNCE, value);
  commitBounce();
}

/** Raises the fault that writing `bytes` (at most a page) at `linear` would raise. */
export function probeSupervisorWrite(r: usize, linear: u64, bytes: u32, asUser: bool): void {
  if (!asUser && implicitHost(linear, bytes, true) != 0) return;
  if (isLongMode()) checkCanonical(r, linear, bytes);
  locate(r, linear, bytes, ACCESS_WRITE, asUser ? AS_USER : AS_SUPERVISOR);
  if (!asUser) keepImplicit(linear, true);
}
