/** From scan codes and terminal bytes to keys, and the queue in between, as WebAssembly on the host. */
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compileTestGuest, type Guest, startGuest } from './guest.ts';

const SOURCE = `
import { ScanCodeDecoder } from '../drivers/scan-codes';
import { SerialKeyDecoder } from '../drivers/serial-keys';
import { ByteQueue, QUEUE_CAPACITY } from '../drivers/byte-queue';
export { abort } from '../library/panic';
const SCAN = changetype<ScanCodeDecoder>(memory.data(offsetof<ScanCodeDecoder>(), 8));
const SERIAL = changetype<SerialKeyDecoder>(memory.data(offsetof<SerialKeyDecoder>(), 8));
const QUEUE = changetype<ByteQueue>(memory.data(offsetof<ByteQueue>() + QUEUE_CAPACITY, 8));
export function scan(code: u32): i32 { return SCAN.decode(code); }
export function serial(byte: u32): i32 { return SERIAL.decode(byte); }
export function push(byte: u32): void { QUEUE.push(byte); }
export function take(): i32 { return QUEUE.take(); }
export function lost(): u32 { return QUEUE.lostCount; }
export function capacity(): u32 { return QUEUE_CAPACITY; }
`;

let module: WebAssembly.Module;
let guest: Guest;
beforeAll(async () => {
  module = await compileTestGuest(SOURCE);
}, 60_000);
beforeEach(() => {
  guest = startGuest(module);
});

/** Feeds codes and returns the keys, characters as text. */
const keys = (decoder: 'scan' | 'serial', ...codes: number[]) =>
  codes
    .map((code) => guest.call(decoder, code) as number)
    .filter((key) => key !== 0)
    .map((key) => (key < 0x80 ? String.fromCharCode(key) : `0x${key.toString(16)}`))
    .join('');
const scan = (...codes: number[]) => keys('scan', ...codes);
const [SHIFT, RIGHT_SHIFT, CONTROL, CAPS_LOCK, A] = [0x2a, 0x36, 0x1d, 0x3a, 0x1e];
const up = (code: number) => code | 0x80;

describe('scan codes', () => {
  test('IRQ-2: a press is a key, a release is none', () => {
    expect(scan(A)).toBe('a');
    expect(scan(up(A))).toBe('');
  });

  test('every row of the keyboard', () => {
    const row = (first: number, count: number) => scan(...Array.from({ length: count }, (_, i) => first + i));
    expect(row(0x02, 12)).toBe('1234567890-=');
    expect(row(0x10, 12)).toBe('qwertyuiop[]');
    expect(row(0x1e, 12)).toBe("asdfghjkl;'`");
    expect(row(0x2b, 11)).toBe('\\zxcvbnm,./');
    expect(scan(0x39, 0x1c, 0x0e, 0x0f, 0x01)).toBe(' \n\b\t\x1b');
    scan(SHIFT);
    expect(row(0x02, 12)).toBe('!@#$%^&*()_+');
    expect(row(0x10, 12)).toBe('QWERTYUIOP{}');
    expect(row(0x1e, 12)).toBe('ASDFGHJKL:"~');
    expect(row(0x2b, 11)).toBe('|ZXCVBNM<>?');
  });

  test('either shift key shifts, until both are up', () => {
    expect(scan(SHIFT, RIGHT_SHIFT, up(SHIFT), A, up(RIGHT_SHIFT), A)).toBe('Aa');
  });

  test('Caps Lock shifts letters only, shift undoes it, repetition does not toggle it', () => {
    expect(scan(CAPS_LOCK, CAPS_LOCK, up(CAPS_LOCK), A, 0x02, SHIFT, A, 0x02, up(SHIFT))).toBe('A1a!');
    expect(scan(CAPS_LOCK, up(CAPS_LOCK), A)).toBe('a');
  });

  test('Ctrl makes control characters of letters', () => {
    expect(scan(CONTROL, 0x2e, 0x02, up(CONTROL), 0x2e)).toBe('\x03c');
    expect(scan(0xe0, CONTROL, 0x2e, 0xe0, up(CONTROL), 0x2e)).toBe('\x03c'); // the right one
  });

  test('extended keys, their releases, and the shifts that they pretend', () => {
    expect(scan(0xe0, 0x48, 0xe0, 0xc8)).toBe('0x101'); // cursor up
    expect(scan(0xe0, SHIFT, 0xe0, 0x4b, 0xe0, 0xcb, 0xe0, up(SHIFT), A)).toBe('0x103a');
    expect(scan(0xe0, 0x53)).toBe('0x109'); // Delete
    expect(scan(0xe0, 0x1c, 0xe0, 0x35)).toBe('\n/'); // of the numeric pad
    expect(scan(0x47, 0x48, 0x52, 0x53)).toBe('780.');
  });

  test('the Pause key is one sequence without a meaning', () => {
    expect(scan(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, A)).toBe('a');
  });

  test('any sequence of bytes leaves a decoder that works', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        guest = startGuest(module);
        scan(...bytes);
        // Whatever was pending: let go of everything, then a press of Escape has to arrive.
        scan(1, 1, 1, 1, 1, 1, up(SHIFT), up(RIGHT_SHIFT), up(CONTROL), 0xe0, up(CONTROL));
        expect(scan(1)).toBe('\x1b');
      }),
    );
  });
});

describe('bytes of a terminal', () => {
  const serial = (text: string) => keys('serial', ...Buffer.from(text, 'latin1'));

  test('characters, Enter, Backspace', () => expect(serial('ab\r\n\x7f\x08')).toBe('ab\n\n\b\b'));
  test('escape sequences', () => {
    expect(serial('\x1b[A\x1b[B\x1b[C\x1b[D')).toBe('0x1010x1060x1040x103');
    expect(serial('\x1b[H\x1b[F\x1b[3~\x1bOHx')).toBe('0x1000x1050x1090x100x');
  });
  test('unknown sequences and bytes beyond ASCII mean nothing', () => expect(serial('\x1b[5~\x1bq\xe4z')).toBe('z'));
});

test('the queue is a queue, as long as it is not full', () => {
  const capacity = guest.call('capacity') as number;
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(255), { nil: undefined }), { maxLength: 400 }), (operations) => {
      guest = startGuest(module);
      const model: number[] = [];
      let lost = 0;
      for (const byte of operations) {
        if (byte === undefined) expect(guest.call('take')).toBe(model.shift() ?? -1);
        else {
          guest.call('push', byte);
          if (model.length < capacity - 1) model.push(byte);
          else lost++;
        }
      }
      expect(guest.call('lost')).toBe(lost);
    }),
  );
});
