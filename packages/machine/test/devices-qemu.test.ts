/**
 * The devices against QEMU: one guest that reads and writes ports and prints what it reads, byte by byte, through port
 * 0xe9. It runs on both engines, and in QEMU where that is installed; the three texts must be equal.
 */

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildElf, buildMultiboot1Header } from '@longmode/loader';
import { assemble } from '@longmode/x86';
import { beforeAll, describe, expect, test } from 'vitest';
import { boot } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';

const LOAD_ADDRESS = 0x100000;
const IDT = 0x300000;

/** A step of the guest: assembly text. AL is at its disposal. */
type Step = string;

const out = (port: number, ...values: number[]): Step =>
  values.map((value) => `mov al, ${value}\n mov dx, ${port}\n out dx, al\n`).join('');
const read = (port: number): Step => `mov dx, ${port}\n in al, dx\n call hex\n`;
/** Reads without printing. */
const skip = (port: number): Step => `mov dx, ${port}\n in al, dx\n`;
const cmos = (index: number): Step => out(0x70, index) + read(0x71);
let labels = 0;
/** Waits until the bits of a port are set. */
const until = (port: number, bits: number): Step => {
  const label = `until${labels++}`;
  return `mov dx, ${port}\n ${label}: in al, dx\n test al, ${bits}\n jz ${label}\n`;
};
const answer = (): Step => until(0x64, 1) + read(0x60);
const keyboard = (...bytes: number[]): Step => out(0x60, ...bytes) + answer();
const gate = (vector: number, handler: string): Step => `
  mov eax, ${handler}
  mov [${IDT + 8 * vector}], ax
  mov [${IDT + 8 * vector + 2}], cs
  mov word [${IDT + 8 * vector + 4}], 0x8e00
  shr eax, 16
  mov [${IDT + 8 * vector + 6}], ax
`;
/** Asserts the interrupt of the keyboard, by its controller; the byte that does it is read again by \`drop\`. */
const assertIrq1 = out(0x64, 0xd2) + out(0x60, 0x1e);
const drop = skip(0x60);

/**
 * What is compared, one line each. Left out: bit 3 of the 8042's status, which QEMU does not clear when data is written; and
 * all that depends on time, which the tests of the devices measure.
 */
const cases: readonly (readonly [name: string, steps: readonly Step[]])[] = [
  ['masks and ELCR at boot', [read(0x21), read(0xa1), read(0x4d0), read(0x4d1)]],
  ['counter 0 at boot', [out(0x43, 0xe2), `in al, 0x40\n and al, 0x3f\n call hex\n`]],
  ['keyboard controller at boot', [read(0x64), out(0x64, 0x20), read(0x60), read(0x92)]],
  [
    'CMOS',
    [0x0b, 0x0d, 0x15, 0x16, 0x17, 0x18, 0x30, 0x31, 0x34, 0x35].map(cmos),
  ],
  [
    '8259A: masks, ICW, IRR and ISR',
    [
      out(0x21, 0xff), out(0xa1, 0xff),
      out(0x20, 0x11), out(0x21, 0x20, 0x04, 0x01), out(0xa0, 0x11), out(0xa1, 0x28, 0x02, 0x01),
      read(0x21), read(0xa1), out(0x21, 0xfd), out(0xa1, 0xff), read(0x21), read(0xa1),
      out(0x20, 0x0a), assertIrq1, `in al, 0x20\n and al, 2\n call hex\n`,
      out(0x20, 0x0b), read(0x20), drop,
    ],
  ],
  [
    '8259A: poll, then what is in service, then EOI',
    [
      assertIrq1, out(0x20, 0x0c), read(0x20), out(0x20, 0x0b), read(0x20),
      out(0x20, 0x0c), read(0x20), drop, out(0x20, 0x61), read(0x20),
    ],
  ],
  [
    '8259A: interrupts, one while another one is in service, and after its EOI',
    [
      `mov byte [served], 0\n`, assertIrq1, `sti\n nop\n nop\n cli\n mov al, [served]\n call hex\n`,
      assertIrq1, `sti\n nop\n nop\n cli\n mov al, [served]\n call hex\n`, out(0x20, 0x20),
      `sti\n nop\n nop\n cli\n mov al, [served]\n call hex\n`, out(0x20, 0x20),
    ],
  ],
  [
    '8259A: rotation decides who polls first',
    [
      out(0x20, 0xc1), assertIrq1, out(0x20, 0x0c), read(0x20), drop, out(0x20, 0xa0),
      out(0x20, 0x0b), read(0x20), out(0x20, 0xc7),
    ],
  ],
  ['8254: status after a control word', [0x30, 0x72, 0xb4, 0xb6, 0xb8, 0xbb].flatMap((word) => [
    out(0x43, word), out(0x43, 0xe0 | (2 << (word >> 6))), `mov dx, ${0x40 + (word >> 6)}\n in al, dx\n and al, 0x3f\n call hex\n`,
  ])],
  [
    '8254: port 61 shows the end of a count, and its own bits',
    [
      out(0x61, 0x01), out(0x43, 0xb0), out(0x42, 0x00, 0x02), until(0x61, 0x20),
      `in al, 0x61\n and al, 0x2f\n call hex\n`, out(0x61, 0x02), `in al, 0x61\n and al, 0x0f\n call hex\n`,
    ],
  ],
  [
    '8254: a latched count does not change, high byte after low byte',
    [
      out(0x61, 0x00), out(0x43, 0xb4), out(0x42, 0x34, 0x12), out(0x43, 0x80), read(0x42), read(0x42),
      out(0x43, 0x94), out(0x42, 0x77), out(0x43, 0x80), read(0x42),
    ],
  ],
  [
    '8042: its own commands',
    [
      ...[0xaa, 0xab, 0xa9, 0xc0, 0xd0].map((command) => out(0x64, command) + answer()),
      out(0x64, 0x60), out(0x60, 0x45), out(0x64, 0x20), answer(), out(0x64, 0xad), out(0x64, 0x20), answer(),
      out(0x64, 0xae), out(0x64, 0x20), answer(), out(0x64, 0xa7), out(0x64, 0x20), answer(),
      out(0x64, 0xd3), out(0x60, 0x5a), `in al, 0x64\n and al, 0xf7\n call hex\n`, answer(), out(0x64, 0x60), out(0x60, 0x61),
    ],
  ],
  [
    'keyboard: its commands',
    [
      keyboard(0xee), keyboard(0xf2), answer(), answer(), keyboard(0xed), keyboard(0x02), keyboard(0xf3), keyboard(0x20),
      keyboard(0xf0), keyboard(0x00), answer(), keyboard(0xf5), keyboard(0xf4), keyboard(0xf6), keyboard(0xff), answer(),
    ],
  ],
]; // biome-ignore format: steps, as many as fit a line

function image(): Uint8Array {
  const header = buildMultiboot1Header({ flags: 0 });
  const entry = LOAD_ADDRESS + header.length;
  const source = `
    mov esp, 0x280000
    mov eax, gdt_pointer
    lgdt [eax]
    jmp 8:flat
    align 8
gdt: dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_pointer: dw 23
    dd gdt
idt_pointer: dw 0x7ff
    dd ${IDT}
served: db 0
digits: db "0123456789abcdef"
flat:
    mov eax, 16
    mov ds, ax
    mov es, ax
    mov ss, ax
    lidt [idt_pointer]
    ${gate(0x21, 'keyboard_interrupt')}
    ${cases.map(([, steps]) => `${steps.join('')} mov al, 10\n out 0xe9, al\n`).join('')}
    mov al, 0
    out 0xf4, al
    cli
    hlt
hex: push ebx
    movzx ebx, al
    shr ebx, 4
    mov bl, [digits + ebx]
    xchg al, bl
    out 0xe9, al
    mov al, bl
    and eax, 15
    mov al, [digits + eax]
    out 0xe9, al
    mov al, 32
    out 0xe9, al
    pop ebx
    ret
keyboard_interrupt:
    push eax
    inc byte [served]
    in al, 0x60
    pop eax
    iretd
  `;
  const { bytes: code } = assemble(source, { bits: 32, origin: entry });
  const bytes = new Uint8Array(header.length + code.length);
  bytes.set(header);
  bytes.set(code, header.length);
  return buildElf({
    class: 32,
    entry: BigInt(entry),
    segments: [{ bytes, physicalAddress: BigInt(LOAD_ADDRESS) }],
    sections: [],
    symbols: [],
  });
}

/** Lines by case, so that a difference names its case. */
const byCase = (text: string): Record<string, string> =>
  Object.fromEntries(text.split('\n').map((line, i) => [cases[i]?.[0] ?? 'end', line.trim()]));

const QEMU = 'qemu-system-x86_64';
const hasQemu = spawnSync(QEMU, ['--version']).status === 0;
if (!hasQemu) console.log(`skipped: the devices of QEMU, because ${QEMU} is not installed`);

function inQemu(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'longmode-devices-'));
  const file = join(folder, 'guest.elf');
  writeFileSync(file, image());
  const options = ['-m', '128', '-display', 'none', '-no-reboot', '-monitor', 'none', '-serial', 'none'];
  const devices = ['-debugcon', 'stdio', '-device', 'isa-debug-exit,iobase=0xf4,iosize=1'];
  return new Promise((resolve) => {
    execFile(QEMU, [...options, ...devices, '-kernel', file], { timeout: 30_000 }, (_error, output) => {
      rmSync(folder, { recursive: true });
      resolve(output);
    });
  });
}

describe.skipIf(!hasQemu)('every device answers as in QEMU', () => {
  let expected: Record<string, string> = {};
  beforeAll(async () => {
    expected = byCase(await inQemu());
  }, 60_000);

  test.each(ENGINES)('on the %s engine', async (engine) => {
    const machine = await boot({ kernel: image(), engine, code: await loadEngine(engine), memory: '128M' });
    expect(await machine.run()).toMatchObject({ kind: 'exit', code: 0 });
    expect(Object.keys(expected).length).toBe(cases.length + 1);
    expect(byCase(machine.debugConsole)).toEqual(expected);
  });
});
