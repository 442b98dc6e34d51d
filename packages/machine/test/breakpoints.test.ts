/** Breakpoints: before the instruction, in handlers of interrupts and exceptions too, without a trace in what is computed. */

import { describe, expect, test } from 'vitest';
import { boot, type CoreCode, WaitError } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';
import { guest } from './guest.ts';
import { endOfInterrupt, interruptGuest } from './interrupt-guest.ts';

const LOOP = `start: mov ecx, 3
again:  inc eax
        dec ecx
        jnz again
done:   cli
        hlt`;

/** Two ticks of the timer, then a breakpoint exception without a gate. */
const TIMER = interruptGuest(
  0xfffe,
  { 0: `inc ebp\n ${endOfInterrupt(0)}` },
  'mov al, 0x34\n out 0x43, al\n mov al, 0\n out 0x40, al\n out 0x40, al\n sti\n wait:\n hlt\n cmp ebp, 2\n jb wait',
);

describe.each(ENGINES)('on the %s engine', async (engine) => {
  const code: CoreCode = await loadEngine(engine);
  const start = (kernel: Uint8Array) => boot({ kernel, engine, code, memory: '8M' });

  test('a run stops before the instruction each time, and leaves it when it goes on', async () => {
    const machine = await start(guest(LOOP));
    machine.setBreakpoints(['again', 'done']);
    const again = machine.symbols.address('again')!;
    for (const rax of [0n, 1n, 2n]) {
      expect(await machine.run()).toEqual({ kind: 'breakpoint', rip: again });
      expect(machine.cpu.registers.rip).toBe(again);
      expect(machine.cpu.registers.rcx).toBe(3n - rax);
    }
    expect(await machine.run()).toEqual({ kind: 'breakpoint', rip: machine.symbols.address('done') });
    expect(await machine.run()).toMatchObject({ kind: 'halted' });
  });

  test('the first instruction of an interrupt handler', async () => {
    const machine = await start(TIMER);
    machine.setBreakpoints(['irq0']);
    for (const ticks of [0n, 1n]) {
      expect(await machine.run()).toEqual({ kind: 'breakpoint', rip: machine.symbols.address('irq0') });
      expect(machine.cpu.registers.rbp).toBe(ticks);
    }
    expect(await machine.run()).toMatchObject({ kind: 'halted' });
  });

  test('what the guest computes, and when, is the same with breakpoints that are never reached', async () => {
    const [free, watched] = await Promise.all([start(TIMER), start(TIMER)]);
    watched.setBreakpoints([0x10n]);
    await free.run();
    await watched.run();
    expect([watched.instructions, watched.timeNanos]).toEqual([free.instructions, free.timeNanos]);
  });

  test('a wait for something else rejects there; symbols have to exist; none: free again', async () => {
    const machine = await start(guest(LOOP));
    machine.setBreakpoints(['again']);
    await expect(machine.screen.waitFor('never')).rejects.toThrow(WaitError);
    expect(() => machine.setBreakpoints(['nowhere'])).toThrow(/no symbol named "nowhere"/);
    machine.setBreakpoints([]);
    expect(await machine.run()).toMatchObject({ kind: 'halted' });
  });
});
