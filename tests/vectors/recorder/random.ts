/** Seeded random numbers (xorshift32): the same seed gives the same recordings and programs everywhere. */

/** Draws below a bound, from a list, and wide numbers. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not give neighbouring sequences, and 0 would stay 0.
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 1;
    for (let i = 0; i < 8; i++) this.below(1);
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % bound;
  }

  /** True once in `n`. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** `count` random bits. */
  bits(count: number): bigint {
    let value = 0n;
    for (let done = 0; done < count; done += 16) value = (value << 16n) | BigInt(this.below(0x10000));
    return BigInt.asUintN(count, value);
  }
}
