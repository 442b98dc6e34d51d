/** The boot information and placement against what GRUB 2.06 did in QEMU with the same kernels (fixtures/grub/README.md). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type BootPlan,
  type InformationTag,
  loadImage,
  parseInformation,
  parseMultiboot1Information,
} from '../src/index.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/grub/${name}`, import.meta.url)));
const MODULES = {
  mod1: { bytes: new Uint8Array(5000).fill(0x41), commandLine: 'arg-mod1 two' },
  mod2: { bytes: new Uint8Array(100).fill(0x42), commandLine: 'arg-mod2 two' },
};
const LOADER_NAME = 'GRUB 2.06-13+deb12u2';
const REGISTERS = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'];

function readDump(name: string) {
  const dump = fixture(`${name}.dump`);
  const view = new DataView(dump.buffer);
  const registers = Object.fromEntries(REGISTERS.map((register, i) => [register, view.getUint32(4 * i, true)]));
  return { registers, information: dump.subarray(32) };
}

function informationOf(plan: BootPlan) {
  const segment = plan.segments.find((candidate) => candidate.what === 'boot information');
  return segment!.bytes;
}

function expectRegisters(plan: BootPlan, dumped: Record<string, number>) {
  expect({ ecx: 0, edx: 0, esi: 0, edi: 0, ebp: 0, ...plan.registers }).toEqual(dumped);
}

describe('Multiboot 2 as GRUB passes it', () => {
  test.each([
    ['multiboot2-1m', 'hello world', [MODULES.mod1, MODULES.mod2]],
    ['multiboot2-2m', '', []],
    ['multiboot2-gap', '', [MODULES.mod1]],
    ['multiboot2-relocatable', '', []],
  ])('%s: registers, addresses, every tag, every byte but padding', (name, commandLine, modules) => {
    const { registers, information } = readDump(name);
    const expected = parseInformation(information);
    const tag = <Tag extends InformationTag['tag']>(wanted: Tag) =>
      expected.find((candidate): candidate is Extract<InformationTag, { tag: Tag }> => candidate.tag === wanted)!;
    const plan = loadImage(fixture(`${name}.elf`), {
      memoryBytes: 128 << 20,
      commandLine,
      modules,
      loaderName: LOADER_NAME,
      firmware: { apm: tag('apm'), bootDevice: tag('boot-device'), rsdp: tag('acpi-1.0').rsdp },
    });
    expectRegisters(plan, registers);
    const actual = informationOf(plan);
    expect(parseInformation(actual)).toEqual(expected);
    expect(withoutPadding(actual)).toEqual(withoutPadding(information));
  });
});

/** GRUB leaves garbage between the tags; it is not part of any of them. */
function withoutPadding(information: Uint8Array): Uint8Array {
  const copy = information.slice();
  const view = new DataView(copy.buffer);
  for (let at = 8; at < copy.length; ) {
    const size = view.getUint32(at + 4, true);
    const next = at + Math.ceil(size / 8) * 8;
    copy.fill(0, at + size, next);
    at = next;
  }
  return copy;
}

describe('Multiboot 1 as GRUB passes it', () => {
  test.each([
    ['multiboot1-1m', 'hello world', [MODULES.mod1, MODULES.mod2]],
    ['multiboot1-2m', 'x', [MODULES.mod2]],
    ['multiboot1-elf64', '', []],
  ])('%s: registers, addresses, every field but the VBE tables', (name, commandLine, modules) => {
    const { registers, information } = readDump(name);
    const expected = parseMultiboot1Information(information, registers.ebx!);
    const plan = loadImage(fixture(`${name}.elf`), {
      memoryBytes: 128 << 20,
      commandLine,
      modules,
      loaderName: LOADER_NAME,
      firmware: { bootDevice: { biosDevice: 0xe0, partition: 0xffffffff, subPartition: 0xffffffff } },
    });
    expectRegisters(plan, registers);
    const actual = parseMultiboot1Information(informationOf(plan), plan.registers.ebx);
    const text = { ...expected.framebuffer!, colorInfo: undefined };
    expect({ ...actual, framebuffer: { ...actual.framebuffer, colorInfo: undefined } }).toEqual({
      ...expected,
      framebuffer: text,
    });
  });
});
