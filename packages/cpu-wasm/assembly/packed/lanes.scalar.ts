// The words of lanes.ts for the JavaScript twin, which has no vector instructions: a value is the address of 16 bytes in linear
// memory. Results are made in a ring of temporaries, large enough that none of an instruction's values is overwritten while it
// is in use; lanes are handled one by one, with plain 32-bit arithmetic wherever it suffices, which is what JavaScript is good at.

import { TEMPORARIES, TEMPORARIES_END } from '../layout';

/** 128 bits: the address of a temporary. */
export type Vec = usize;

let next: usize = TEMPORARIES;

/** A new temporary. */
function fresh(): Vec {
  const at = next;
  next = at + 16 == TEMPORARIES_END ? TEMPORARIES : at + 16;
  return at;
}

export function get(at: usize): Vec {
  const r = fresh();
  set(r, at);
  // `set` reads as many bytes as it writes, from anywhere.
  return r;
}

function clear(): Vec {
  const r = fresh();
  store<u32>(r, 0);
  store<u32>(r, 0, 4);
  store<u32>(r, 0, 8);
  store<u32>(r, 0, 12);
  return r;
}

export function getQuad(at: usize): Vec {
  const r = clear();
  store<u32>(r, load<u32>(at, 0, 1));
  store<u32>(r, load<u32>(at, 4, 1), 4);
  return r;
}

export function getDouble(at: usize): Vec {
  const r = clear();
  store<u32>(r, load<u32>(at, 0, 1));
  return r;
}

export function getWord(at: usize): Vec {
  const r = clear();
  store<u16>(r, load<u16>(at, 0, 1));
  return r;
}

export function set(at: usize, value: Vec): void {
  if (((at | value) & 3) == 0) {
    store<u32>(at, load<u32>(value));
    store<u32>(at, load<u32>(value, 4), 4);
    store<u32>(at, load<u32>(value, 8), 8);
    store<u32>(at, load<u32>(value, 12), 12);
    return;
  }
  for (let i: usize = 0; i < 16; i++) store<u8>(at + i, load<u8>(value + i));
}

export function low(a: Vec): u64 {
  return load<u64>(a, 0, 4);
}

export function high(a: Vec): u64 {
  return load<u64>(a, 8, 4);
}

export function pair(lowHalf: u64, highHalf: u64): Vec {
  const r = fresh();
  store<u64>(r, lowHalf, 0, 4);
  store<u64>(r, highHalf, 8, 4);
  return r;
}

export function withFloat<T>(a: Vec, value: T): Vec {
  const r = fresh();
  set(r, a);
  store<T>(r, value);
  return r;
}

export function splat<T>(value: T): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(r + i, value);
  return r;
}

export function zero(): Vec {
  return clear();
}

export function and(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 4) store<u32>(r + i, load<u32>(a + i) & load<u32>(b + i));
  return r;
}

export function andNot(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 4) store<u32>(r + i, ~load<u32>(a + i) & load<u32>(b + i));
  return r;
}

export function or(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 4) store<u32>(r + i, load<u32>(a + i) | load<u32>(b + i));
  return r;
}

export function xor(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 4) store<u32>(r + i, load<u32>(a + i) ^ load<u32>(b + i));
  return r;
}

export function select(mask: Vec, a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 4) {
    const m = load<u32>(mask + i);
    store<u32>(r + i, (load<u32>(a + i) & m) | (load<u32>(b + i) & ~m));
  }
  return r;
}

export function isZero(a: Vec): bool {
  return (load<u32>(a) | load<u32>(a, 4) | load<u32>(a, 8) | load<u32>(a, 12)) == 0;
}

export function add<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(r + i, <T>(load<T>(a + i) + load<T>(b + i)));
  return r;
}

export function sub<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(r + i, <T>(load<T>(a + i) - load<T>(b + i)));
  return r;
}

/** `value` cut to the range of the 8 or 16-bit type T. */
@inline
function saturate<T>(value: i32): T {
  const least = isSigned<T>() ? -(1 << (<i32>sizeof<T>() * 8 - 1)) : 0;
  const most = isSigned<T>() ? (1 << (<i32>sizeof<T>() * 8 - 1)) - 1 : (1 << (<i32>sizeof<T>() * 8)) - 1;
  return <T>(value < least ? least : value > most ? most : value);
}

export function addSaturated<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    store<T>(r + i, saturate<T>(<i32>load<T>(a + i) + <i32>load<T>(b + i)));
  }
  return r;
}

export function subSaturated<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    store<T>(r + i, saturate<T>(<i32>load<T>(a + i) - <i32>load<T>(b + i)));
  }
  return r;
}

export function mul<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(r + i, <T>(load<T>(a + i) * load<T>(b + i)));
  return r;
}

export function mulHigh<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 2) {
    // The product of two unsigned words fits in 32 bits without a sign.
    store<u16>(r + i, <u16>((<u32>(<i32>load<T>(a + i) * <i32>load<T>(b + i))) >> 16));
  }
  return r;
}

export function mulRound(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 2) {
    const product = <i32>load<i16>(a + i) * <i32>load<i16>(b + i);
    store<u16>(r + i, <u16>(((product >> 14) + 1) >> 1));
  }
  return r;
}

export function mulEven<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 8) {
    store<u64>(r + i, <u64>(<i64>load<T>(a + i) * <i64>load<T>(b + i)), 0, 4);
  }
  return r;
}

export function mulAdd(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 4) {
    const even = <i32>load<i16>(a + i) * <i32>load<i16>(b + i);
    store<i32>(r + i, even + <i32>load<i16>(a + i, 2) * <i32>load<i16>(b + i, 2));
  }
  return r;
}

export function mulAddBytes(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += 2) {
    const even = <i32>load<u8>(a + i) * <i32>load<i8>(b + i);
    store<i16>(r + i, saturate<i16>(even + <i32>load<u8>(a + i, 1) * <i32>load<i8>(b + i, 1)));
  }
  return r;
}

export function sumDifferences(a: Vec, b: Vec): Vec {
  const r = clear();
  for (let i: usize = 0; i < 16; i += 8) {
    let sum: i32 = 0;
    for (let j: usize = 0; j < 8; j++) {
      const difference = <i32>load<u8>(a + i + j) - <i32>load<u8>(b + i + j);
      sum += difference < 0 ? -difference : difference;
    }
    store<i32>(r + i, sum);
  }
  return r;
}

export function minimum<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    const x = load<T>(a + i);
    const y = load<T>(b + i);
    store<T>(r + i, x < y ? x : y);
  }
  return r;
}

export function maximum<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    const x = load<T>(a + i);
    const y = load<T>(b + i);
    store<T>(r + i, x > y ? x : y);
  }
  return r;
}

export function average<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    store<T>(r + i, <T>((<u32>load<T>(a + i) + <u32>load<T>(b + i) + 1) >> 1));
  }
  return r;
}

export function absolute<T>(a: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    const x = <i32>load<T>(a + i);
    store<T>(r + i, <T>(x < 0 ? -x : x));
  }
  return r;
}

export function equal<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    store<T>(r + i, load<T>(a + i) == load<T>(b + i) ? <T>-1 : 0);
  }
  return r;
}

export function greater<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) {
    store<T>(r + i, load<T>(a + i) > load<T>(b + i) ? <T>-1 : 0);
  }
  return r;
}

export function shiftLeft<T>(a: Vec, count: u32): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(r + i, <T>(load<T>(a + i) << (<T>count)));
  return r;
}

export function shiftRight<T>(a: Vec, count: u32): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(r + i, <T>(load<T>(a + i) >> (<T>count)));
  return r;
}

/** One of the sources of `narrow`: its lanes to 8 bytes at `to`. */
@inline
function narrowInto<T>(to: usize, a: Vec): void {
  if (sizeof<T>() == 2) {
    for (let i: usize = 0; i < 8; i++) {
      const value = <i32>load<i16>(a + (i << 1));
      if (isSigned<T>()) store<i8>(to + i, saturate<i8>(value));
      else store<u8>(to + i, saturate<u8>(value));
    }
  } else {
    for (let i: usize = 0; i < 4; i++) {
      const value = load<i32>(a + (i << 2));
      if (isSigned<T>()) store<i16>(to + (i << 1), saturate<i16>(value));
      else store<u16>(to + (i << 1), saturate<u16>(value));
    }
  }
}

export function narrow<T>(a: Vec, b: Vec): Vec {
  const r = fresh();
  narrowInto<T>(r, a);
  narrowInto<T>(r + 8, b);
  return r;
}

export function extendLow<T>(a: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 8; i += sizeof<T>()) {
    const value = load<T>(a + i);
    if (sizeof<T>() == 1) store<i16>(r + (i << 1), <i16>value);
    else if (sizeof<T>() == 2) store<i32>(r + (i << 1), <i32>value);
    else store<i64>(r + (i << 1), <i64>value, 0, 4);
  }
  return r;
}

/** Lanes of 8 bytes of each source in turn. */
@inline
function interleave<T>(a: usize, b: usize): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 8; i += sizeof<T>()) {
    store<T>(r + (i << 1), load<T>(a + i));
    store<T>(r + (i << 1) + sizeof<T>(), load<T>(b + i));
  }
  return r;
}

export function interleaveLow<T>(a: Vec, b: Vec): Vec {
  return interleave<T>(a, b);
}

export function interleaveHigh<T>(a: Vec, b: Vec): Vec {
  return interleave<T>(a + 8, b + 8);
}

/** Every second lane, from `offset` on. */
@inline
function everySecond<T>(a: Vec, b: Vec, offset: usize): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 8; i += sizeof<T>()) {
    store<T>(r + i, load<T>(a + offset + (i << 1)));
    store<T>(r + 8 + i, load<T>(b + offset + (i << 1)));
  }
  return r;
}

export function evens<T>(a: Vec, b: Vec): Vec {
  return everySecond<T>(a, b, 0);
}

export function odds<T>(a: Vec, b: Vec): Vec {
  return everySecond<T>(a, b, sizeof<T>());
}

export function shuffleBytes(a: Vec, control: Vec): Vec {
  const r = fresh();
  for (let i: usize = 0; i < 16; i++) {
    const from = <usize>load<u8>(control + i);
    store<u8>(r + i, (from & 0x80) != 0 ? 0 : load<u8>(a + (from & 15)));
  }
  return r;
}

export function signBits<T>(a: Vec): u32 {
  let bits: u32 = 0;
  for (let i: usize = 0; i < 16 / sizeof<T>(); i++) {
    bits |= (<u32>(load<u8>(a + (i + 1) * sizeof<T>() - 1) >> 7)) << (<u32>i);
  }
  return bits;
}
