import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeGateDescriptor,
  decodeSegmentDescriptor,
  encodeGateDescriptor,
  encodeSegmentDescriptor,
  SYSTEM_TYPE,
} from './descriptors.ts';
import { combineExceptions, exceptionOf, exceptions, VECTOR } from './exceptions.ts';
import { isCanonical, pagingModes } from './paging.ts';

test('the flat 64-bit code segment of every boot tutorial', () => {
  expect(decodeSegmentDescriptor(0x00af9a000000ffffn)).toEqual({
    base: 0n,
    limit: 0xffffffff,
    type: 0xa,
    isCodeOrData: true,
    dpl: 0,
    present: true,
    available: false,
    long: true,
    big: false,
    granular: true,
  });
});

test('segment descriptors survive encoding and decoding', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 32n - 1n), (low, high) => {
      expect(encodeSegmentDescriptor(decodeSegmentDescriptor(low, high))).toEqual({ low, high });
    }),
  );
});

test('a limit that the granularity cannot express is refused', () => {
  const flat = decodeSegmentDescriptor(0x00af9a000000ffffn);
  expect(() => encodeSegmentDescriptor({ ...flat, limit: 0x1234 })).toThrow('cannot be expressed in 4 KiB units');
  expect(() => encodeSegmentDescriptor({ ...flat, granular: false, limit: 0x100000 })).toThrow(
    'cannot be expressed in bytes',
  );
});

test('gates survive encoding and decoding', () => {
  const gate = fc.record({
    selector: fc.nat(0xffff),
    offset: fc.bigInt(0n, 2n ** 64n - 1n),
    type: fc.constantFrom(SYSTEM_TYPE.INTERRUPT_GATE, SYSTEM_TYPE.TRAP_GATE),
    dpl: fc.nat(3),
    present: fc.boolean(),
    ist: fc.nat(7),
  });
  fc.assert(
    fc.property(gate, (fields) => {
      const { low, high } = encodeGateDescriptor({ ...fields, parameterCount: 0 });
      expect(decodeGateDescriptor(low, high)).toEqual({ ...fields, parameterCount: fields.ist });
    }),
  );
});

test.each([
  [VECTOR.GP, VECTOR.NP, 'double fault'],
  [VECTOR.GP, VECTOR.PF, 'serial'],
  [VECTOR.PF, VECTOR.PF, 'double fault'],
  [VECTOR.PF, VECTOR.GP, 'double fault'],
  [VECTOR.PF, VECTOR.UD, 'serial'],
  [VECTOR.UD, VECTOR.GP, 'serial'],
  [VECTOR.DF, VECTOR.GP, 'shutdown'],
  [VECTOR.DF, VECTOR.PF, 'shutdown'],
  [0x20, VECTOR.GP, 'serial'],
] as const)('vector %i, then vector %i: %s', (first, second, result) => {
  expect(combineExceptions(first, second)).toBe(result);
});

test('error codes are pushed by these vectors only', () => {
  expect(exceptions.filter(({ errorCode }) => errorCode).map(({ vector }) => vector)).toEqual([
    8, 10, 11, 12, 13, 14, 17, 21,
  ]);
  expect(exceptionOf(9)).toBeUndefined();
});

test.each([
  [0n, true],
  [0x7fffffffffffn, true],
  [0x800000000000n, false],
  [0xffff800000000000n, true],
  [0xffff7fffffffffffn, false],
  [-1n, true],
])('0x%x canonical: %s', (address, canonical) => {
  expect(isCanonical(address)).toBe(canonical);
});

test('the levels of each paging mode cover the linear address without gaps', () => {
  for (const mode of Object.values(pagingModes)) {
    let below = 12;
    for (const level of [...mode.levels].reverse()) {
      expect(level.shift).toBe(below);
      below += level.indexBits;
    }
    expect(below).toBe(mode.name === '4-level' ? 48 : 32);
  }
});
