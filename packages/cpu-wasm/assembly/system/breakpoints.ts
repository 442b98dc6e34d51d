// Breakpoints of the debug registers (SDM Vol. 3B 17.2). While none is enabled nothing here costs anything. An enabled
// instruction breakpoint keeps `attention` set, so that every instruction is entered by blocks.ts, which asks `codeHits`. Pages
// with a data breakpoint stay out of the fast TLB, so every access to them comes to slow-memory.ts, which asks `watchAccess`.
//
// A trap must come right behind its instruction, but blocks run as a whole. So the first hit takes the instruction back, as a
// fault would, and runs it again alone (`runsAlone`); the second hit then leaves its bits in `debugPending`.
// Accesses of the processor for itself are not watched: descriptors, task-state segments, frames of exceptions and external
// interrupts (docs/deviations.md).

import { CR4_DE } from '../generated/control';
import { NO_DELIVERY } from '../generated/delivery';
import { CpuState, cpu } from '../generated/state';
import { refreshAttention } from '../blocks';
import { leaveForRestart } from '../fault';
import { PAGE_BYTES } from '../layout';
import { codeBase } from '../mode';
import { forgetFast } from '../tlb';

// R/W fields of DR7 (SDM Vol. 3B 17.2.4), as bits of a set.
const ON_EXECUTE: u32 = 1 << 0;
const ON_WRITE: u32 = 1 << 1;
const ON_PORT: u32 = 1 << 2;
const ON_ACCESS: u32 = 1 << 3;

const BREAKPOINTS: u32 = 4;

/** `runsAlone`: the instruction is the only one of its part of a block. */
export const RUNS_ALONE: u32 = 1;
/** `runsAlone`: the next instruction must be. */
export const RUN_ALONE_NEXT: u32 = 2;

/** An instruction breakpoint is enabled. */
export let watchesCode: bool = false;
/** A data breakpoint is enabled. */
export let watchesData: bool = false;
/** An I/O breakpoint is enabled. */
let watchesPorts: bool = false;

@inline
function isEnabled(n: u32): bool {
  return ((cpu.dr7 >> (n * 2)) & 3) != 0;
}

/** The kind of breakpoint `n` as one of ON_*; I/O breakpoints need CR4.DE, without it the encoding means nothing. */
function kindOf(n: u32): u32 {
  const kind: u32 = 1 << ((<u32>(cpu.dr7 >> (16 + n * 4))) & 3);
  return kind == ON_PORT && (cpu.cr4 & CR4_DE) == 0 ? 0 : kind;
}

@inline
function addressOf(n: u32): u64 {
  return load<u64>(changetype<usize>(cpu) + offsetof<CpuState>('dr0') + <usize>n * 8);
}

/** Bytes that breakpoint `n` covers; 2 in the LEN field means 8. */
function bytesOf(n: u32): u64 {
  const length = (<u32>(cpu.dr7 >> (18 + n * 4))) & 3;
  return length == 2 ? 8 : <u64>(length + 1);
}

/** To be called after every change of DR0 to DR3, DR7 or CR4.DE. */
export function updateBreakpoints(): void {
  let kinds: u32 = 0;
  for (let n: u32 = 0; n < BREAKPOINTS; n++) if (isEnabled(n)) kinds |= kindOf(n);
  watchesCode = (kinds & ON_EXECUTE) != 0;
  watchesPorts = (kinds & ON_PORT) != 0;
  const watched = (kinds & (ON_WRITE | ON_ACCESS)) != 0;
  if (watched || watchesData) forgetFast();
  watchesData = watched;
  refreshAttention();
}

/** Bits B0 to B3 of the enabled breakpoints of these kinds that overlap `bytes` at `address`. */
function hitsOf(kinds: u32, address: u64, bytes: u64): u32 {
  let hits: u32 = 0;
  for (let n: u32 = 0; n < BREAKPOINTS; n++) {
    if (!isEnabled(n) || (kindOf(n) & kinds) == 0) continue;
    // The low bits of the address do not count: a breakpoint is aligned to its length.
    const length: u64 = kinds == ON_EXECUTE ? 1 : bytesOf(n);
    const start = addressOf(n) & ~(length - 1);
    if (start - address < bytes || address - start < length) hits |= 1 << n;
  }
  return hits;
}

/** Instruction breakpoints at the instruction at RIP. */
export function codeHits(): u32 {
  if (!watchesCode) return 0;
  const linear = cpu.rip + codeBase;
  return hitsOf(ON_EXECUTE, codeBase == 0 ? linear : linear & 0xffffffff, 1);
}

/** Whether a data breakpoint lies in the page of `linear`, which must then stay out of the fast TLB. */
export function isWatchedPage(linear: u64): bool {
  if (!watchesData) return false;
  return hitsOf(ON_WRITE | ON_ACCESS, linear & ~(<u64>(PAGE_BYTES - 1)), PAGE_BYTES) != 0;
}

function note(r: usize, hits: u32): void {
  if (hits == 0 || r == 0) return;
  if (cpu.runsAlone != RUNS_ALONE) {
    cpu.runsAlone = RUN_ALONE_NEXT;
    cpu.attention = 1;
    leaveForRestart(r, NO_DELIVERY);
  }
  cpu.debugPending |= hits;
  cpu.attention = 1;
}

/** An access of the instruction of `r`, before it takes effect. */
export function watchAccess(r: usize, linear: u64, bytes: u32, isWrite: bool): void {
  if (watchesData) note(r, hitsOf(isWrite ? ON_WRITE | ON_ACCESS : ON_ACCESS, linear, bytes));
}

/** An access to a port by the instruction of `r`, before it takes effect. */
export function watchPort(r: usize, port: u32, bytes: u32): void {
  if (watchesPorts) note(r, hitsOf(ON_PORT, port, bytes));
}
