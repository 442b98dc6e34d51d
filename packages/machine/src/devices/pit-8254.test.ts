import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MockClock } from '../../test/mock-clock.ts';
import { PIT_HERTZ, Pit8254 } from './pit-8254.ts';
import { SystemControlB } from './system-control-b.ts';

/** Time at which pulse `n` of the timer comes. */
const nanos = (pulse: number) => Math.ceil((pulse * 1e9) / PIT_HERTZ);

function setUp() {
  const clock = new MockClock();
  const edges: (readonly [pulse: number, high: boolean])[] = [];
  let level: boolean | undefined;
  const pulseNow = () => Math.floor((clock.nowNanos * PIT_HERTZ) / 1e9);
  const pit = new Pit8254(clock, {
    set: (high) => {
      if (high !== level) edges.push([pulseNow(), high]);
      level = high;
    },
  });
  const control = new SystemControlB(clock, pit.counters[2]);
  const to = (pulse: number) => clock.advance(nanos(pulse) - clock.nowNanos);
  const program = (counter: number, word: number, ...bytes: number[]) => {
    pit.portWrite(0x43, 1, (counter << 6) | word);
    for (const byte of bytes) pit.portWrite(0x40 + counter, 1, byte);
  };
  const latch = (counter: number) => {
    pit.portWrite(0x43, 1, counter << 6);
    return pit.portRead(0x40 + counter) | (pit.portRead(0x40 + counter) << 8);
  };
  const gate = (high: boolean) => control.portWrite(0x61, 1, high ? 1 : 0);
  const output2 = () => (control.portRead() & 0x20) !== 0;
  return { clock, edges, pit, control, to, program, latch, gate, output2 };
}

describe('modes of counter 0', () => {
  test('0: rises count + 1 pulses after it was written, and goes on counting', () => {
    const { edges, to, program, latch } = setUp();
    program(0, 0x30, 100, 0);
    to(3);
    expect(latch(0)).toBe(98);
    to(300);
    expect(edges).toEqual([
      [0, false],
      [101, true],
    ]);
    expect(latch(0)).toBe(0x10000 - 199);
  });

  test('0: the first byte of a new count lowers the output', () => {
    const { edges, to, program, pit } = setUp();
    program(0, 0x30, 10, 0);
    to(20);
    pit.portWrite(0x40, 1, 5);
    to(30);
    pit.portWrite(0x40, 1, 0);
    to(50);
    expect(edges.slice(1)).toEqual([
      [11, true],
      [20, false],
      [36, true],
    ]);
  });

  test('2: low for one pulse each period; a new count waits for the end of the period', () => {
    const { edges, to, program, pit } = setUp();
    program(0, 0x34, 10, 0);
    to(15);
    pit.portWrite(0x40, 1, 4);
    pit.portWrite(0x40, 1, 0);
    to(31);
    expect(edges).toEqual([
      [0, true],
      [10, false],
      [11, true],
      [20, false],
      [21, true],
      [24, false],
      [25, true],
      [28, false],
      [29, true],
    ]);
  });

  test('3: a square wave, its high half longer by one for odd counts; a new count waits for the half', () => {
    const { edges, to, program, pit, latch } = setUp();
    program(0, 0x36, 7, 0);
    to(2);
    expect(latch(0)).toBe(4);
    to(9);
    pit.portWrite(0x40, 1, 20);
    pit.portWrite(0x40, 1, 0);
    to(43);
    expect(edges).toEqual([
      [0, true],
      [5, false],
      [8, true],
      [12, false],
      [22, true],
      [32, false],
      [42, true],
    ]);
  });

  test('4: one low pulse after the count', () => {
    const { edges, to, program } = setUp();
    program(0, 0x38, 6, 0);
    to(100);
    expect(edges).toEqual([
      [0, true],
      [7, false],
      [8, true],
    ]);
  });

  test('periods are exact for ever: 100 Hz for a minute', () => {
    const { clock, pit } = setUp();
    pit.portWrite(0x43, 1, 0x34);
    pit.portWrite(0x40, 1, 11932 & 0xff);
    pit.portWrite(0x40, 1, 11932 >> 8);
    const seconds = 60;
    clock.advance(seconds * 1e9);
    pit.portWrite(0x43, 1, 0);
    const elapsed = seconds * PIT_HERTZ - 1;
    const count = pit.portRead(0x40) | (pit.portRead(0x40) << 8);
    expect(count).toBe(11932 - (elapsed % 11932));
  });
});

describe('counter 2 with its gate at port 61', () => {
  test('1: each rising edge of the gate gives a low pulse of the count', () => {
    const { to, program, gate, output2 } = setUp();
    program(2, 0xb2 & 0x3f, 10, 0);
    to(5);
    expect(output2()).toBe(true);
    gate(true);
    to(6);
    expect(output2()).toBe(false);
    gate(false); // has no effect
    to(10);
    gate(true); // starts over
    to(20);
    expect(output2()).toBe(false);
    to(21);
    expect(output2()).toBe(true);
  });

  test('0: the gate stops the count', () => {
    const { to, program, gate, output2, latch, control } = setUp();
    gate(true);
    program(2, 0x30, 50, 0);
    to(11);
    gate(false);
    expect(latch(2)).toBe(40);
    to(100);
    expect([latch(2), output2()]).toEqual([40, false]);
    gate(true);
    to(139);
    expect(output2()).toBe(false);
    to(140);
    expect(output2()).toBe(true);
    expect(control.portRead() & 0x0f).toBe(1);
  });

  test('2: a low gate raises the output and a rising one starts over', () => {
    const { to, program, gate, latch } = setUp();
    gate(true);
    program(2, 0x34, 10, 0);
    to(6);
    gate(false);
    to(50);
    gate(true);
    to(53);
    expect(latch(2)).toBe(8);
  });

  test('5: a strobe after the trigger', () => {
    const { to, program, gate, output2 } = setUp();
    program(2, 0x3a, 4, 0);
    to(10);
    expect(output2()).toBe(true);
    gate(true);
    to(15);
    expect(output2()).toBe(false);
    to(16);
    expect(output2()).toBe(true);
  });

  test('port 61 keeps its low bits and shows the refresh of memory', () => {
    const { clock, control } = setUp();
    control.portWrite(0x61, 1, 0xff);
    expect(control.portRead() & 0xcf).toBe(0x0f);
    const seen = new Set<number>();
    for (let i = 0; i < 40; i++) {
      clock.advance(1000);
      seen.add(control.portRead() & 0x10);
    }
    expect(seen.size).toBe(2);
  });
});

describe('reading', () => {
  test('a latched count stays until read, low byte first', () => {
    const { to, program, pit } = setUp();
    program(0, 0x34, 0x34, 0x12);
    to(1);
    pit.portWrite(0x43, 1, 0);
    to(100);
    pit.portWrite(0x43, 1, 0); // ignored: the first one has not been read
    expect([pit.portRead(0x40), pit.portRead(0x40)]).toEqual([0x34, 0x12]);
    expect([pit.portRead(0x40), pit.portRead(0x40)]).toEqual([0xd1, 0x11]);
  });

  test('one byte only, and both bytes on the fly', () => {
    const { to, program, pit } = setUp();
    program(0, 0x14, 200);
    program(1, 0x24, 3);
    to(11);
    expect([pit.portRead(0x40), pit.portRead(0x40)]).toEqual([190, 190]);
    expect(pit.portRead(0x41)).toBe(0x02);
  });

  test('read-back gives status first, then the count, of every counter named', () => {
    const { to, program, pit } = setUp();
    program(0, 0x36, 10, 0);
    pit.portWrite(0x43, 1, 0xe2); // status only, the count is not loaded yet
    expect(pit.portRead(0x40)).toBe(0xf6);
    to(2);
    pit.portWrite(0x43, 1, 0xc2);
    expect([pit.portRead(0x40), pit.portRead(0x40), pit.portRead(0x40)]).toEqual([0xb6, 8, 0]);
    pit.portWrite(0x40, 1, 20);
    pit.portWrite(0x40, 1, 0);
    pit.portWrite(0x43, 1, 0xe2);
    expect(pit.portRead(0x40)).toBe(0xf6); // a new count waits
  });

  test('BCD', () => {
    const { to, program, latch } = setUp();
    program(0, 0x35, 0x00, 0x10); // 1000
    to(2);
    expect(latch(0)).toBe(0x0999);
    program(0, 0x31, 0x05, 0x00);
    to(9);
    expect(latch(0)).toBe(0x9999);
  });
});

test('a wire changes exactly when reading the output says so', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 2, 3, 4),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 40 }),
      (mode, first, pause, second) => {
        const { edges, pit, to, program } = setUp();
        program(0, 0x10 | (mode << 1), first);
        const levels: boolean[] = [];
        for (let pulse = 0; pulse < 150; pulse++) {
          to(pulse);
          if (pulse === pause) pit.portWrite(0x40, 1, second);
          levels.push(pit.counters[0].output);
        }
        const fromEdges = levels.map((_, pulse) => edges.findLast(([at]) => at <= pulse)?.[1]);
        expect(fromEdges).toEqual(levels);
      },
    ),
    { numRuns: 200 },
  );
});
