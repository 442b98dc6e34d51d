import { describe, expect, test } from 'vitest';
import { MockClock } from '../../test/mock-clock.ts';
import { RtcMc146818 } from './rtc-mc146818.ts';

const SECOND = 1e9;

function setUp(start = '2024-02-28T23:59:58.700Z', memoryBytes = 128 * 2 ** 20) {
  const clock = new MockClock();
  const line = { asserted: false, rises: [] as number[] };
  const rtc = new RtcMc146818(
    clock,
    {
      set: (asserted) => {
        if (asserted && !line.asserted) line.rises.push(clock.nowNanos);
        line.asserted = asserted;
      },
    },
    memoryBytes,
    new Date(start),
  );
  const read = (index: number) => {
    rtc.portWrite(0x70, 1, index);
    return rtc.portRead(0x71);
  };
  const write = (index: number, value: number) => {
    rtc.portWrite(0x70, 1, 0x80 | index);
    rtc.portWrite(0x71, 1, value);
  };
  const time = () => [0x32, 9, 8, 7, 6, 4, 2, 0].map((index) => read(index).toString(16).padStart(2, '0')).join(' ');
  return { clock, rtc, line, read, write, time };
}

describe('time', () => {
  test('goes with guest time, in BCD and 24 hours, over the end of February', () => {
    const { clock, time } = setUp();
    expect(time()).toBe('20 24 02 28 04 23 59 58');
    clock.advance(2 * SECOND);
    expect(time()).toBe('20 24 02 29 05 00 00 00');
    clock.advance(24 * 3600 * SECOND);
    expect(time()).toBe('20 24 03 01 06 00 00 00');
  });

  test('in binary and 12 hours', () => {
    const { clock, write, read, time } = setUp();
    write(0x0b, 0x04);
    expect(time()).toBe('14 18 02 1c 04 8b 3b 3a');
    clock.advance(2 * SECOND);
    expect(read(4)).toBe(12);
  });

  test('can be set, at once or held by SET', () => {
    const { clock, write, time } = setUp();
    write(0x00, 0x30);
    expect(time()).toBe('20 24 02 28 04 23 59 30');
    write(0x0b, 0x82);
    for (const [index, value] of [[0, 0x59], [2, 0x59], [4, 0x23], [7, 0x31], [8, 0x12], [9, 0x99], [0x32, 0x19]] as const) write(index, value); // biome-ignore format: one date
    clock.advance(10 * SECOND);
    expect(time()).toBe('19 99 12 31 04 23 59 59');
    write(0x0b, 0x02);
    clock.advance(SECOND);
    expect(time()).toBe('20 00 01 01 07 00 00 00');
  });

  test('announces an update 244 microseconds ahead', () => {
    const { clock, read } = setUp();
    clock.advance(SECOND - 250_000);
    expect(read(0x0a)).toBe(0x26);
    clock.advance(10_000);
    expect(read(0x0a)).toBe(0xa6);
    clock.advance(240_000);
    expect(read(0x0a)).toBe(0x26);
  });

  test('a start that is no date is refused', () => {
    expect(() => setUp('never')).toThrow('startTime');
  });
});

describe('interrupts', () => {
  test('periodic: one each period that has been acknowledged by reading C', () => {
    const { clock, line, read, write, rtc } = setUp();
    write(0x0b, 0x42);
    expect(rtc.willRaiseInterrupt).toBe(true);
    clock.advance(3_000_000);
    expect(line.rises).toEqual([976_563]);
    expect(rtc.willRaiseInterrupt).toBe(false);
    expect([read(0x0c), read(0x0c), line.asserted]).toEqual([0xc0, 0x00, false]);
    clock.advance(1_000_000);
    expect(line.rises).toEqual([976_563, 3_906_250]);
    write(0x0a, 0x20); // rate 0 is off
    read(0x0c);
    clock.advance(SECOND / 10);
    expect(line.asserted).toBe(false);
  });

  test('update ended: each second', () => {
    const { clock, line, read, write } = setUp();
    write(0x0b, 0x12);
    clock.advance(SECOND);
    expect([read(0x0c) & 0x90, line.rises]).toEqual([0x90, [SECOND]]);
  });

  test('alarm: a time of the day, or every hour, minute or second', () => {
    const { clock, line, read, write } = setUp('2024-01-01T06:59:50Z');
    write(0x05, 0x07);
    write(0x03, 0x30);
    write(0x01, 0x10);
    write(0x0b, 0x22);
    clock.advance(24 * 3600 * SECOND);
    expect(line.rises).toEqual([(30 * 60 + 20) * SECOND]);
    expect(read(0x0c) & 0xa0).toBe(0xa0);
    write(0x05, 0xff);
    write(0x03, 0xc0);
    clock.advance(20 * SECOND);
    expect(line.rises[1]).toBe((24 * 3600 + 20) * SECOND);
    write(0x01, 0x61); // no second is called so
    read(0x0c);
    clock.advance(3600 * SECOND);
    expect(line.asserted).toBe(false);
  });

  test('flags are set without being enabled', () => {
    const { clock, line, read } = setUp();
    clock.advance(SECOND);
    expect([read(0x0c), line.asserted]).toEqual([0x50, false]);
  });
});

test('CMOS tells the size of memory', () => {
  const { read, write } = setUp(undefined, 128 * 2 ** 20);
  const word = (index: number) => read(index) | (read(index + 1) << 8);
  expect([word(0x15), word(0x17), word(0x30), word(0x34), read(0x0d)]).toEqual([640, 0xffff, 0xffff, 0x700, 0x80]);
  write(0x40, 0x5a);
  expect(read(0x40)).toBe(0x5a);
  const small = setUp(undefined, 2 ** 20);
  expect([small.read(0x30), small.read(0x34)]).toEqual([0, 0]);
});
