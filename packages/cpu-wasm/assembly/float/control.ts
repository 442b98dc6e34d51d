// How a floating-point instruction rounds and what it reports: the rounding mode, the exception masks and the two shortcuts of
// MXCSR going in, the exceptions and the direction of rounding coming out. MXCSR and the x87 control and status words have their
// exceptions in the same order (SDM Vol. 1 8.1.3, 8.1.5, 10.2.3).

/** Invalid operation. */
export const IE: u32 = 1;
/** Denormal operand. */
export const DE: u32 = 2;
/** Division by zero. */
export const ZE: u32 = 4;
/** Overflow. */
export const OE: u32 = 8;
/** Underflow. */
export const UE: u32 = 16;
/** Inexact result ("precision"). */
export const PE: u32 = 32;
/** Found before anything is computed; when one of them is unmasked there is no result. */
export const BEFORE: u32 = IE | DE | ZE;
export const ALL: u32 = 0x3f;

/** Rounding modes as encoded in RC (SDM Vol. 1 table 4-8). */
export const NEAREST: u32 = 0;
export const DOWN: u32 = 1;
export const UP: u32 = 2;
export const TOWARD_ZERO: u32 = 3;

export let rounding: u32 = NEAREST;
/** Bit set: the exception is masked. */
export let masks: u32 = ALL;
/** MXCSR.FTZ; counts only while underflow is masked. */
export let flushToZero: bool = false;
/** MXCSR.DAZ. */
export let denormalsAreZero: bool = false;
/** x87: unmasked overflow and underflow deliver a result with a changed exponent (SDM Vol. 1 8.5.4, 8.5.5). */
export let wrapsExponent: bool = false;

/** Exceptions raised since the caller set it to 0. */
export let flags: u32 = 0;
/** The last rounding made the magnitude larger: C1 of the x87 status word. */
export let roundedUp: u32 = 0;

@inline
export function raise(exceptions: u32): void {
  flags |= exceptions;
}

@inline
export function setFlags(exceptions: u32): void {
  flags = exceptions;
}

@inline
export function setRoundedUp(value: bool): void {
  roundedUp = <u32>value;
}

@inline
export function setRounding(mode: u32): void {
  rounding = mode;
}

@inline
export function setFlushToZero(value: bool): void {
  flushToZero = value;
}

/** Takes rounding and masks from the x87 control word; no exception is raised yet. */
export function useControlWord(word: u32): void {
  rounding = (word >> 10) & 3;
  masks = word & ALL;
  flushToZero = false;
  denormalsAreZero = false;
  wrapsExponent = true;
  flags = 0;
  roundedUp = 0;
}

/** Takes everything from MXCSR; no exception is raised yet. */
export function useMxcsr(mxcsr: u32): void {
  rounding = (mxcsr >> 13) & 3;
  masks = (mxcsr >> 7) & ALL;
  flushToZero = mxcsr >> 15 != 0 && (mxcsr & 0x800) != 0;
  denormalsAreZero = (mxcsr & 0x40) != 0;
  wrapsExponent = false;
  flags = 0;
  roundedUp = 0;
}

@inline
export function setWrapsExponent(value: bool): void {
  wrapsExponent = value;
}
