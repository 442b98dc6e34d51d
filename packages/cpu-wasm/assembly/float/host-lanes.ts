// host.ts for the two or four lanes of 128 bits at once, with the vector instructions of WebAssembly: for translated code where PE is
// set already, so that no rounding error is looked for (templates of packed arithmetic, jit/float-mode.ts). The interpreter, which is
// to be small, and the twin, which has no such instructions, do lane by lane. An exponent is looked at as a number of its
// own in each lane; that takes fewer steps than comparing with constants.

import { miss } from './host';
import { ADD, DIVIDE, MULTIPLY, SUBTRACT } from './lane';

@inline
function isDoubles<T>(): bool {
  return sizeof<T>() == 8;
}

/** The exponents of the lanes. */
@inline
function exponents<T>(a: v128): v128 {
  return isDoubles<T>() ? v128.shr<u64>(v128.shl<u64>(a, 1), 53) : v128.shr<u32>(v128.shl<u32>(a, 1), 24);
}

@inline
function sum<T>(a: v128, b: v128): v128 {
  return isDoubles<T>() ? v128.add<u64>(a, b) : v128.add<u32>(a, b);
}

@inline
function difference<T>(a: v128, b: v128): v128 {
  return isDoubles<T>() ? v128.sub<u64>(a, b) : v128.sub<u32>(a, b);
}

/** Whether the sign bit of any lane is set. */
@inline
function hasSign<T>(a: v128): bool {
  return (isDoubles<T>() ? v128.bitmask<u64>(a) : v128.bitmask<u32>(a)) != 0;
}

@inline
function minusOnes(): v128 {
  return v128.splat<i64>(-1);
}

/** The sign of each lane: it is 0, denormal, of the smallest exponent, infinite or NaN. */
@inline
export function unsafeLanes<T>(a: v128): v128 {
  const exponent = exponents<T>(a);
  // The bit above an exponent: of exponent + 1 if that was the largest, of exponent - 2 if it was 0 or 1.
  const above = v128.or(difference<T>(exponent, minusOnes()), sum<T>(sum<T>(exponent, minusOnes()), minusOnes()));
  return isDoubles<T>() ? v128.shl<u64>(above, 52) : v128.shl<u32>(above, 23);
}

/** All ones in the lanes that are 0. */
@inline
export function zeroLanes<T>(a: v128): v128 {
  return v128.eq<T>(a, v128.splat<T>(0));
}

/** Misses if a lane of an operand is denormal. */
@inline
export function refuseDenormals<T>(a: v128): void {
  // The sign of exponent - 1.
  const candidates = sum<T>(exponents<T>(a), minusOnes());
  if (hasSign<T>(candidates) && hasSign<T>(v128.andnot(candidates, zeroLanes<T>(a)))) miss();
}

/** The results of all lanes; no operand may be denormal. */
@inline
export function hostLanes<T>(operation: u32, a: v128, b: v128): v128 {
  let value: v128;
  if (operation == ADD) value = v128.add<T>(a, b);
  else if (operation == SUBTRACT) value = v128.sub<T>(a, b);
  else if (operation == MULTIPLY) value = v128.mul<T>(a, b);
  else value = v128.div<T>(a, b);
  const unsafe = unsafeLanes<T>(value);
  if (hasSign<T>(unsafe)) {
    // A result of 0 is no underflow if an operand is 0; a sum never underflows to 0.
    let settled = zeroLanes<T>(value);
    if (operation == MULTIPLY) settled = v128.and(settled, v128.or(zeroLanes<T>(a), zeroLanes<T>(b)));
    else if (operation == DIVIDE) settled = v128.and(settled, zeroLanes<T>(a));
    if (hasSign<T>(v128.andnot(unsafe, settled))) miss();
  }
  return value;
}

/** The square roots of all lanes; none may be denormal. */
@inline
export function hostRoots<T>(a: v128): v128 {
  const value = v128.sqrt<T>(a);
  if (hasSign<T>(unsafeLanes<T>(value))) miss();
  return value;
}
