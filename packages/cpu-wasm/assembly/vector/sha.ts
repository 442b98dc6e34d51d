// SHA-1 and SHA-256 (FIPS 180-4; SDM Vol. 2 SHA1RNDS4 ... SHA256MSG2). Doubleword 3 is the most significant one.

import { Vec, high, low, pair } from '../packed/lanes';

/** Doubleword `at` of a value. */
@inline
function word(a: Vec, at: u32): u32 {
  return <u32>((at < 2 ? low(a) : high(a)) >> ((<u64>(at & 1)) << 5));
}

/** A value of four doublewords, the most significant first. */
@inline
function words(w3: u32, w2: u32, w1: u32, w0: u32): Vec {
  return pair((<u64>w0) | ((<u64>w1) << 32), (<u64>w2) | ((<u64>w3) << 32));
}

/** The function and the constant of rounds 0-19, 20-39, 40-59, 60-79. */
@inline
function sha1Round(b: u32, c: u32, d: u32, stage: u32): u32 {
  if (stage == 0) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (stage == 1) return (b ^ c ^ d) + 0x6ed9eba1;
  if (stage == 2) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

export function sha1rnds4(abcd: Vec, message: Vec, control: u32): Vec {
  const stage = control & 3;
  let a = word(abcd, 3);
  let b = word(abcd, 2);
  let c = word(abcd, 1);
  let d = word(abcd, 0);
  // E of the first round is already in the message.
  let e: u32 = 0;
  for (let round: u32 = 0; round < 4; round++) {
    const next = sha1Round(b, c, d, stage) + rotl<u32>(a, 5) + word(message, 3 - round) + e;
    e = d;
    d = c;
    c = rotl<u32>(b, 30);
    b = a;
    a = next;
  }
  return words(a, b, c, d);
}

export function sha1nexte(a: Vec, b: Vec): Vec {
  return words(word(b, 3) + rotl<u32>(word(a, 3), 30), word(b, 2), word(b, 1), word(b, 0));
}

export function sha1msg1(a: Vec, b: Vec): Vec {
  return words(word(a, 1) ^ word(a, 3), word(a, 0) ^ word(a, 2), word(b, 3) ^ word(a, 1), word(b, 2) ^ word(a, 0));
}

export function sha1msg2(a: Vec, b: Vec): Vec {
  const w16 = rotl<u32>(word(a, 3) ^ word(b, 2), 1);
  const w17 = rotl<u32>(word(a, 2) ^ word(b, 1), 1);
  const w18 = rotl<u32>(word(a, 1) ^ word(b, 0), 1);
  return words(w16, w17, w18, rotl<u32>(word(a, 0) ^ w16, 1));
}

@inline
function sum0(a: u32): u32 {
  return rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
}

@inline
function sum1(e: u32): u32 {
  return rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
}

export function sha256rnds2(cdgh: Vec, abef: Vec, message: Vec): Vec {
  let a = word(abef, 3);
  let b = word(abef, 2);
  let c = word(cdgh, 3);
  let d = word(cdgh, 2);
  let e = word(abef, 1);
  let f = word(abef, 0);
  let g = word(cdgh, 1);
  let h = word(cdgh, 0);
  for (let round: u32 = 0; round < 2; round++) {
    const t1 = ((e & f) ^ (~e & g)) + sum1(e) + word(message, round) + h;
    const t2 = ((a & b) ^ (a & c) ^ (b & c)) + sum0(a);
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  return words(a, b, e, f);
}

@inline
function sigma0(w: u32): u32 {
  return rotr<u32>(w, 7) ^ rotr<u32>(w, 18) ^ (w >> 3);
}

@inline
function sigma1(w: u32): u32 {
  return rotr<u32>(w, 17) ^ rotr<u32>(w, 19) ^ (w >> 10);
}

export function sha256msg1(a: Vec, b: Vec): Vec {
  return words(
    word(a, 3) + sigma0(word(b, 0)),
    word(a, 2) + sigma0(word(a, 3)),
    word(a, 1) + sigma0(word(a, 2)),
    word(a, 0) + sigma0(word(a, 1)),
  );
}

export function sha256msg2(a: Vec, b: Vec): Vec {
  const w16 = word(a, 0) + sigma1(word(b, 2));
  const w17 = word(a, 1) + sigma1(word(b, 3));
  const w18 = word(a, 2) + sigma1(w16);
  return words(word(a, 3) + sigma1(w17), w18, w17, w16);
}
