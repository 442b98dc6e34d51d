// What regions assume about MXCSR. Nearly all code runs with rounding to nearest, PE masked and, after the first inexact result, set.
// Then the shortcuts of floating point (float/host.ts) need not look at MXCSR. A region made at such a time is entered only
// at such times and looks behind each handler that it calls; elsewhere MXCSR changes only by setting PE.
//
// A region whose assumption has failed is dropped, to be made again for what holds then; so is one that was made before the first inexact
// result, if it has packed arithmetic, which is translated for the usual mode alone. A guest that keeps clearing PE would have
// it made for ever, so after some failures nothing is assumed any more.

import { CpuState, STATE, cpu } from '../generated/state';
import { access, byte, i32const } from './bytes';

/** RC, PM and PE of MXCSR (SDM Vol. 1 10.2.3). */
const MODE: u32 = 0x7020;
/** To nearest, PE masked and set. */
const USUAL: u32 = 0x1020;
/** RC and PM. */
const ROUNDING: u32 = 0x7000;
/** PM. */
const PRECISION_MASK: u32 = 0x1000;
const MAX_FAILURES: u32 = 64;

const MXCSR: u32 = STATE + <u32>offsetof<CpuState>('mxcsr');
const I32_LOAD: u32 = 0x28;
const I32_AND: u32 = 0x71;
const I32_NE: u32 = 0x47;

let failures: u32 = 0;
/** Whether the region being made assumes something, and whether it has used that. */
let assumes: bool = false;
/** The region relies on the assumption. */
export let isRelied: bool = false;

@inline
export function isUsual(): bool {
  return (cpu.mxcsr & MODE) == USUAL;
}

/** The region would contain more if it could rely on the assumption. */
export let isHindered: bool = false;

/** A region begins to be made. */
export function chooseMode(): void {
  isHindered = false;
  assumes = failures < MAX_FAILURES && isUsual();
  isRelied = false;
}

/** One instruction is going to be translated alone, in the usual mode or in any. */
export function assumeUsual(isAssumed: bool): void {
  assumes = isAssumed;
}

/** Whether the region being made may rely on the usual mode, as something in it would like to. */
export function isUsualAssumed(): bool {
  if (!assumes && failures < MAX_FAILURES) isHindered = true;
  return assumes;
}

/** An assumption has failed. */
export function noteFailure(): void {
  failures++;
}

/** Pushes RC, PM and PE. */
export function pushMode(): void {
  if (assumes) {
    isRelied = true;
    i32const(USUAL);
    return;
  }
  pushActualMode();
}

/** Whether RC, PM and PE are known in the region being made; then `knownMode` are they. */
export function isModeKnown(): bool {
  if (assumes) isRelied = true;
  return assumes;
}

export function knownMode(): u32 {
  return USUAL;
}

/** Pushes whether RC is not nearest or PM not set, as an i32; false: it is known to be as usual. */
export function pushIsNotNearest(): bool {
  if (isModeKnown()) return false;
  pushActualMode();
  i32const(ROUNDING);
  byte(I32_AND);
  i32const(PRECISION_MASK);
  byte(I32_NE);
  return true;
}

function pushActualMode(): void {
  i32const(0);
  access(I32_LOAD, MXCSR);
  i32const(MODE);
  byte(I32_AND);
}

/** Pushes whether the assumption has failed, as an i32. */
export function pushIsUnusual(): void {
  pushActualMode();
  i32const(USUAL);
  byte(I32_NE);
}
