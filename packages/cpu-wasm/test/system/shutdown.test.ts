/** Triple faults: the chain of exceptions with the reason of each failed delivery, and the state that is left. */
import { describe, expect, test } from 'vitest';
import type { CpuCore } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { user32, user64 } from './cases.ts';
import { boot, build } from './guest.ts';

type Entry = readonly [vector: number, errorCode: number | undefined, failedStep: string];

interface Shutdown {
  readonly name: string;
  readonly bits: 32 | 64;
  readonly body: string;
  readonly chain: readonly Entry[];
  /** Label at which RIP stays. */
  readonly label?: string;
}

const NO_IDT = `
  lidt [no_idt]
here:
  ud2
no_idt:
  dw 0
  dq 0
`;
const OVERFLOW = `
  mov rsp, 0x8000000000
here:
  push rax
`;

const shutdowns: readonly Shutdown[] = [
  {
    name: 'IDT limit 0',
    bits: 64,
    body: NO_IDT,
    label: 'here',
    chain: [
      [6, undefined, 'idtLimit'],
      [13, 6 * 8 + 3, 'idtLimit'],
      [13, 13 * 8 + 3, 'none'],
      [8, 0, 'idtLimit'],
      [13, 8 * 8 + 3, 'none'],
    ],
  },
  {
    name: 'IDT limit 0, 32-bit',
    bits: 32,
    body: NO_IDT,
    label: 'here',
    chain: [
      [6, undefined, 'idtLimit'],
      [13, 6 * 8 + 3, 'idtLimit'],
      [13, 13 * 8 + 3, 'none'],
      [8, 0, 'idtLimit'],
      [13, 8 * 8 + 3, 'none'],
    ],
  },
  {
    name: 'stack overflow without an IST stack',
    bits: 64,
    body: OVERFLOW,
    label: 'here',
    chain: [
      [14, 2, 'pushFrame'],
      [14, 2, 'none'],
      [8, 0, 'pushFrame'],
      [14, 2, 'none'],
    ],
  },
  {
    name: 'page fault without gates for #PF and #DF',
    bits: 64,
    body: `mov word [idt + 14 * 16 + 4], 0x0e00\n mov word [idt + 8 * 16 + 4], 0x0e00\n mov rax, 0x8000000000\nhere:\n mov [rax], al\n`,
    label: 'here',
    chain: [
      [14, 2, 'gateNotPresent'],
      [11, 14 * 8 + 3, 'none'],
      [8, 0, 'gateNotPresent'],
      [11, 8 * 8 + 3, 'none'],
    ],
  },
  {
    name: '#DF stack on an unmapped IST page',
    bits: 64,
    body: `mov byte [idt + 8 * 16 + 4], 1\n mov rax, 0x9000000000\n mov [tss + 36], rax\n${OVERFLOW}`,
    label: 'here',
    chain: [
      [14, 2, 'pushFrame'],
      [14, 2, 'none'],
      [8, 0, 'pushFrame'],
      [14, 2, 'none'],
    ],
  },
  {
    name: 'the IDT itself is not mapped',
    bits: 64,
    body: `mov rax, 0x8000000000\n mov [idt_pointer + 2], rax\n lidt [idt_pointer]\nhere:\n ud2\n`,
    label: 'here',
    chain: [
      [6, undefined, 'readGate'],
      [14, 0, 'readGate'],
      [14, 0, 'none'],
      [8, 0, 'readGate'],
      [14, 0, 'none'],
    ],
  },
  {
    name: 'handlers with a null and with a data selector',
    bits: 64,
    body: `mov word [idt + 6 * 16 + 2], 0\n mov word [idt + 13 * 16 + 2], DATA\n mov word [idt + 8 * 16 + 2], 0x1238\nhere:\n ud2\n`,
    label: 'here',
    chain: [
      [6, undefined, 'codeSelectorNull'],
      [13, 1, 'codeType'],
      [13, 0x11, 'none'],
      [8, 0, 'codeSelectorLimit'],
      [13, 0x1239, 'none'],
    ],
  },
  {
    name: 'non-canonical handlers',
    bits: 64,
    body: `mov dword [idt + 6 * 16 + 8], 0x8000\n mov dword [idt + 13 * 16 + 8], 0x8000\n mov dword [idt + 8 * 16 + 8], 0x8000\nhere:\n ud2\n`,
    label: 'here',
    chain: [
      [6, undefined, 'entryPoint'],
      [13, 1, 'entryPoint'],
      [13, 1, 'none'],
      [8, 0, 'entryPoint'],
      [13, 1, 'none'],
    ],
  },
  {
    name: 'CPL 3 without a TSS stack',
    bits: 64,
    body: `mov dword [tss + 8], 0x8000\n${user64('ud2')}`,
    chain: [
      [6, undefined, 'stackNotCanonical'],
      [12, 1, 'stackNotCanonical'],
      [12, 1, 'none'],
      [8, 0, 'stackNotCanonical'],
      [12, 1, 'none'],
    ],
  },
  {
    name: 'CPL 3, 32-bit: SS0 null',
    bits: 32,
    body: `mov dword [tss + 8], 0\n${user32(32, 'nop')}`,
    chain: [
      [0x80, undefined, 'stackSelectorNull'],
      [10, 0, 'stackSelectorNull'],
      [10, 1, 'none'],
      [8, 0, 'stackSelectorNull'],
      [10, 1, 'none'],
    ],
  },
  {
    name: 'CPL 3, 32-bit: SS0 of the wrong privilege',
    bits: 32,
    body: `mov dword [tss + 8], 0x28\n${user32(32, 'db 0x0f, 0x0b')}`,
    chain: [
      [6, undefined, 'stackType'],
      [10, 0x29, 'stackType'],
      [10, 0x29, 'none'],
      [8, 0, 'stackType'],
      [10, 0x29, 'none'],
    ],
  },
  {
    name: 'CPL 3, 32-bit: SS0 not present',
    bits: 32,
    body: `mov dword [slot], 0xffff\n mov dword [slot + 4], 0x00cf1200\n mov dword [tss + 8], SLOT\n${user32(32, 'db 0x0f, 0x0b')}`,
    chain: [
      [6, undefined, 'stackNotPresent'],
      [12, 0x49, 'stackNotPresent'],
      [12, 0x49, 'none'],
      [8, 0, 'stackNotPresent'],
      [12, 0x49, 'none'],
    ],
  },
  {
    name: 'CPL 3, 32-bit: TSS too short',
    bits: 32,
    body: `mov word [tss_descriptor], 8\n mov byte [tss_descriptor + 5], 0x89\n mov ax, TSS\n ltr ax\n${user32(32, 'db 0x0f, 0x0b')}`,
    chain: [
      [6, undefined, 'tssLimit'],
      [10, 0x39, 'tssLimit'],
      [10, 0x39, 'none'],
      [8, 0, 'tssLimit'],
      [10, 0x39, 'none'],
    ],
  },
];

const chainOf = (core: CpuCore): Entry[] =>
  core.shutdownChain.map(({ vector, errorCode, failedStep }) => [vector, errorCode, failedStep] as const);

describe.each(engines)('shutdown, $engine', ({ engine, code }) => {
  test.each(shutdowns)('$name', ({ bits, body, chain, label }) => {
    const guest = build(bits, body);
    const { exit, output, core } = boot(engine, code, guest);
    expect(output).toBe('');
    expect(exit).toBe('shutdown');
    expect(chainOf(core)).toEqual(chain);
    if (label !== undefined) expect(core.registers.get('rip')).toBe(guest.symbols.get(label));
  });

  test('each record has the state of its moment', () => {
    const guest = build(64, OVERFLOW);
    const { core } = boot(engine, code, guest);
    const [first, second, third] = core.shutdownChain;
    const rip = guest.symbols.get('here');
    expect(first).toMatchObject({
      rip,
      rsp: 0x8000000000n,
      cr2: 0x7ffffffff8n,
      cs: 0x18,
      ss: 0x10,
      kind: 'exception',
      inDelivery: false,
      failure: 'writing the frame to the stack',
    });
    expect(second).toMatchObject({ rip, cr2: 0x7ffffffff8n, inDelivery: true });
    expect(third).toMatchObject({ vector: 8, errorCode: 0, inDelivery: true });
  });

  test('a delivered exception leaves a chain of one', () => {
    const { core } = boot(engine, code, build(64, 'mov qword [resume], past\n int3\npast:\n'));
    expect(core.shutdownChain).toHaveLength(1);
  });
});
