/**
 * What the machine adds to the processor, with real guests: registers of the vector units, seeds of random numbers, unknown
 * model-specific registers, memory types of the BIOS, and x87 exceptions by way of IRQ 13.
 */

import { describe, expect, test } from 'vitest';
import { type BootOptions, boot, type CoreCode, type TraceEvent } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';
import { guest } from './guest.ts';
import { endOfInterrupt, interruptGuest, LOG_EAX, logOf } from './interrupt-guest.ts';

/** The slave's IRQ 13, and the line by which it reaches the master. */
const ONLY_NUMERIC_ERROR = 0xdffb;

/** FNINIT, division by zero unmasked, 1 / 0, with CR0.NE = 0. */
const DIVIDE_BY_ZERO = `
        mov eax, cr0
        and eax, 0xffffffdf
        mov cr0, eax
        fninit
        push 0x37b
        fldcw [esp]
        fld1
        fldz
        fdivp st1, st0
`;

const UNKNOWN_MSR = `start:
        mov ecx, 0x1234
        mov eax, 0x89abcdef
        mov edx, 0x01234567
        wrmsr
        rdmsr
        hlt
`;

const RANDOM = guest(`start:
        rdrand eax
        rdseed ebx
        hlt
`);

describe.each(ENGINES)('on the %s engine', async (engine) => {
  const code: CoreCode = await loadEngine(engine);
  const start = (kernel: Uint8Array, options: Partial<BootOptions> = {}) =>
    boot({ kernel, engine, code, memory: '8M', ...options });

  describe('vector registers', () => {
    test('what a guest computes is read', async () => {
      const machine = await start(
        guest(`start:
        mov eax, cr4
        or eax, 0x40600
        mov cr4, eax
        xor ecx, ecx
        xor edx, edx
        mov eax, 7
        xsetbv
        mov eax, 0x11223344
        movd xmm1, eax
        vpbroadcastd ymm2, xmm1
        fninit
        fld1
        fldpi
        hlt
      `),
      );
      await machine.run();
      const { registers } = machine.cpu;
      expect(registers.xmm1).toBe(0x11223344n);
      expect(registers.ymm2.toString(16)).toBe('11223344'.repeat(8));
      expect(registers.xmm2.toString(16)).toBe('11223344'.repeat(4));
      expect(registers.mxcsr).toBe(0x1f80n);
      expect(registers.st0).toMatchObject({ empty: false, value: Math.PI });
      expect(registers.st1).toEqual({ bits: 0x3fff8000000000000000n, empty: false, value: 1 });
      expect(registers.st2.empty).toBe(true);
      expect([registers.fcw, registers.ftw]).toEqual([0x37fn, 0xc0n]);
    });

    test('what is written a guest sees', async () => {
      const machine = await start(
        guest(`start:
        mov eax, cr4
        or eax, 0x600
        mov cr4, eax
        movd eax, xmm3
        fnstsw [0x400000]
        fistp dword [0x400004]
        hlt
      `),
      );
      const { registers } = machine.cpu;
      registers.xmm3 = 0xcafen;
      registers.ymm4 = 1n << 255n;
      registers.fcw = 0x37fn;
      registers.st0 = { bits: 0x4004c800000000000000n, empty: false };
      expect(registers.st0.value).toBe(50);
      await machine.run();
      expect(registers.rax).toBe(0xcafen);
      expect(registers.ymm4).toBe(1n << 255n);
      expect(machine.memory.physical.u32(0x400004)).toBe(50);
      registers.mm7 = 5n;
      expect(registers.mm7).toBe(5n);
    });

    test('special values of the x87 stack as doubles', async () => {
      const { registers } = (await start(guest('start: hlt'))).cpu;
      for (const [bits, value] of [
        [0x7fff8000000000000000n, Infinity],
        [0xffff8000000000000000n, -Infinity],
        [0x7fffc000000000000000n, Number.NaN],
        [0n, 0],
        [0xbfff8000000000000000n, -1],
        [0x3bcd8000000000000000n, 2 ** -1074],
      ] as const) {
        registers.st0 = { bits, empty: false };
        expect(registers.st0.value).toBe(value);
      }
    });
  });

  describe('random numbers', () => {
    const numbers = async (randomSeed?: number | 'host') => {
      const machine = await start(RANDOM, randomSeed === undefined ? {} : { randomSeed });
      await machine.run();
      return { seed: machine.randomSeed, rax: machine.cpu.registers.rax, rbx: machine.cpu.registers.rbx };
    };

    test('are the same in every run, and others with another seed', async () => {
      // The first numbers of SplitMix64 for the seeds 0 and 1.
      expect(await numbers()).toEqual({ seed: 0, rax: 0x7b1dcdafn, rbx: 0xa1b965f4n });
      expect(await numbers(1)).toMatchObject({ seed: 1, rax: 0x89025cc1n });
      expect((await numbers(1)).rax).not.toBe((await numbers(2)).rax);
    });

    test("the host's seed is told, and gives the same run again", async () => {
      const first = await numbers('host');
      expect(await numbers(first.seed)).toEqual(first);
    });

    test.each([-1, 0.5, 2 ** 60])('a seed of %d is refused', async (randomSeed) => {
      await expect(start(RANDOM, { randomSeed })).rejects.toThrow('expected a whole number from 0 to 2^53 - 1');
    });
  });

  describe('unknown model-specific registers', () => {
    test('are #GP, and noted in the trace', async () => {
      const machine = await start(guest(UNKNOWN_MSR));
      const events: TraceEvent[] = [];
      machine.trace(['msr'], (event) => events.push(event));
      expect(await machine.run()).toMatchObject({ kind: 'triple-fault' });
      const rip = machine.symbols.address('start')! + 15n;
      const value = 0x0123456789abcdefn;
      expect(events).toEqual([{ kind: 'msr', direction: 'write', number: 0x1234, value, rip, ignored: false }]);
    });

    test('read as 0 when they are to be ignored', async () => {
      const machine = await start(guest(UNKNOWN_MSR), { ignoreMsrs: true });
      const events: string[] = [];
      machine.trace(['msr'], (event) => {
        if (event.kind === 'msr') events.push(`${event.direction} ${event.ignored}`);
      });
      expect(await machine.run()).toMatchObject({ kind: 'halted' });
      expect(events).toEqual(['write true', 'read true']);
      expect([machine.cpu.registers.rax, machine.cpu.registers.rdx]).toEqual([0n, 0n]);
    });
  });

  test('memory types are on, as the BIOS leaves them', async () => {
    const machine = await start(guest('start: mov ecx, 0x2ff\n rdmsr\n hlt'));
    await machine.run();
    expect(machine.cpu.registers.rax).toBe(0xc06n);
  });

  describe('x87 exceptions without CR0.NE', () => {
    const status = `fnstsw ax\n movzx eax, ax\n ${LOG_EAX}`;

    test('IRQ 13 comes before the next x87 instruction, which runs after the handler', async () => {
      const handler = `out 0xf0, al\n ${status} fnclex\n ${endOfInterrupt(13)}`;
      const body = `sti\n ${DIVIDE_BY_ZERO} fld1\n ${status}`;
      const machine = await start(interruptGuest(ONLY_NUMERIC_ERROR, { 13: handler }, body));
      expect(await machine.run()).toMatchObject({ kind: 'halted', by: 'hlt' });
      // ES, B and ZE with TOP 6 in the handler; afterwards one more value on the stack.
      expect(logOf(machine)).toEqual([0xb084, 0x2800]);
    });

    test('IGNNE# lets the handler use x87 instructions until it clears the exception', async () => {
      const handler = `out 0xf0, al\n fld1\n fstp st0\n ${status} fnclex\n ${endOfInterrupt(13)}`;
      const body = `sti\n ${DIVIDE_BY_ZERO} fwait\n ${DIVIDE_BY_ZERO} fwait\n ${status}`;
      const machine = await start(interruptGuest(ONLY_NUMERIC_ERROR, { 13: handler }, body));
      await machine.run();
      // Each time ES, B and ZE; at the end both operands of the second division are still there.
      expect(logOf(machine)).toEqual([0xb084, 0xb084, 0x3000]);
    });

    test('with interrupts off the processor stands still for good', async () => {
      const machine = await start(
        interruptGuest(ONLY_NUMERIC_ERROR, { 13: endOfInterrupt(13) }, `${DIVIDE_BY_ZERO} fwait`),
      );
      expect(await machine.run()).toMatchObject({ kind: 'halted', by: 'numeric-error', interrupts: false });
    });

    test('with IRQ 13 masked nothing can end it either', async () => {
      const machine = await start(interruptGuest(0xffff, { 13: endOfInterrupt(13) }, `sti\n ${DIVIDE_BY_ZERO} fwait`));
      expect(await machine.run()).toMatchObject({ kind: 'halted', by: 'numeric-error', interrupts: true });
    });
  });
});
