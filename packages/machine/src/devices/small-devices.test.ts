import { expect, test } from 'vitest';
import { PortBus } from '../bus/port-bus.ts';
import { DebugConsole } from './debug-console.ts';
import { DebugExit } from './debug-exit.ts';
import { PostPort } from './post-port.ts';
import { RESET_CONTROL_FIRST_PORT, RESET_CONTROL_PORT_COUNT, ResetControl } from './reset-control.ts';

test('isa-debug-exit hands over the value of any width', () => {
  const exits: number[][] = [];
  const bus = new PortBus();
  const device = new DebugExit((code, port) => void exits.push([code, port]));
  bus.claim({ owner: 'exit', firstPort: 0xf4, portCount: 4, device, wide: true });
  bus.write(0xf4, 1, 0x10);
  bus.write(0xf4, 4, 0x12345678);
  expect(exits).toEqual([
    [0x10, 0xf4],
    [0x12345678, 0xf4],
  ]);
});

test('the debug console is found by reading 0xe9', () => {
  const bytes: number[] = [];
  const device = new DebugConsole((byte) => void bytes.push(byte));
  expect(device.portRead()).toBe(0xe9);
  device.portWrite(0xe9, 1, 0x41);
  expect(bytes).toEqual([0x41]);
});

test('the POST port reads back its code', () => {
  const device = new PostPort(() => {});
  device.portWrite(0x80, 1, 0x5a);
  expect(device.portRead()).toBe(0x5a);
});

test('the reset control register resets on a rising edge only, and never by a PCI configuration address', () => {
  let resets = 0;
  const bus = new PortBus();
  bus.claim({
    owner: 'reset',
    firstPort: RESET_CONTROL_FIRST_PORT,
    portCount: RESET_CONTROL_PORT_COUNT,
    device: new ResetControl(() => resets++),
    wide: true,
  });
  bus.write(0xcf8, 4, 0x8000_ff00);
  bus.write(0xcf8, 2, 0x0600);
  expect([bus.read(0xcf8, 4), bus.read(0xcf9, 1), resets]).toEqual([0xffffffff, 0, 0]);
  bus.write(0xcf9, 1, 0x02);
  expect(resets).toBe(0);
  bus.write(0xcf9, 1, 0x06);
  bus.write(0xcf9, 1, 0x06);
  expect([bus.read(0xcf9, 1), resets]).toEqual([0x06, 1]);
});
