// Rounded numbers back in their formats (SDM Vol. 1 4.2.2). A finite number without the leading bit is denormal.

import { FINITE, INFINITY, QUIET_BIT, Unpacked, ZERO } from './unpacked';

@inline
function pack(n: Unpacked, fractionBits: u32, exponentBits: u32): u64 {
  const bias = (1 << (exponentBits - 1)) - 1;
  const sign = (<u64>n.sign) << (fractionBits + exponentBits);
  if (n.kind == ZERO) return sign;
  const largest = ((<u64>2 * bias + 1) << fractionBits) | sign;
  if (n.kind == INFINITY) return largest;
  const fraction = (n.significand << 1) >> (64 - fractionBits);
  if (n.kind != FINITE) return largest | fraction | (QUIET_BIT >> (63 - fractionBits));
  const biased: u64 = n.significand >> 63 != 0 ? <u64>(n.exponent + bias) : 0;
  return sign | (biased << fractionBits) | fraction;
}

export function pack16(n: Unpacked): u32 {
  return <u32>pack(n, 10, 5);
}

export function pack32(n: Unpacked): u32 {
  return <u32>pack(n, 23, 8);
}

export function pack64(n: Unpacked): u64 {
  return pack(n, 52, 11);
}

/** Significand of the double extended format. */
export function pack80Significand(n: Unpacked): u64 {
  if (n.kind == ZERO) return 0;
  if (n.kind == INFINITY) return 1 << 63;
  return n.kind == FINITE ? n.significand : n.significand | QUIET_BIT;
}

/** Sign and biased exponent of the double extended format. */
export function pack80SignExponent(n: Unpacked): u32 {
  const sign = n.sign << 15;
  if (n.kind == ZERO) return sign;
  if (n.kind != FINITE) return sign | 0x7fff;
  return sign | (n.significand >> 63 != 0 ? (<u32>(n.exponent + 16383)) & 0x7fff : 0);
}
