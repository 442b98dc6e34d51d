/** Machines that somebody sits at: sleep at the pace of the host's clock. */

import { expect, test } from 'vitest';
import { type BootOptions, boot, type CoreCode, type Machine } from '../src/index.ts';
import { loadEngine } from './engines.ts';
import { endOfInterrupt, interruptGuest, LOG_EAX, logOf } from './interrupt-guest.ts';

const code: CoreCode = await loadEngine('interpreter');
const start = (kernel: Uint8Array, options: Partial<BootOptions> = {}): Promise<Machine> =>
  boot({ kernel, code, memory: '8M', pace: 'host', ...options });

/** Counts ticks of 100 Hz, as many as `EBX`; keys are logged. */
const ticking = (mask: number, until: string) =>
  interruptGuest(
    mask,
    {
      0: `inc ebx\n ${endOfInterrupt(0)}`,
      1: `rdtsc\n ${LOG_EAX} in al, 0x60\n movzx eax, al\n ${LOG_EAX} ${endOfInterrupt(1)}`,
    },
    `xor ebx, ebx\n mov al, 0x34\n out 0x43, al\n mov al, 11932 & 0xff\n out 0x40, al\n mov al, 11932 >> 8\n out 0x40, al
     sti\n wait: hlt\n ${until}\n jb wait`,
  );

test('ticks come no faster than on the host, and the guest cannot tell', async () => {
  const kernel = ticking(0xfffe, 'cmp ebx, 8');
  const paced = await start(kernel);
  const before = performance.now();
  expect(await paced.run()).toMatchObject({ kind: 'halted', interrupts: false });
  expect(performance.now() - before).toBeGreaterThan(75);
  const free = await start(kernel, { pace: 'free' });
  await free.run();
  expect([paced.instructions, paced.timeNanos]).toEqual([free.instructions, free.timeNanos]);
});

test('an idle machine waits for a key, which enters at the time that has passed, and the recording runs free', async () => {
  const kernel = ticking(0xfffd, 'cmp ebp, 4');
  const paced = await start(kernel);
  await paced.run((machine) => machine.keyboard.isListening);
  const asleepNanos = Number(paced.timeNanos);
  const press = () => {
    paced.keyboard.keyDown('KeyA');
    paced.keyboard.keyUp('KeyA');
  };
  setTimeout(press, 30);
  expect(await paced.run()).toMatchObject({ kind: 'halted' });
  const [entered, second] = paced.inputs;
  // 30 ms, unless this host is so busy that the machine has given up on catching up.
  expect(entered?.timeNanos).toBeGreaterThan(asleepNanos + 5e6);
  expect(second?.timeNanos).toBeGreaterThanOrEqual(entered?.timeNanos ?? 0);
  const log = logOf(paced);
  expect([log[0], log[1], log[3]]).toEqual([(entered?.timeNanos ?? 0) + 2, 0x1e, 0x9e]);
  const free = await start(kernel, { pace: 'free', inputs: paced.inputs });
  expect(await free.run()).toEqual(paced.ended);
  expect([logOf(free), free.timeNanos]).toEqual([log, paced.timeNanos]);
});

test('pause, a limit and an abort reach a sleeping machine', async () => {
  const paced = await start(ticking(0xfffd, 'cmp ebp, 4'));
  setTimeout(() => paced.pause(), 5);
  expect(await paced.run(undefined, { instructions: Infinity })).toEqual({ kind: 'paused' });
  const slept = paced.run(undefined, { instructions: 50_000 }); // 5 ms of sleep
  expect(await slept).toEqual({ kind: 'limit', instructions: 50_000 });
  const signal = AbortSignal.timeout(5);
  expect(await paced.run(undefined, { instructions: Infinity, signal })).toMatchObject({ kind: 'aborted' });
});

test('what nothing can wake ends at this pace as well', async () => {
  const paced = await start(ticking(0xffff, 'cmp ebp, 4'));
  expect(await paced.run()).toMatchObject({ kind: 'halted', interrupts: true });
});
