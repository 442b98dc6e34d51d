/** Backtraces: the names and lines of a real image, damaged stacks, and an exception in between. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage, type Image, INTERRUPT_FRAME_FIELDS } from '@longmode/aot';
import { beforeAll, describe, expect, test } from 'vitest';
import { KERNEL } from '../chapters/chapters.ts';
import { bootCode, tablesAndStack } from '../library/boot/boot-code.ts';
import { KERNEL_BOOT_TEXT } from '../library/boot/kernel-boot.ts';
import { buildKernel, compileGuest } from '../library/build/build-kernel.ts';
import { compileTestGuest, type Guest, startGuest } from './guest.ts';
import { missingTool, runInQemu } from './qemu.ts';

/** Where the test puts the image's table and a stack in the memory of the module on the host. */
const TABLE_ADDRESS = 0x20_0000;
const STACK_BOTTOM = 0x30_0000;
const STACK_TOP = 0x30_1000;
const MEMORY_PAGES_FOR_ALL = 64;

let module: WebAssembly.Module;
let image: Image;
beforeAll(async () => {
  image = await buildKernel(KERNEL);
  module = await compileTestGuest(`
    import { mirrorToSerial } from '../library/serial';
    export { abort } from '../library/panic';
    import { printBacktrace } from '../library/backtrace';
    export { registerStack } from '../library/backtrace';
    export function trace(rip: u64, rbp: u64, rsp: u64): void { printBacktrace(rip, rbp, rsp); }
    export function listen(pages: i32): void { mirrorToSerial(); memory.grow(pages); }
  `);
}, 120_000);

test('the frame of an interrupt is what the entry points of the native compiler push', async () => {
  const compiled = await compileTestGuest(`
    import { InterruptFrame } from '../library/interrupt-frame';
    export { abort } from '../library/panic';
    export function bytes(): i32 { return offsetof<InterruptFrame>(); }
    ${INTERRUPT_FRAME_FIELDS.map((field) => `export function ${field}(): i32 { return offsetof<InterruptFrame>('${field}'); }`).join('\n')}
  `);
  const guest = startGuest(compiled);
  expect(INTERRUPT_FRAME_FIELDS.map((field) => guest.call(field))).toEqual(INTERRUPT_FRAME_FIELDS.map((_, n) => n * 8));
  expect(guest.call('bytes')).toBe(INTERRUPT_FRAME_FIELDS.length * 8);
});

/** The address of a symbol of the image. */
const addressOf = (name: string) => image.symbols.find((symbol) => symbol.name === name)!.address;

interface Walker {
  readonly guest: Guest;
  /** What a trace prints. */
  trace(rip: number, rbp: number, rsp?: number): string[];
  /** Puts quadwords into memory. */
  put(address: number, ...values: number[]): void;
}

function startWalker(interruptReturn = 0): Walker {
  const [textStart, textEnd] = [addressOf('text_start'), addressOf('text_end')];
  const guest = startGuest(module, {
    ...{ symbol_table: TABLE_ADDRESS, text_start: textStart, text_end: textEnd, interrupt_return: interruptReturn },
    ...{ stack_bottom: STACK_BOTTOM, stack_top: STACK_TOP },
  });
  guest.readPort = (port) => (port === 0x3ff ? 0x5a : 0x20);
  guest.call('listen', MEMORY_PAGES_FOR_ALL);
  const at = addressOf('symbol_table') - 0x10_0000 + 0x1000;
  const { sizeBytes } = image.symbols.find(({ name }) => name === 'symbol_table')!;
  guest.memory.set(image.elf.subarray(at, at + sizeBytes), TABLE_ADDRESS);
  return {
    guest,
    trace(rip, rbp, rsp = 0) {
      guest.portWrites.length = 0;
      guest.call('trace', BigInt(rip), BigInt(rbp), BigInt(rsp));
      const bytes = guest.portWrites.filter(({ port }) => port === 0x3f8).map(({ value }) => value);
      return String.fromCharCode(...bytes)
        .split('\n')
        .slice(0, -1);
    },
    put(address, ...values) {
      const view = new DataView(guest.memory.buffer);
      for (const [i, value] of values.entries()) view.setBigUint64(address + 8 * i, BigInt(value), true);
    },
  };
}

const addr2line = spawnSync('addr2line', ['--version']).status === 0;
if (!addr2line) console.warn('skipping the comparison with addr2line: binutils are not installed');

test.skipIf(!addr2line)(
  'names and lines are the ones that addr2line reads from the debug information',
  () => {
    const file = join(mkdtempSync(join(tmpdir(), 'longmode-kernel-')), 'kernel.elf');
    writeFileSync(file, image.elf);
    // Every row of the line table, and the last byte in front of it: the place that a return address leads to.
    const [first, end] = [addressOf('text_start'), addressOf('text_end')];
    const inFunction = (address: number) =>
      image.functions.some((fn) => fn.hasFrame && address >= fn.address && address < fn.address + fn.codeBytes);
    const addresses = image.lines
      .flatMap(({ address }) => [address - 1, address])
      .filter((address) => address > first && address < end && inFunction(address));
    expect(addresses.length).toBeGreaterThan(1000);
    const hex = addresses.map((address) => address.toString(16));
    const { stdout } = spawnSync('addr2line', ['-f', '-e', file, ...hex], { encoding: 'utf8' });
    const expected = stdout.trim().split('\n');
    const { trace } = startWalker();
    for (const [i, address] of addresses.entries()) {
      const [, name, position] = /^ {4}at (\S.*) \((.*)\)$/.exec(trace(address, 0)[0]!)!;
      expect(expected[2 * i + 1], hex[i]).toBe(position);
      // addr2line knows the function by its full name, path included.
      expect(`/${expected[2 * i]}`.endsWith(`/${name}`), `${name}, ${expected[2 * i]}`).toBe(true);
    }
  },
  60_000,
);

describe('a walk', () => {
  const inFunction = (name: string, offset = 8) =>
    image.functions.find((fn) => fn.name.endsWith(`/${name}`))!.address + offset;
  const names = (lines: readonly string[]) => lines.map((line) => line.replace(/^ {4}at (\S+).*/, '$1'));

  test('goes from frame to frame and ends where nothing sensible follows', () => {
    const { put, trace } = startWalker();
    const [rbp1, rbp2] = [STACK_BOTTOM + 0x100, STACK_BOTTOM + 0x200];
    put(rbp1, rbp2, inFunction('showCheck'));
    put(rbp2, 0, inFunction('showWelcome'));
    expect(names(trace(inFunction('printDecimal'), rbp1))).toEqual(['printDecimal', 'showCheck', 'showWelcome']);
    expect(names(trace(0, rbp1))).toEqual(['showCheck', 'showWelcome']);
    // The boot code has called: its return address is no compiled code.
    put(rbp2, rbp2 + 16, addressOf('boot_start') + 0x20);
    expect(names(trace(0, rbp1))).toEqual(['showCheck']);
  });

  test.each([
    ['odd', STACK_BOTTOM + 0x101],
    ['below the stack', STACK_BOTTOM - 8],
    ['too near to its end', STACK_TOP - 8],
    ['behind it', STACK_TOP],
    ['above 4 GiB', 0x1_0000_0000 + STACK_BOTTOM + 0x100],
    ['not canonical', 0x7fff_0000_0000_0000],
  ])('does not read a frame at an address that is %s', (_, rbp) => {
    const { put, trace } = startWalker();
    put(STACK_BOTTOM + 0x100, 0, inFunction('showCheck'), inFunction('showCheck'), inFunction('showCheck'));
    put(STACK_BOTTOM - 8, 0, inFunction('showCheck'));
    put(STACK_TOP - 8, 0, inFunction('showCheck'), inFunction('showCheck'));
    expect(trace(0, rbp)).toEqual([]);
  });

  test('reads frames on further stacks', () => {
    const { guest, put, trace } = startWalker();
    const other = 0x31_0000;
    put(other + 0x80, 0, inFunction('showCheck'));
    expect(trace(0, other + 0x80)).toEqual([]);
    expect(guest.call('registerStack', BigInt(other), BigInt(other + 0x100))).toBe(1);
    expect(names(trace(0, other + 0x80))).toEqual(['showCheck']);
    for (let more = 1; more < 16; more++) guest.call('registerStack', 0n, 0n);
    expect(guest.call('registerStack', 0n, 0n)).toBe(0);
  });

  test('ends at a circle', () => {
    const { put, trace } = startWalker();
    put(STACK_BOTTOM + 0x100, STACK_BOTTOM + 0x200, inFunction('showCheck'));
    put(STACK_BOTTOM + 0x200, STACK_BOTTOM + 0x100, inFunction('printDecimal'));
    expect(names(trace(0, STACK_BOTTOM + 0x100))).toEqual(['showCheck', 'printDecimal']);
  });

  test('counts recursion, and stops when the screen would be full', () => {
    const { put, trace } = startWalker();
    for (let i = 0; i < 100; i++) put(STACK_BOTTOM + 16 * i, STACK_BOTTOM + 16 * (i + 1), inFunction('showCheck'));
    expect(trace(0, STACK_BOTTOM).slice(1)).toEqual(['    ... 99 times more']);
    for (let i = 0; i < 100; i++)
      put(STACK_BOTTOM + 16 * i, STACK_BOTTOM + 16 * (i + 1), inFunction(i % 2 ? 'showCheck' : 'printDecimal'));
    const lines = trace(0, STACK_BOTTOM);
    expect(lines).toHaveLength(17);
    expect(lines.at(-1)).toBe('    ...');
  });

  test('finds the caller of a function that has not made its frame yet', () => {
    const { put, trace } = startWalker();
    const rsp = STACK_BOTTOM + 0x100;
    put(rsp, inFunction('showCheck'), inFunction('showWord'));
    put(STACK_TOP - 16, 0, inFunction('showWelcome'));
    const traceOf = (offset: number) => names(trace(inFunction('printDecimal', offset), STACK_TOP - 16, rsp));
    expect(traceOf(0)).toEqual(['printDecimal', 'showCheck', 'showWelcome']);
    expect(traceOf(1)).toEqual(['printDecimal', 'showWord', 'showWelcome']); // rbp is on top of it
    expect(traceOf(4)).toEqual(['printDecimal', 'showWelcome']);
  });

  test('says so if an address is no code', () => {
    const { trace } = startWalker();
    expect(trace(0x1234, 0)).toEqual(['    at 0x1234']);
  });

  test('goes through an exception to what it interrupted, but not into user mode', () => {
    const { put, trace } = startWalker(inFunction('showWord'));
    const handler = STACK_BOTTOM + 0x100;
    const values = { rip: inFunction('showCheck'), rbp: STACK_BOTTOM + 0x40, vector: 14, cs: 8 };
    const frame = (more: Readonly<Record<string, number>>) =>
      INTERRUPT_FRAME_FIELDS.map((field) => ({ ...values, ...more })[field] ?? 0);
    put(handler, 0, inFunction('showWord'), ...frame({}));
    put(STACK_BOTTOM + 0x40, 0, inFunction('showWelcome'));
    expect(names(trace(inFunction('printDecimal'), handler))).toEqual([
      ...['printDecimal', '  exception 14 at', 'showCheck', 'showWelcome'],
    ]);
    put(handler, 0, inFunction('showWord'), ...frame({ cs: 0x1b }));
    expect(names(trace(inFunction('printDecimal'), handler))).toEqual(['printDecimal']);
  });
});

const missing = missingTool('kernel');
if (missing !== undefined) console.warn(`skipping the backtrace of an exception in QEMU: ${missing} is not installed`);

/** A kernel that panics in the handler of an exception that a nested function raises. */
const EXCEPTION_KERNEL = `
import { mirrorToSerial } from '../library/serial';
import { lidt, ud2 } from '../library/x86';
export { abort } from '../library/panic';
// @ts-ignore: decorator
@external("link", "isr_stubs") declare function isrStubs(): usize;
const IDT = memory.data(256 * 16, 16);
const POINTER = memory.data(10, 8);

export function interrupt(frame: usize): void {
  explain(<u32>load<u64>(frame, 15 * 8));
}
function explain(vector: u32): void {
  if (vector === 6) throw new Error('an instruction that does not exist');
}
// By a variable, so that the optimiser doesn't move all of it into kmain.
let step: (depth: i32) => void = (depth: i32) => {};
export function kmain(information: i32): void {
  mirrorToSerial();
  store<u64>(IDT + 6 * 16, ((isrStubs() + 6 * 16) & 0xffff) | (8 << 16) | (<u64>0x8e00 << 32) |
    (<u64>(isrStubs() >> 16) << 48));
  store<u16>(POINTER, 256 * 16 - 1);
  store<u64>(POINTER, IDT, 2);
  lidt(POINTER);
  if (information !== 0) step = descend;
  step(3);
}
function descend(depth: i32): void {
  if (depth === 0) ud2();
  step(depth - 1);
  step(depth - 1);
}
`;

test.skipIf(missing !== undefined)(
  'a panic in an exception handler shows what was interrupted',
  async () => {
    const compiled = await compileGuest('kernel/under-test.ts', 'library/panic/abort', EXCEPTION_KERNEL);
    const boot = bootCode('kernel.asm', KERNEL_BOOT_TEXT, tablesAndStack(16 * 1024));
    const file = join(mkdtempSync(join(tmpdir(), 'longmode-kernel-')), 'kernel.elf');
    writeFileSync(file, buildImage({ ...compiled, boot }).elf);
    const { serial } = await runInQemu({ elf: file, loader: 'kernel' });
    expect(serial.trim().split('\n')).toEqual([
      'PANIC in kernel/under-test.ts at line 14:',
      '    an instruction that does not exist',
      '    at interrupt (kernel/under-test.ts:14)',
      '  exception 6 at',
      '    at descend (kernel/under-test.ts:29)',
      '    at descend (kernel/under-test.ts:30)',
      '    ... 2 times more',
      '    at kmain (kernel/under-test.ts:26)',
    ]);
  },
  120_000,
);
