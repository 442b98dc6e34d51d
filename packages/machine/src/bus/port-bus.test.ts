import { expect, test } from 'vitest';
import { MmioBus } from './mmio-bus.ts';
import { PortBus, type PortDevice } from './port-bus.ts';

/** A device that remembers its accesses and answers with the low byte of the port in every byte. */
function recorder(): PortDevice & { log: string[] } {
  const log: string[] = [];
  return {
    log,
    portRead(port, sizeBytes) {
      log.push(`r${sizeBytes} ${port.toString(16)}`);
      return sizeBytes === 1 ? port & 0xff : 0xaabbccdd >>> (32 - 8 * sizeBytes);
    },
    portWrite(port, sizeBytes, value) {
      log.push(`w${sizeBytes} ${port.toString(16)}=${value.toString(16)}`);
    },
  };
}

test('unclaimed ports read as all ones in every width and swallow writes', () => {
  const bus = new PortBus();
  expect([bus.read(0x70, 1), bus.read(0x70, 2), bus.read(0xcfc, 4)]).toEqual([0xff, 0xffff, 0xffffffff]);
  bus.write(0x70, 4, 0x12345678);
});

test('a wide access to byte-wide devices is carried out byte by byte, ascending, across claims and gaps', () => {
  const bus = new PortBus();
  const low = recorder();
  const high = recorder();
  bus.claim({ owner: 'low', firstPort: 0x10, portCount: 2, device: low });
  bus.claim({ owner: 'high', firstPort: 0x13, portCount: 1, device: high });
  expect(bus.read(0x10, 4)).toBe(0x13ff1110);
  bus.write(0x10, 4, 0xd4c3b2a1);
  expect(low.log).toEqual(['r1 10', 'r1 11', 'w1 10=a1', 'w1 11=b2']);
  expect(high.log).toEqual(['r1 13', 'w1 13=d4']);
});

test('a wide device gets an access inside its range in one piece and a straddling one as bytes', () => {
  const bus = new PortBus();
  const device = recorder();
  bus.claim({ owner: 'exit', firstPort: 0xf4, portCount: 4, device, wide: true });
  bus.write(0xf4, 4, 0xdeadbeef);
  bus.write(0xf6, 4, 0xdeadbeef);
  expect(device.log).toEqual(['w4 f4=deadbeef', 'w1 f6=ef', 'w1 f7=be']);
});

test('an access over the end of the port space meets nobody there', () => {
  const bus = new PortBus();
  bus.claim({ owner: 'last', firstPort: 0xffff, portCount: 1, device: recorder() });
  expect(bus.read(0xffff, 4)).toBe(0xffffffff);
  bus.claim({ owner: 'first', firstPort: 0, portCount: 1, device: recorder() });
  expect(bus.read(0xffff, 2)).toBe(0xffff);
});

test('overlapping and impossible claims are refused by name', () => {
  const bus = new PortBus();
  bus.claim({ owner: 'COM1', firstPort: 0x3f8, portCount: 8, device: recorder() });
  expect(() => bus.claim({ owner: 'FDC', firstPort: 0x3f0, portCount: 9, device: recorder() })).toThrow(
    'FDC claims port 0x3f8, which belongs to COM1',
  );
  expect(() => bus.claim({ owner: 'X', firstPort: 0xfff8, portCount: 9, device: recorder() })).toThrow(RangeError);
  expect(bus.ownerOf(0x3ff)).toBe('COM1');
  expect(bus.ownerOf(0x400)).toBeUndefined();
});

test('physical addresses without a device read as all ones', () => {
  const bus = new MmioBus();
  expect([bus.read(0xfee00000, 1), bus.read(0xfee00000, 2), bus.read(0xfee00000, 4)]).toEqual([
    0xff, 0xffff, 0xffffffff,
  ]);
  const device = { mmioRead: (offset: number) => offset, mmioWrite() {} };
  bus.claim({ owner: 'APIC', firstAddress: 0xfee00000, lengthBytes: 0x1000, device });
  expect(bus.read(0xfee00020, 4)).toBe(0x20);
  expect(() => bus.claim({ owner: 'X', firstAddress: 0xfee00fff, lengthBytes: 1, device })).toThrow('overlaps APIC');
});
