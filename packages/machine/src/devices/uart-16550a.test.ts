import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { MockClock } from '../../test/mock-clock.ts';
import { Uart16550a } from './uart-16550a.ts';

const [DATA, IER, IIR, FCR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 2, 3, 4, 5, 6, 7];
const OUT2 = 0x08;
const LOOP = 0x10;

let clock: MockClock;
let sent: number[];
let waiting: number[];
let interrupt: boolean;
let uart: Uart16550a;

beforeEach(() => {
  clock = new MockClock();
  sent = [];
  waiting = [];
  interrupt = false;
  const line = { set: (asserted: boolean) => void (interrupt = asserted) };
  uart = new Uart16550a(clock, line, {
    transmitted: (byte) => void sent.push(byte),
    nextReceived: () => waiting.shift(),
  });
});

const read = (register: number) => uart.portRead(0x3f8 + register);
const write = (register: number, value: number) => uart.portWrite(0x3f8 + register, 1, value);
function arrive(...bytes: number[]): void {
  waiting.push(...bytes);
  uart.receiveReady();
}

test('comes out of reset as table II of the datasheet says', () => {
  expect([IER, IIR, LCR, MCR, LSR].map(read)).toEqual([0, 0x01, 0, 0, 0x60]);
  expect(read(MSR)).toBe(0xb0);
});

test('sends a byte at once and stays ready for the next', () => {
  for (const byte of [0x4f, 0x4b]) {
    expect(read(LSR) & 0x60).toBe(0x60);
    write(DATA, byte);
  }
  expect(sent).toEqual([0x4f, 0x4b]);
});

test('the divisor latch hides behind DLAB and transmits nothing', () => {
  write(LCR, 0x83);
  write(DATA, 0x01);
  write(IER, 0x02);
  expect([read(DATA), read(IER)]).toEqual([0x01, 0x02]);
  write(LCR, 0x03);
  expect(read(IER)).toBe(0);
  expect(sent).toEqual([]);
});

test('the scratch register keeps a byte; reserved bits of IER and MCR read as zero', () => {
  write(SCR, 0xa5);
  write(IER, 0xf0);
  write(MCR, 0xe0);
  expect([read(SCR), read(IER), read(MCR)]).toEqual([0xa5, 0, 0]);
});

test('LSR and MSR ignore writes', () => {
  write(LSR, 0xff);
  write(MSR, 0xff);
  expect([read(LSR), read(MSR)]).toEqual([0x60, 0xb0]);
});

describe('receiver', () => {
  test('takes one byte without FIFO and leaves the rest with the peer', () => {
    arrive(1, 2, 3);
    expect(waiting).toEqual([2, 3]);
    expect(read(LSR) & 1).toBe(1);
    expect([read(DATA), read(DATA), read(DATA)]).toEqual([1, 2, 3]);
    expect(read(LSR) & 1).toBe(0);
    expect(read(DATA)).toBe(0);
  });

  test('takes sixteen bytes with FIFO, in order, and refills as the guest reads', () => {
    write(FCR, 0x01);
    arrive(...Array.from({ length: 20 }, (_, i) => i));
    expect(waiting.length).toBe(4);
    expect(Array.from({ length: 20 }, () => read(DATA))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('clearing the FIFO drops what is in it', () => {
    write(FCR, 0x01);
    arrive(1, 2);
    write(FCR, 0x03);
    expect(read(LSR) & 1).toBe(0);
  });

  test('no sequence of peer bytes and reads loses or reorders a byte', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(255), fc.constant('read'), fc.constant('fifo'))), (steps) => {
        const pending: number[] = [];
        const got: number[] = [];
        const device = new Uart16550a(
          new MockClock(),
          { set() {} },
          {
            transmitted() {},
            nextReceived: () => pending.shift(),
          },
        );
        const given: number[] = [];
        device.portWrite(FCR, 1, 1);
        const readAll = () => {
          while (device.portRead(LSR) & 1) got.push(device.portRead(DATA));
        };
        for (const step of steps) {
          if (typeof step === 'number') {
            given.push(step);
            pending.push(step);
            device.receiveReady();
          } else if (step === 'read') {
            if (device.portRead(LSR) & 1) got.push(device.portRead(DATA));
          } else {
            readAll(); // switching the FIFO clears it by design, so empty it first
            device.portWrite(FCR, 1, device.portRead(IIR) & 0x80 ? 0 : 1);
          }
        }
        readAll();
        expect(got).toEqual(given);
      }),
    );
  });
});

describe('interrupts', () => {
  beforeEach(() => write(MCR, OUT2));

  test('IIR reports the highest priority first', () => {
    write(FCR, 0x01);
    write(IER, 0x0f);
    expect(read(IIR)).toBe(0xc2); // transmitter empty, and reading it clears it
    expect(read(IIR)).toBe(0xc1);
    arrive(0x41);
    expect(read(IIR)).toBe(0xc4);
    expect(interrupt).toBe(true);
    read(DATA);
    expect(read(IIR)).toBe(0xc1);
    expect(interrupt).toBe(false);
  });

  test('writing a byte raises transmitter empty again', () => {
    write(IER, 0x02);
    read(IIR);
    expect(interrupt).toBe(false);
    write(DATA, 1);
    expect(interrupt).toBe(true);
    expect(read(IIR)).toBe(0x02);
  });

  test('below the trigger level data waits for four character times', () => {
    write(LCR, 0x83);
    write(DATA, 1); // 115,200 baud
    write(LCR, 0x03); // 8n1: 10 bits
    write(FCR, 0x81); // trigger level 8
    write(IER, 0x01);
    arrive(1, 2, 3);
    clock.advance(347_222);
    expect(interrupt).toBe(false);
    clock.advance(1);
    expect(interrupt).toBe(true);
    expect(read(IIR)).toBe(0xcc);
    read(DATA);
    expect(read(IIR)).toBe(0xc1);
    clock.advance(347_223);
    expect(read(IIR)).toBe(0xcc);
  });

  test('at the trigger level data is reported at once', () => {
    write(FCR, 0x41); // trigger level 4
    write(IER, 0x01);
    arrive(1, 2, 3);
    expect(interrupt).toBe(false);
    arrive(4);
    expect(read(IIR)).toBe(0xc4);
  });

  test('reach the processor only through OUT2', () => {
    write(IER, 0x02);
    expect(interrupt).toBe(true);
    write(MCR, 0);
    expect(interrupt).toBe(false);
    expect(read(IIR)).toBe(0x02);
  });
});

describe('loopback', () => {
  test('returns what is sent, to nobody else, and ignores the peer', () => {
    write(MCR, LOOP);
    arrive(0x99);
    write(DATA, 0x5a);
    expect(read(DATA)).toBe(0x5a);
    expect(sent).toEqual([]);
    expect(read(LSR) & 1).toBe(0);
    write(MCR, 0);
    expect(read(DATA)).toBe(0x99);
  });

  test('connects the modem outputs to the inputs and records the changes', () => {
    write(MCR, LOOP | 0x0a); // RTS and OUT2: CTS and DCD stay, DSR falls
    expect(read(MSR)).toBe(0x90 | 0x02);
    write(MCR, LOOP | 0x04); // OUT1: RI rises, which is no trailing edge
    expect(read(MSR)).toBe(0x40 | 0x09);
    write(MCR, LOOP);
    expect(read(MSR)).toBe(0x04);
  });

  test('an overrun keeps the FIFO but replaces the single register', () => {
    write(MCR, LOOP);
    write(DATA, 1);
    write(DATA, 2);
    expect(read(LSR) & 0x03).toBe(0x03);
    expect(read(LSR) & 0x02).toBe(0);
    expect(read(DATA)).toBe(2);
    write(FCR, 1);
    for (let byte = 0; byte < 17; byte++) write(DATA, byte);
    expect(read(LSR) & 0x03).toBe(0x03);
    expect(Array.from({ length: 16 }, () => read(DATA))).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  test('a break arrives as a zero with its flag', () => {
    write(MCR, LOOP);
    write(LCR, 0x43);
    expect(read(LSR) & 0x11).toBe(0x11);
    expect(read(DATA)).toBe(0);
  });
});
