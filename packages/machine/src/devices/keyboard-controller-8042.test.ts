import { describe, expect, test } from 'vitest';
import { MockClock } from '../../test/mock-clock.ts';
import { KEY_CODES, type KeyCode } from '../keyboard/key-codes.ts';
import { translateScanCode } from '../keyboard/translation.ts';
import { A20Gate } from './a20-gate.ts';
import { KeyboardController8042, SCAN_CODE_NANOS } from './keyboard-controller-8042.ts';
import { type KeyEvent, Ps2Keyboard } from './ps2-keyboard.ts';

function setUp() {
  const clock = new MockClock();
  const log: string[] = [];
  const keys: KeyEvent[] = [];
  const leds: number[] = [];
  const lines = { keyboard: false, auxiliary: false };
  let edges = 0;
  const keyboard = new Ps2Keyboard({ nextKey: () => keys.shift(), ledsChanged: (value) => void leds.push(value) });
  const a20Gate = new A20Gate(
    (port) => void log.push(`reset by ${port.toString(16)}`),
    () => void log.push('A20 closed'),
  );
  const controller = new KeyboardController8042(
    clock,
    keyboard,
    {
      keyboard: {
        set: (asserted) => {
          if (asserted && !lines.keyboard) edges++;
          lines.keyboard = asserted;
        },
      },
      auxiliary: { set: (asserted) => void (lines.auxiliary = asserted) },
    },
    { reset: () => void log.push('reset'), a20Gate, scanCodeTaken: () => {} },
  );
  const key = (code: KeyCode, down: boolean) => {
    keys.push({ code, down });
    controller.keyReady();
  };
  const command = (...values: number[]) => {
    const [first = 0, ...rest] = values;
    controller.portWrite(0x64, 1, first);
    for (const value of rest) controller.portWrite(0x60, 1, value);
  };
  const data = (value: number) => controller.portWrite(0x60, 1, value);
  const status = () => controller.portRead(0x64);
  /** Everything that comes, read as a handler does it. */
  const readAll = () => {
    const bytes: number[] = [];
    for (let i = 0; i < 100; i++) {
      if (status() & 1) bytes.push(controller.portRead(0x60));
      clock.advance(SCAN_CODE_NANOS);
    }
    return bytes;
  };
  const edgeCount = () => edges;
  return {
    clock,
    controller,
    keyboard,
    key,
    keys,
    command,
    data,
    status,
    readAll,
    lines,
    leds,
    log,
    a20Gate,
    edgeCount,
  };
}

describe('keys', () => {
  test('arrive as scan codes of set 1, each byte with an edge of IRQ 1', () => {
    const { key, readAll, edgeCount } = setUp();
    const bytes = (['KeyA', 'ArrowUp'] as const).flatMap((code) =>
      [true, false].flatMap((down) => {
        key(code, down);
        return readAll();
      }),
    );
    expect(bytes).toEqual([0x1e, 0x9e, 0xe0, 0x48, 0xe0, 0xc8]);
    expect(edgeCount()).toBe(6);
  });

  test('one that nobody reads asks again with the next key', () => {
    const { key, readAll, edgeCount } = setUp();
    key('KeyA', true);
    key('KeyB', true);
    expect([edgeCount(), readAll()]).toEqual([2, [0x1e, 0x30]]);
  });

  test('a handler that reads twice does not lose a byte', () => {
    const { controller, key, clock } = setUp();
    key('KeyA', true);
    key('KeyA', false);
    expect([controller.portRead(0x60), controller.portRead(0x60)]).toEqual([0x1e, 0x1e]);
    clock.advance(SCAN_CODE_NANOS - 1);
    expect(controller.portRead(0x64) & 1).toBe(0);
    clock.advance(1);
    expect([controller.portRead(0x64) & 1, controller.portRead(0x60)]).toEqual([1, 0x9e]);
  });

  test('in set 2 without translation, in set 1 from the keyboard itself', () => {
    const { key, command, data, readAll } = setUp();
    command(0x60, 0x21);
    key('F7', true);
    key('F7', false);
    key('ControlRight', false);
    expect(readAll()).toEqual([0x83, 0xf0, 0x83, 0xe0, 0xf0, 0x14]);
    data(0xf0);
    data(0x01);
    key('F7', false);
    key('ControlRight', false);
    expect(readAll()).toEqual([0xfa, 0xfa, 0xc1, 0xe0, 0x9d]);
  });

  test('Print Screen and Pause have sequences, which modifiers change', () => {
    const { key, command, readAll } = setUp();
    command(0x60, 0x21);
    const press = (...codes: KeyCode[]) => {
      for (const code of codes) key(code, true);
      for (const code of codes.reverse()) key(code, false);
      return readAll()
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join(' ');
    };
    expect(press('PrintScreen')).toBe('e0 12 e0 7c e0 f0 7c e0 f0 12');
    expect(press('ShiftLeft', 'PrintScreen')).toBe('12 e0 7c e0 f0 7c f0 12');
    expect(press('AltLeft', 'PrintScreen')).toBe('11 84 f0 84 f0 11');
    expect(press('Pause')).toBe('e1 14 77 e1 f0 14 f0 77');
    expect(press('ControlLeft', 'Pause')).toBe('14 e0 7e e0 f0 7e f0 14');
  });

  test('every key has codes of its own, and they survive the translation', () => {
    const { keyboard } = setUp();
    const make = KEY_CODES.map((code) => keyboard.scanCodesOf({ code, down: true }));
    expect(KEY_CODES.length).toBe(105);
    expect(new Set(make.map(String)).size).toBe(105);
    expect(new Set(make.map((codes) => String(codes.map(translateScanCode)))).size).toBe(105);
    for (const codes of make)
      expect(codes.map(translateScanCode).every((code) => code < 0x80 || code >= 0xe0)).toBe(true);
  });

  test('wait while scanning or the interface is off, and are counted', () => {
    const { controller, key, keys, command, data, readAll } = setUp();
    data(0xf5);
    expect(readAll()).toEqual([0xfa]);
    key('KeyB', true);
    expect([controller.takesKeys, controller.pendingBytes(keys), readAll()]).toEqual([false, 1, []]);
    data(0xf4);
    expect(readAll()).toEqual([0xfa, 0x30]);
    command(0xad);
    key('ArrowLeft', false);
    expect([controller.pendingBytes(keys), readAll()]).toEqual([2, []]);
    command(0xae);
    expect([controller.pendingBytes(keys), readAll()]).toEqual([2, [0xe0, 0xcb]]);
    expect(controller.pendingBytes(keys)).toBe(0);
  });

  test('polling for a key is noticed', () => {
    const { controller, status, clock } = setUp();
    for (let i = 0; i < 15; i++) status();
    expect(controller.isPolled).toBe(false);
    status();
    expect(controller.isPolled).toBe(true);
    clock.advance(2_000_000);
    expect(controller.isPolled).toBe(false);
  });
});

describe('keyboard commands', () => {
  test.each([
    ['echo', [0xee], [0xee]],
    ['identity, translated', [0xf2], [0xfa, 0xab, 0x41]],
    ['reset', [0xff], [0xfa, 0xaa]],
    ['typematic rate', [0xf3, 0x20], [0xfa, 0xfa]],
    ['defaults', [0xf6], [0xfa]],
    ['which scan code set, translated', [0xf0, 0x00], [0xfa, 0xfa, 0x41]],
    ['scan code set 3 is refused', [0xf0, 0x03], [0xfa, 0xfe]],
    ['an unknown command', [0xfb], [0xfe]],
    ['resend', [0xee, 0xfe], [0xee, 0xee]],
    ['a command where a parameter is expected', [0xed, 0xf2], [0xfa, 0xfa, 0xab, 0x41]],
  ])('%s', (_, bytes, answers) => {
    const { data, readAll } = setUp();
    const got = bytes.flatMap((byte) => {
      data(byte);
      return readAll();
    });
    expect(got).toEqual(answers);
  });

  test('lamps', () => {
    const { data, leds } = setUp();
    data(0xed);
    data(0x05);
    data(0xff);
    expect(leds).toEqual([5, 0]);
  });
});

describe('controller commands', () => {
  test.each([
    ['read the command byte', [0x20], [0x61]],
    ['write and read RAM', [0x7f, 0x5a, 0x3f], [0x5a]],
    ['self-test', [0xaa], [0x55]],
    ['test of the keyboard interface', [0xab], [0x00]],
    ['test of the auxiliary interface', [0xa9], [0x00]],
    ['input port', [0xc0], [0x80]],
    ['output port', [0xd0], [0xcf]],
    ['write to the keyboard buffer', [0xd2, 0x1e], [0x1e]],
  ])('%s', (_, [first = 0, ...rest], answers) => {
    const { controller, command, readAll } = setUp();
    if (rest.length === 2) {
      command(first, rest[0] ?? 0);
      command(rest[1] ?? 0);
    } else command(first, ...rest);
    expect(readAll()).toEqual(answers);
    expect(controller.portRead(0x64) & 0x14).toBe(0x14);
  });

  test('the auxiliary port: loop back, interrupt 12, and nobody at home', () => {
    const { controller, command, status, lines } = setUp();
    command(0x60, 0x43);
    command(0xd3, 0xa5);
    expect([status() & 0x21, { ...lines }, controller.portRead(0x60)]).toEqual([
      0x21,
      { keyboard: false, auxiliary: true },
      0xa5,
    ]);
    command(0xd4, 0xff);
    expect([status() & 0x61, controller.portRead(0x60), lines.auxiliary]).toEqual([0x61, 0xfe, false]);
    command(0xa7);
    command(0x20);
    expect(controller.portRead(0x60)).toBe(0x63);
    command(0xa8);
    command(0x20);
    expect(controller.portRead(0x60)).toBe(0x43);
  });

  test('without its interrupt the keyboard is silent but full', () => {
    const { key, command, status, lines } = setUp();
    command(0x60, 0x60);
    key('KeyA', true);
    expect([status() & 1, lines.keyboard]).toEqual([1, false]);
    command(0x60, 0x61);
    expect(lines.keyboard).toBe(true);
  });

  test('the reset line, pulsed or written, and port 92', () => {
    const { command, log, a20Gate } = setUp();
    command(0xfe);
    command(0xff); // pulses nothing
    command(0xd1, 0xde);
    expect(log).toEqual(['reset', 'reset']);
    expect(a20Gate.portRead()).toBe(0x02);
    a20Gate.portWrite(0x92, 1, 0x03);
    expect(log.at(-1)).toBe('reset by 92');
  });

  test('closing the A20 gate is reported, opening it again is not', () => {
    const { command, log, a20Gate } = setUp();
    command(0xdf);
    command(0xd1, 0xdf);
    expect([log, a20Gate.isOpen]).toEqual([[], true]);
    command(0xd1, 0xdd);
    command(0xdd);
    a20Gate.portWrite(0x92, 1, 0x00);
    expect([log, a20Gate.isOpen]).toEqual([['A20 closed', 'A20 closed', 'A20 closed'], false]);
  });
});
