/** Interrupts of real guests: timers to the instruction, sleep, the keyboard, and what is told when nothing can happen. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PIT_HERTZ } from '../src/devices/pit-8254.ts';
import { type BootOptions, boot, type CoreCode, type InputEvent, type Machine } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';
import { endOfInterrupt, interruptGuest, LOG_EAX, logOf, RETURN_EIP } from './interrupt-guest.ts';

const ONLY_TIMER = 0xfffe;
const ONLY_KEYBOARD = 0xfffd;
const ALL_MASKED = 0xffff;

/** Programs counter 0; the moment before the OUT that starts it is logged. */
const startTimer = (control: number, count: number): string => `
        mov al, ${control}
        out 0x43, al
        mov al, ${count & 0xff}
        out 0x40, al
        rdtsc
        mov [0x400000], eax
        inc ebp
        mov al, ${count >> 8}
        out 0x40, al
`;
/** Instructions between that RDTSC and the OUT. */
const RDTSC_TO_OUT = 4;
/** Instructions of a handler before its own RDTSC. */
const ENTRY_TO_RDTSC = 2;

const logTime = `rdtsc\n ${LOG_EAX}`;

/** Times that a handler logs when it is entered as counter 0 raises its output, from the first entry of the log. */
function timerEdges([started = 0]: number[], count: number, edges: number): number[] {
  const pulse = Math.floor(((started + RDTSC_TO_OUT) * PIT_HERTZ) / 1e9) + 1;
  return Array.from(
    { length: edges },
    (_, i) => Math.ceil(((pulse + (i + 1) * count) * 1e9) / PIT_HERTZ) + ENTRY_TO_RDTSC,
  );
}

const key = (number: number): string => `in al, 0x60\n movzx eax, al\n ${LOG_EAX} ${endOfInterrupt(number)}`;

/** What each engine left of a run, for comparison with the other one. */
const remains = new Map<string, string>();

function sameOnAllEngines(name: string, machine: Machine): void {
  const ram = createHash('sha256').update(machine.memory.physical.read(0, machine.memory.sizeBytes)).digest('hex');
  const left = `${machine.instructions} ${machine.timeNanos} ${machine.cpu.registers.rip} ${ram}`;
  expect(left, 'the engines differ').toBe(remains.get(name) ?? left);
  remains.set(name, left);
}

describe.each(ENGINES)('on the %s engine', async (engine) => {
  const code: CoreCode = await loadEngine(engine);
  const start = (kernel: Uint8Array, options: Partial<BootOptions> = {}) =>
    boot({ kernel, engine, code, memory: '8M', ...options });

  describe('timer', () => {
    const ticks = (loop: string) =>
      interruptGuest(
        ONLY_TIMER,
        { 0: `${logTime} ${endOfInterrupt(0)}` },
        `${startTimer(0x34, 20)} sti\n wait: ${loop}\n cmp ebp, 6\n jb wait`,
      );

    test('interrupts a busy guest at the very instruction', async () => {
      const machine = await start(ticks('nop'));
      expect(await machine.run()).toMatchObject({ kind: 'halted', interrupts: false });
      const log = logOf(machine);
      expect(log.slice(1)).toEqual(timerEdges(log, 20, 5));
      sameOnAllEngines('busy', machine);
    });

    test.each([
      ['hlt', 'hlt'],
      ['a jump to itself', 'nop\n jmp_self: jmp jmp_self\n nop'],
    ])('wakes a guest that sleeps by %s, and the time-stamp counter has gone on', async (name, loop) => {
      const leave = name === 'hlt' ? '' : `mov dword ${RETURN_EIP}, behind\n`;
      const kernel = interruptGuest(
        ONLY_TIMER,
        { 0: `${logTime} ${leave} ${endOfInterrupt(0)}` },
        `${startTimer(0x34, 30_000)} wait: sti\n ${loop}\n behind: cli\n cmp ebp, 6\n jb wait`,
      );
      const machine = await start(kernel);
      await machine.run();
      const log = logOf(machine);
      expect(log.slice(1)).toEqual(timerEdges(log, 30_000, 5));
      expect(machine.instructions).toBeLessThan(1000n);
      expect(machine.timeNanos).toBeGreaterThan(5n * 25_000_000n);
      sameOnAllEngines(name, machine);
    });

    test('does not depend on slices: a run in single steps is the same', async () => {
      const whole = await start(ticks('hlt'));
      await whole.run();
      const stepped = await start(ticks('hlt'));
      stepped.trace(['instruction'], () => {});
      await stepped.run();
      const chopped = await start(ticks('hlt'));
      while (!chopped.ended) await chopped.run(undefined, { instructions: 7 });
      expect(logOf(stepped)).toEqual(logOf(whole));
      expect(logOf(chopped)).toEqual(logOf(whole));
      expect([stepped.timeNanos, chopped.timeNanos]).toEqual([whole.timeNanos, whole.timeNanos]);
    });

    test('a one-shot that is over wakes nobody', async () => {
      const machine = await start(
        interruptGuest(ONLY_TIMER, { 0: endOfInterrupt(0) }, `${startTimer(0x30, 100)} sti\n wait: hlt\n jmp wait`),
      );
      expect(await machine.run()).toMatchObject({ kind: 'halted', by: 'hlt', interrupts: true });
    });

    test('the time-stamp counter can be measured against counter 2 by polling port 61', async () => {
      const machine = await start(
        interruptGuest(
          ALL_MASKED,
          {},
          `in al, 0x61\n and al, 0xfc\n or al, 1\n out 0x61, al
           mov al, 0xb0\n out 0x43, al\n mov al, 1193 & 0xff\n out 0x42, al\n mov al, 1193 >> 8\n out 0x42, al
           ${logTime}
           poll: in al, 0x61\n test al, 0x20\n jz poll
           ${logTime}`,
        ),
      );
      await machine.run();
      const [before = 0, after = 0] = logOf(machine);
      expect(Math.abs(after - before - (1194 * 1e9) / PIT_HERTZ)).toBeLessThan(1000);
    });
  });

  test('the real-time clock interrupts by the slave: IRQ 8', async () => {
    const set = (index: number, value: number) => `mov al, ${index}\n out 0x70, al\n mov al, ${value}\n out 0x71, al\n`;
    const machine = await start(
      interruptGuest(
        0xfefb,
        { 8: `mov al, 0x0c\n out 0x70, al\n in al, 0x71\n movzx eax, al\n ${LOG_EAX} ${logTime} ${endOfInterrupt(8)}` },
        `${set(0x0a, 0x2f)} ${set(0x0b, 0x42)} sti\n wait: hlt\n cmp ebp, 6\n jb wait`,
      ),
    );
    await machine.run();
    const log = logOf(machine);
    expect([log[0], log[2], log[4]]).toEqual([0xc0, 0xd0, 0xc0]);
    expect([log[1], log[3], log[5]].map((time) => Math.round((time ?? 0) / 1e6))).toEqual([500, 1000, 1500]);
    sameOnAllEngines('rtc', machine);
  });

  test('an interrupt that an OUT asserts comes right behind it, but not behind the instruction after STI', async () => {
    const machine = await start(
      interruptGuest(
        ONLY_KEYBOARD,
        { 1: `mov eax, ${RETURN_EIP}\n ${LOG_EAX} in al, 0x60\n ${endOfInterrupt(1)}` },
        `sti\n mov al, 0xd2\n out 0x64, al\n out 0x60, al\n behind_out: nop\n cli
         mov al, 0xd2\n out 0x64, al\n out 0x60, al\n sti\n nop\n behind_shadow: nop`,
      ),
    );
    await machine.run();
    const { symbols } = machine;
    expect(logOf(machine).map(BigInt)).toEqual([symbols.address('behind_out'), symbols.address('behind_shadow')]);
  });

  describe('nothing to do', () => {
    const asleep = (mask: number, more = '') =>
      interruptGuest(mask, { 0: endOfInterrupt(0), 1: key(1) }, `${more} sti\n wait: hlt\n jmp wait`);

    test('all masked: halted for good, though the timer goes on', async () => {
      const machine = await start(asleep(ALL_MASKED));
      expect(await machine.run()).toMatchObject({ kind: 'halted', by: 'hlt', interrupts: true });
    });

    test('a keyboard could wake it: idle, and a wait is told at once', async () => {
      const machine = await start(asleep(ONLY_KEYBOARD));
      expect(await machine.run()).toEqual({ kind: 'idle' });
      expect(await machine.run()).toEqual({ kind: 'idle' });
      expect(machine.ended).toBeUndefined();
      await expect(machine.screen.waitFor('login')).rejects.toThrow('the guest is idle: it sleeps until it gets input');
      machine.keyboard.keyDown('KeyA');
      expect(await machine.run()).toEqual({ kind: 'idle' });
      expect(logOf(machine)).toEqual([0x1e]);
    });

    test('a serial port with its receive interrupt could wake it', async () => {
      const enable = 'mov dx, 0x3f9\n mov al, 1\n out dx, al\n mov dx, 0x3fc\n mov al, 8\n out dx, al\n';
      const handler = `mov dx, 0x3f8\n in al, dx\n movzx eax, al\n ${LOG_EAX} ${endOfInterrupt(4)}`;
      const machine = await start(interruptGuest(0xffef, { 4: handler }, `${enable} sti\n wait: hlt\n jmp wait`));
      expect(await machine.run()).toEqual({ kind: 'idle' });
      machine.serial.write('ok');
      expect(await machine.run()).toEqual({ kind: 'idle' });
      expect(logOf(machine)).toEqual([0x6f, 0x6b]);
      const deaf = await start(interruptGuest(0xffef, { 4: handler }, 'sti\n wait: hlt\n jmp wait'));
      expect(await deaf.run()).toMatchObject({ kind: 'halted' });
    });

    test('a byte that nobody reads blocks the keyboard, but the next key asks again', async () => {
      const machine = await start(
        interruptGuest(ONLY_KEYBOARD, { 1: endOfInterrupt(1) }, 'sti\n wait: hlt\n jmp wait'),
      );
      for (const code of ['KeyA', 'KeyB'] as const) {
        machine.keyboard.keyDown(code);
        const before = machine.instructions;
        expect(await machine.run()).toEqual({ kind: 'idle' });
        expect(machine.instructions).toBeGreaterThan(before);
      }
      expect(machine.keyboard.pendingBytes).toBe(2);
    });

    test('sleep counts towards a limit, a hundredth of what instructions do', async () => {
      const machine = await start(asleep(ONLY_TIMER));
      expect(await machine.run(undefined, { instructions: 1_000_000 })).toEqual({
        kind: 'limit',
        instructions: 1_000_000,
      });
      expect(Number(machine.timeNanos)).toBeGreaterThan(99e6);
      expect(Number(machine.timeNanos)).toBeLessThan(101e6);
    });
  });

  describe('keyboard', () => {
    const listener = (before: string) =>
      interruptGuest(ONLY_KEYBOARD, { 1: key(1) }, `${before} sti\n wait: hlt\n jmp wait`);

    test('type waits until the guest listens and has taken every byte', async () => {
      const machine = await start(listener('mov ecx, 100000\n slow: dec ecx\n jnz slow\n'));
      expect(machine.keyboard.isListening).toBe(false);
      await machine.keyboard.type('Hi\n');
      expect(machine.keyboard).toMatchObject({ isListening: false, pendingBytes: 0 }); // inside the handler
      await machine.run();
      expect(machine.keyboard.isListening).toBe(true);
      await machine.keyboard.press('ControlLeft', 'KeyC');
      await machine.run();
      expect(logOf(machine)).toEqual([
        0x2a, 0x23, 0xa3, 0xaa, 0x17, 0x97, 0x1c, 0x9c, 0x1d, 0x2e, 0xae, 0x9d,
      ]); // biome-ignore format: one line
      sameOnAllEngines('type', machine);
    });

    test('type waits for a guest that polls as well', async () => {
      const machine = await start(
        interruptGuest(
          ALL_MASKED,
          {},
          `poll: in al, 0x64\n test al, 1\n jz poll\n in al, 0x60\n movzx eax, al\n ${LOG_EAX} cmp ebp, 4\n jb poll`,
        ),
      );
      await machine.keyboard.type('ab');
      await machine.run();
      expect(logOf(machine)).toEqual([0x1e, 0x9e, 0x30, 0xb0]);
    });

    test('type fails when the guest will never take the keys', async () => {
      const deaf = await start(interruptGuest(ALL_MASKED, {}, ''));
      await expect(deaf.keyboard.type('x')).rejects.toThrow('halted for good');
      const busy = await start(interruptGuest(ALL_MASKED, {}, 'again: nop\n jmp again'));
      await expect(busy.keyboard.type('x', { instructions: 10_000 })).rejects.toThrow(
        'still running after 10000 instructions while waiting for the guest to listen to the keyboard',
      );
      await expect(busy.keyboard.type('é')).rejects.toThrow('cannot type "é"');
      expect(() => busy.keyboard.keyDown('Enteř' as 'Enter')).toThrow('is no key');
    });

    test('lamps', async () => {
      const send = (value: number) => `mov al, ${value}\n out 0x60, al\n in al, 0x60\n`;
      const machine = await start(interruptGuest(ALL_MASKED, {}, send(0xed) + send(0x06)));
      await machine.run();
      expect(machine.keyboard.leds).toEqual({ scrollLock: false, numLock: true, capsLock: true });
    });

    test('the reset line ends the run', async () => {
      const machine = await start(interruptGuest(ALL_MASKED, {}, 'mov al, 0xfe\n out 0x64, al'));
      expect(await machine.run()).toEqual({ kind: 'reset', port: 0x64 });
    });

    test('a closed A20 gate is not implemented, and says so', async () => {
      const machine = await start(interruptGuest(ALL_MASKED, {}, 'xor eax, eax\n out 0x92, al'));
      const end = await machine.run();
      expect(end.kind === 'unimplemented' && end.report.title).toContain(
        'not implemented yet: closing the A20 gate at 0x',
      );
    });
  });

  describe('recorded input', () => {
    // Counts while it waits, so that every difference in time shows in what is logged.
    const handler = (irq: number) => `${logTime} in al, 0x60\n movzx eax, al\n ${LOG_EAX} ${endOfInterrupt(irq)}`;
    const kernel = interruptGuest(
      0xfffc,
      { 0: `inc dword [0x500000]\n ${endOfInterrupt(0)}`, 1: handler(1) },
      `${startTimer(0x34, 12_000)} sti
       again: hlt\n mov ecx, 5000\n busy: dec ecx\n jnz busy
       mov dx, 0x3fd\n in al, dx\n test al, 1\n jz again\n mov dx, 0x3f8\n in al, dx\n cmp al, 'q'\n jne again`,
    );

    test('entered again at the same points gives the same run, on any engine', async () => {
      const machine = await start(kernel);
      const give = (code: 'KeyA' | 'Pause') => machine.keyboard.keyDown(code);
      give('KeyA');
      for (const instructions of [1, 12_345, 777, 50_000]) {
        await machine.run(undefined, { instructions });
        give('KeyA');
        machine.keyboard.keyUp('KeyA');
      }
      machine.on('serial', () => {});
      await machine.keyboard.type('Hello');
      give('Pause');
      await machine.run(undefined, { instructions: 33_333 });
      machine.serial.write('xyq');
      expect(await machine.run()).toMatchObject({ kind: 'halted' });
      sameOnAllEngines('recorded', machine);

      const inputs = JSON.parse(JSON.stringify(machine.inputs)) as InputEvent[];
      expect(inputs.length).toBe(23);
      const again = await start(kernel, { inputs });
      expect(await again.run()).toEqual(machine.ended);
      expect(logOf(again)).toEqual(logOf(machine));
      expect(again.inputs).toEqual(machine.inputs);
      sameOnAllEngines('recorded', again);
    });

    test('of another run is refused when it does not fit, and so is what is no recording', async () => {
      const input = { instructions: 5, timeNanos: 900_000, kind: 'key', code: 'KeyA', down: true } as const;
      const machine = await start(kernel, { inputs: [input] });
      await expect(machine.run()).rejects.toThrow(
        'the run differs from the recorded one: input 0 entered after 5 instr',
      );
      await expect(start(kernel, { inputs: [{ ...input, code: 'Any' as 'KeyA' }] })).rejects.toThrow(
        'inputs[0]: expected the code',
      );
      await expect(start(kernel, { inputs: [input, { ...input, timeNanos: 1 }] })).rejects.toThrow(
        'inputs[1]: expected events in order',
      );
    });
  });
});
