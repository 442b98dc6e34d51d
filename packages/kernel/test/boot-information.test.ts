/** The loader's record, in both formats, and the words on the command line. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compileTestGuest, type Guest, startGuest } from './guest.ts';

const SOURCE = `
import { BootInformation, MemoryArea } from '../library/boot-information';
import { hasWord } from '../library/command-line';
export { abort } from '../library/panic';
export function read(address: u32, magic: u32): void { BootInformation.read(address, magic); }
export function commandLine(): usize { return BootInformation.commandLine(); }
export function loaderName(): usize { return BootInformation.loaderName(); }
export function first(): usize { return changetype<usize>(BootInformation.firstMemoryArea()); }
export function next(area: usize): usize {
  return changetype<usize>(BootInformation.nextMemoryArea(changetype<MemoryArea>(area)));
}
export function hasPanic(): bool { return hasWord('panic'); }
`;

const MULTIBOOT1 = 0x2badb002;
const MULTIBOOT2 = 0x36d76289;
const RECORD = 0x500;
const TEXT = 0x900;
const AREAS = [
  { base: 0n, length: 0x9fc00n, type: 1 },
  { base: 0x9fc00n, length: 0x400n, type: 2 },
  { base: 0x100000n, length: 0x7ee0000n, type: 1 },
];

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileTestGuest(SOURCE);
}, 60_000);

/** A guest with a record of the given format; `undefined` leaves a part out. */
function guestWith(format: number, commandLine: string | undefined, areas: typeof AREAS | undefined): Guest {
  const guest = startGuest(module);
  const view = new DataView(guest.memory.buffer);
  const text = (address: number, value: string) => guest.memory.set(Buffer.from(`${value}\0`, 'latin1'), address);
  if (format === MULTIBOOT1) {
    view.setUint32(RECORD, (commandLine === undefined ? 0 : 4) | (areas === undefined ? 0 : 64), true);
    view.setUint32(RECORD + 16, TEXT, true);
    text(TEXT, commandLine ?? 'not valid');
    let at = 0xa00;
    view.setUint32(RECORD + 48, at, true);
    for (const { base, length, type } of areas ?? []) {
      view.setUint32(at, 20, true);
      view.setBigUint64(at + 4, base, true);
      view.setBigUint64(at + 12, length, true);
      view.setUint32(at + 20, type, true);
      at += 24;
    }
    view.setUint32(RECORD + 44, at - 0xa00, true);
  } else {
    let at = RECORD + 8;
    const tag = (type: number, sizeBytes: number) => {
      view.setUint32(at, type, true);
      view.setUint32(at + 4, sizeBytes, true);
      const content = at + 8;
      at += (sizeBytes + 7) & ~7;
      return content;
    };
    tag(21, 12);
    if (commandLine !== undefined) text(tag(1, 8 + commandLine.length + 1), commandLine);
    if (areas !== undefined) {
      let entry = tag(6, 16 + 24 * areas.length);
      view.setUint32(entry, 24, true);
      entry += 8;
      for (const { base, length, type } of areas) {
        view.setBigUint64(entry, base, true);
        view.setBigUint64(entry + 8, length, true);
        view.setUint32(entry + 16, type, true);
        entry += 24;
      }
    }
    tag(0, 8);
    view.setUint32(RECORD, at - RECORD, true);
  }
  guest.call('read', RECORD, format);
  return guest;
}

describe.each([
  ['Multiboot 1', MULTIBOOT1],
  ['Multiboot 2', MULTIBOOT2],
])('%s', (_name, format) => {
  test('gives the memory areas in order', () => {
    const guest = guestWith(format, undefined, AREAS);
    const view = new DataView(guest.memory.buffer);
    const seen: typeof AREAS = [];
    for (let area = guest.call('first') as number; area !== 0; area = guest.call('next', area) as number)
      seen.push({
        base: view.getBigUint64(area, true),
        length: view.getBigUint64(area + 8, true),
        type: view.getUint32(area + 16, true),
      });
    expect(seen).toEqual(AREAS);
  });

  test('says so when there is no memory map, no command line, no loader name', () => {
    const guest = guestWith(format, undefined, undefined);
    expect(guest.call('first')).toBe(0);
    expect(guest.call('commandLine')).toBe(0);
    expect(guest.call('loaderName')).toBe(0);
    expect(guest.call('hasPanic')).toBe(0);
  });

  test.each([
    ['panic', true],
    ['  kernel.elf   panic  ', true],
    ['verbose panic', true],
    ['', false],
    ['   ', false],
    ['panics', false],
    ['pani', false],
    ['dontpanic', false],
    ['panic=no', false],
  ])('finds the word panic in %j: %s', (commandLine, expected) => {
    expect(guestWith(format, commandLine, AREAS).call('hasPanic')).toBe(expected ? 1 : 0);
  });
});

test('a Multiboot 2 tag with an impossible size ends the list', () => {
  const guest = guestWith(MULTIBOOT2, undefined, AREAS);
  new DataView(guest.memory.buffer).setUint32(RECORD + 8 + 4, 0, true);
  expect(guest.call('first')).toBe(0);
});
