import { describe, expect, test } from 'vitest';
import { EdgeLevelControl, PicPair } from './pic-8259a.ts';

const EOI = 0x20;

function setUp(icw4 = 0x01) {
  const levels: boolean[] = [];
  const pics = new PicPair({ set: (asserted) => void (levels.at(-1) !== asserted && levels.push(asserted)) });
  const { master, slave } = pics;
  const out = (port: number, ...values: number[]) => {
    for (const value of values) (port < 0xa0 ? master : slave).portWrite(port, 1, value);
  };
  const read = (port: number) => (port < 0xa0 ? master : slave).portRead(port);
  out(0x20, 0x11);
  out(0x21, 0x20, 0x04, icw4);
  out(0xa0, 0x11);
  out(0xa1, 0x28, 0x02, 0x01);
  const raise = (irq: number) => pics.line(irq).set(true);
  const lower = (irq: number) => pics.line(irq).set(false);
  const pulse = (irq: number) => {
    lower(irq);
    raise(irq);
  };
  const inService = () => {
    out(0x20, 0x0b);
    out(0xa0, 0x0b);
    return read(0x20) | (read(0xa0) << 8);
  };
  return { pics, out, read, raise, lower, pulse, inService, pending: () => levels.at(-1) === true };
}

describe('requests', () => {
  test('an edge is served once, a mask holds it back, and it can be read in IRR', () => {
    const { pics, out, read, raise, lower, pending, inService } = setUp();
    out(0x21, 0x02);
    expect(read(0x21)).toBe(0x02);
    raise(1);
    expect([pending(), read(0x20)]).toEqual([false, 0x02]);
    out(0x21, 0x00);
    expect(pending()).toBe(true);
    expect([pics.acknowledge(), pending(), inService()]).toEqual([0x21, false, 0x02]);
    out(0x20, EOI);
    expect([pending(), inService()]).toEqual([false, 0]);
    lower(1);
    raise(1);
    expect(pending()).toBe(true);
  });

  test('a request that goes away before it is acknowledged ends in the spurious IRQ 7', () => {
    const { pics, raise, lower, pending, inService } = setUp();
    raise(3);
    lower(3);
    expect(pending()).toBe(false);
    expect([pics.acknowledge(), inService()]).toEqual([0x27, 0]);
  });

  test('on the slave it is IRQ 15, and the master has IR2 in service', () => {
    const { pics, raise, lower, inService } = setUp();
    raise(9);
    const { slave } = pics;
    const vector = pics.master.acknowledge(() => {
      lower(9);
      return slave.acknowledge();
    });
    expect(vector).toBe(0x2f);
    expect(inService()).toBe(0x04);
  });

  test('higher priorities interrupt lower ones, not the other way round', () => {
    const { pics, out, raise, pending } = setUp();
    raise(4);
    expect(pics.acknowledge()).toBe(0x24);
    raise(6);
    expect(pending()).toBe(false);
    raise(0);
    expect(pics.acknowledge()).toBe(0x20);
    out(0x20, EOI); // ends 0
    expect(pending()).toBe(false);
    out(0x20, EOI); // ends 4
    expect(pics.acknowledge()).toBe(0x26);
  });

  test('a level asks again as long as it is there: LTIM and ELCR', () => {
    const { pics, out, raise, lower, pending } = setUp();
    const elcr = new EdgeLevelControl(pics);
    elcr.portWrite(0x4d0, 1, 0xff);
    elcr.portWrite(0x4d1, 1, 0xff);
    expect([elcr.portRead(0x4d0), elcr.portRead(0x4d1)]).toEqual([0xf8, 0xde]);
    raise(5);
    expect(pics.acknowledge()).toBe(0x25);
    out(0x20, EOI);
    expect(pending()).toBe(true);
    lower(5);
    expect(pending()).toBe(false);
    raise(1); // stays an edge
    pics.acknowledge();
    out(0x20, EOI);
    expect(pending()).toBe(false);
    out(0x20, 0x19);
    out(0x21, 0x20, 0x04, 0x01);
    expect(pending()).toBe(true);
  });

  test('ICW1 forgets mask, service and edges', () => {
    const { pics, out, read, raise, pending, inService } = setUp();
    out(0x21, 0xf0);
    raise(1);
    raise(2 + 1);
    pics.acknowledge();
    out(0x20, 0x11);
    out(0x21, 0x40, 0x04, 0x01);
    expect([read(0x21), read(0x20), inService(), pending()]).toEqual([0, 0, 0, false]);
  });
});

describe('cascade', () => {
  test('the slave comes in at IR2, and each chip needs its EOI', () => {
    const { pics, out, raise, pulse, inService, pending } = setUp();
    raise(12);
    expect([pics.acknowledge(), inService()]).toEqual([0x2c, 0x1004]);
    pulse(8); // higher on the slave, but the master is busy with IR2
    expect(pending()).toBe(false);
    out(0xa0, EOI);
    out(0x20, EOI);
    expect(pics.acknowledge()).toBe(0x28);
  });

  test('requests of the slave that wait behind each other each reach the master', () => {
    const { pics, out, raise, pending } = setUp();
    raise(8);
    raise(9);
    for (const vector of [0x28, 0x29]) {
      expect(pics.acknowledge()).toBe(vector);
      out(0xa0, EOI);
      out(0x20, EOI);
    }
    expect(pending()).toBe(false);
  });

  test('special fully nested mode lets a higher request of the slave through', () => {
    const { pics, raise, inService } = setUp(0x11);
    raise(12);
    pics.acknowledge();
    raise(8);
    expect([pics.acknowledge(), inService()]).toEqual([0x28, 0x1104]);
  });

  test('tells what could interrupt now', () => {
    const { pics, out, raise } = setUp();
    expect([1, 8, 15].map((irq) => pics.wouldInterrupt(irq))).toEqual([true, true, true]);
    out(0x21, 0x04);
    expect([1, 8, 15].map((irq) => pics.wouldInterrupt(irq))).toEqual([true, false, false]);
    raise(0);
    pics.acknowledge();
    expect(pics.wouldInterrupt(1)).toBe(false);
  });
});

describe('commands', () => {
  test('a specific EOI ends the level it names', () => {
    const { pics, out, raise, inService } = setUp();
    raise(5);
    pics.acknowledge();
    raise(3);
    pics.acknowledge();
    out(0x20, 0x65);
    expect(inService()).toBe(0x08);
  });

  test('automatic EOI leaves nothing in service, with and without rotation', () => {
    const { pics, out, raise, pulse, inService } = setUp(0x03);
    raise(0);
    raise(1);
    expect([pics.acknowledge(), inService()]).toEqual([0x20, 0]);
    out(0x20, 0x80); // rotate in automatic EOI mode
    pulse(0);
    expect(pics.acknowledge()).toBe(0x20); // still first, then last
    pulse(0);
    expect([pics.acknowledge(), pics.acknowledge()]).toEqual([0x21, 0x20]);
  });

  test('rotation: on non-specific EOI, on specific EOI, and by setting the lowest priority', () => {
    const { pics, out, raise, pulse } = setUp();
    raise(2 - 1);
    raise(3);
    expect(pics.acknowledge()).toBe(0x21);
    pulse(1);
    out(0x20, 0xa0); // 1 is the lowest now
    expect(pics.acknowledge()).toBe(0x23);
    out(0x20, 0xe3); // 3 is
    expect(pics.acknowledge()).toBe(0x21);
    out(0x20, EOI);
    out(0x20, 0xc5); // 5 is, so 6 is the highest
    pulse(0);
    pulse(6);
    expect(pics.acknowledge()).toBe(0x26);
  });

  test('poll takes the request like an acknowledge', () => {
    const { out, read, raise, inService, pending } = setUp();
    raise(6);
    out(0x20, 0x0c);
    expect([read(0x20), inService(), pending()]).toEqual([0x86, 0x40, false]);
    out(0x20, 0x0c);
    expect([read(0x21), read(0x21)]).toEqual([0, 0]);
  });

  test('special mask mode lets all others through while a level is in service and masked', () => {
    const { pics, out, raise, inService } = setUp();
    raise(1);
    pics.acknowledge();
    out(0x21, 0x02);
    out(0x20, 0x68);
    raise(4);
    expect(pics.acknowledge()).toBe(0x24);
    out(0x20, EOI); // does not end the masked level
    expect(inService()).toBe(0x02);
    out(0x20, 0x48);
    raise(7);
    expect(pics.wouldInterrupt(7)).toBe(false);
  });
});
