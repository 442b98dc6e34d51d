import { describe, expect, test } from 'vitest';
import type { Guest } from '../test/scripted-core.ts';
import { nops, say, scripted, show } from '../test/scripted-machine.ts';
import type { End, TraceEvent } from './api.ts';
import { OBSERVATION_INTERVAL } from './run-loop.ts';
import { WaitError } from './wait.ts';

const exit = (code: number) => (guest: Guest) => guest.host.portWrite(0xf4, 1, code);
const maskAll = ({ host }: Guest) => host.portWrite(0x21, 1, 0xff);
const enableInterrupts = ({ registers }: Guest) => registers.set('rflags', 0x202n);

describe('ends', () => {
  test('a write to the debug exit port stops right behind that instruction', async () => {
    const { machine } = scripted(['nop', exit(0x10), ...say('never')]);
    expect(await machine.run()).toEqual({ kind: 'exit', code: 0x10, port: 0xf4 });
    expect(machine.instructions).toBe(2n);
    expect(machine.serial.output()).toBe('');
  });

  test.each([
    ['hlt with interrupts off', ['hlt'], { kind: 'halted', by: 'hlt', interrupts: false }],
    ['hlt that nothing can wake', [enableInterrupts, maskAll, 'hlt'], { kind: 'halted', by: 'hlt', interrupts: true }],
    ['a jump to itself with interrupts off', ['jmp $'], { kind: 'halted', by: 'jump-to-self', interrupts: false }],
    ['a shutdown', ['shutdown'], { kind: 'triple-fault' }],
    ['an instruction that is missing', ['unimplemented'], { kind: 'unimplemented', rip: 0n }],
    ['a reset', [({ host }: Guest) => host.portWrite(0xcf9, 1, 6)], { kind: 'reset', port: 0xcf9 }],
  ] as const)('%s', async (_, actions, expected) => {
    const { machine } = scripted(actions);
    const end = await machine.run();
    expect(end).toMatchObject(expected);
    expect(machine.ended).toBe(end);
    expect(await machine.run()).toBe(end);
  });

  test('the limit counts instructions, leaves the machine able to go on, and is not an end of the machine', async () => {
    const { machine } = scripted(['nop', 'loop']);
    expect(await machine.run(undefined, { instructions: 12_345 })).toEqual({ kind: 'limit', instructions: 12_345 });
    expect(machine.instructions).toBe(12_345n);
    expect(machine.ended).toBeUndefined();
    expect(await machine.run(undefined, { instructions: 0 })).toMatchObject({ kind: 'limit' });
    await machine.step();
    await machine.step(4);
    expect(machine.instructions).toBe(12_350n);
  });

  test.each([-1, 0.5, Number.NaN])('a limit of %d instructions is refused', async (instructions) => {
    const { machine } = scripted(['loop']);
    await expect(machine.run(undefined, { instructions })).rejects.toThrow(RangeError);
  });

  test('signals of the run and of the machine abort, before it starts and while it runs', async () => {
    const early = scripted(['loop'], { signal: AbortSignal.abort('no') });
    expect(await early.machine.run()).toEqual({ kind: 'aborted', reason: 'no' });
    expect(early.machine.instructions).toBe(0n);
    const { machine } = scripted(['loop']);
    const controller = new AbortController();
    const run = machine.run(undefined, { instructions: Infinity, signal: controller.signal });
    setImmediate(() => controller.abort('enough'));
    expect(await run).toEqual({ kind: 'aborted', reason: 'enough' });
  });

  test('pause stops a run soon and it goes on where it was', async () => {
    const { machine } = scripted(['loop']);
    const run = machine.run(undefined, { instructions: Infinity });
    await expect(machine.run()).rejects.toThrow('the machine is running');
    setImmediate(() => machine.pause());
    expect(await run).toEqual({ kind: 'paused' });
    const before = machine.instructions;
    await machine.step();
    expect(machine.instructions).toBe(before + 1n);
  });

  test('a disposed machine refuses to run', async () => {
    const { machine } = scripted(['loop']);
    const run = machine.run(undefined, { instructions: Infinity });
    await machine[Symbol.asyncDispose]();
    expect(await run).toMatchObject({ kind: 'aborted' });
    await expect(machine.run()).rejects.toThrow('disposed');
  });
});

describe('waiting', () => {
  test('for a string on the serial port stops at the instruction that completes it', async () => {
    const { machine } = scripted([...say('one OK two OK'), 'hlt']);
    const match = await machine.serial.waitFor('OK');
    expect([match.before, match.text, match.after]).toEqual(['one ', 'OK', '']);
    expect(machine.instructions).toBe(6n);
    await machine.serial.waitFor('OK');
    expect(machine.instructions).toBe(13n);
  });

  test('for a regular expression stops at the end of its line and gives groups', async () => {
    const { machine } = scripted([...say('test a ... ok\ntest b ... FAILED\n'), 'hlt']);
    const match = await machine.serial.waitFor(/test (?<name>\w+) \.\.\. FAILED/);
    expect(match.groups).toEqual({ name: 'b' });
  });

  test('consumed output is not found again', async () => {
    const { machine } = scripted([...say('login: '), 'hlt']);
    await machine.serial.waitFor('login:');
    await expect(machine.serial.waitFor('login:')).rejects.toThrow('halted for good');
    expect(machine.serial.output()).toBe('login: ');
  });

  test('for the screen finds what is there already, without running', async () => {
    const { machine } = scripted([show('OKAY'), 'loop']);
    await machine.step(1);
    expect((await machine.screen.waitFor('OKAY')).text).toBe('OKAY');
    expect(machine.instructions).toBe(1n);
  });

  test('for the screen looks at multiples of the observation interval', async () => {
    const { machine } = scripted([...nops(10), show('OKAY'), ...nops(200_000)]);
    await machine.screen.waitFor(/OK/);
    expect(machine.instructions).toBe(BigInt(OBSERVATION_INTERVAL));
  });

  test('what the guest showed with its last breath counts', async () => {
    const { machine } = scripted([show('OKAY'), 'hlt']);
    expect((await machine.screen.waitFor('OKAY')).text).toBe('OKAY');
    expect(machine.ended).toMatchObject({ kind: 'halted' });
  });

  test('rejects at once when the guest is dead, with the screen in the message', async () => {
    const { machine } = scripted([show('Booting'), 'hlt']);
    const error = await machine.screen.waitFor('login').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(WaitError);
    expect((error as WaitError).end).toMatchObject({ kind: 'halted' });
    expect((error as WaitError).message).toContain('the guest halted for good (HLT at 0x');
    expect((error as WaitError).message).toContain('while waiting for "login" on the screen');
    expect((error as WaitError).message).toContain('│Booting');
  });

  test('a limit is an error that says how long it was', async () => {
    const { machine } = scripted(['loop']);
    await expect(machine.screen.waitFor('x', { instructions: 1000 })).rejects.toThrow(
      'the guest is still running after 1000 instructions while waiting for "x" on the screen',
    );
    expect(machine.instructions).toBe(1000n);
  });

  test('several waits share one run, each ending at its own instruction', async () => {
    const { machine } = scripted([...say('a'), ...nops(100), ...say('b'), ...nops(100)]);
    const times: bigint[] = [];
    const record = () => void times.push(machine.instructions);
    await Promise.all([machine.serial.waitFor('b').then(record), machine.serial.waitFor('a').then(record)]);
    expect(times).toEqual([1n, 102n]);
  });

  test('run stops at a pattern or condition', async () => {
    const { machine } = scripted([...say('ready\n'), 'loop']);
    expect(await machine.run({ serial: /ready/ })).toEqual({ kind: 'until' });
    expect(machine.instructions).toBe(6n);
    expect(await machine.run((m) => m.instructions >= 100_000n)).toEqual({ kind: 'until' });
    expect(machine.instructions).toBe(2n * BigInt(OBSERVATION_INTERVAL));
  });

  test('a condition that throws rejects its own wait only', async () => {
    const { machine } = scripted([...say('x'), 'loop']);
    const broken = machine.screen.waitFor(() => {
      if (machine.instructions > 0n) throw new Error('my mistake');
      return false;
    });
    await expect(broken).rejects.toThrow('my mistake');
    expect((await machine.serial.waitFor('x')).text).toBe('x');
  });

  test('lines of the serial port can be iterated until the machine ends', async () => {
    const { machine } = scripted([...say('one\r\ntwo\nthree'), 'hlt']);
    const lines: string[] = [];
    for await (const line of machine.serial) lines.push(line);
    expect(lines).toEqual(['one', 'two', 'three']);
  });
});

describe('events and traces', () => {
  test('tell serial output, debug console, POST codes, the screen and the end', async () => {
    const out = (port: number, value: number) => (guest: Guest) => guest.host.portWrite(port, 1, value);
    const { machine } = scripted([...say('hi'), out(0x2f8, 0x21), out(0xe9, 0x42), out(0x80, 7), show('S'), exit(3)]);
    const log: string[] = [];
    machine.on('serial', ({ port, bytes }) => log.push(`COM${port} ${String.fromCharCode(...bytes)}`));
    machine.on('debug', ({ byte }) => log.push(`debug ${byte}`));
    machine.on('post', ({ code }) => log.push(`post ${code}`));
    machine.on('screen', (screen) => log.push(`screen ${screen.text().trim()}`));
    machine.on('running', () => log.push('running'));
    machine.on('ended', (end) => log.push(`ended ${end.kind}`));
    machine.on('stopped', (end) => log.push(`stopped ${end.kind}`));
    const silent = machine.on('debug', () => log.push('never'));
    silent[Symbol.dispose]();
    await machine.run();
    expect(log).toEqual([
      'running',
      'debug 66',
      'post 7',
      'COM1 hi',
      'COM2 !',
      'screen S',
      'ended exit',
      'stopped exit',
    ]);
    expect(machine.debugConsole).toBe('B');
    expect(machine.serialPorts[1].output()).toBe('!');
  });

  test('what a listener throws inside the guest stops the run with that error', async () => {
    const { machine } = scripted([({ host }) => host.portWrite(0x80, 1, 1), ...nops(1000), 'hlt']);
    machine.on('post', () => {
      throw new Error('listener broke');
    });
    await expect(machine.run()).rejects.toThrow('listener broke');
    expect(machine.instructions).toBe(1n);
  });

  test('ports can be traced, with who is there', async () => {
    const { machine } = scripted([
      ({ host }) => host.portWrite(0x3f8, 1, 0x41),
      ({ host }) => void host.portRead(0x160, 2),
      'hlt',
    ]);
    const events: TraceEvent[] = [];
    const subscription = machine.trace(['port'], (event) => events.push(event));
    await machine.run();
    subscription[Symbol.dispose]();
    expect(events).toEqual([
      { kind: 'port', direction: 'out', port: 0x3f8, sizeBytes: 1, value: 0x41, rip: 1n, claimed: true },
      { kind: 'port', direction: 'in', port: 0x160, sizeBytes: 2, value: 0xffff, rip: 2n, claimed: false },
    ]);
  });

  test('instructions can be traced one by one, and only then run one by one', async () => {
    const { machine, core } = scripted(['nop', 'nop', 'nop', 'hlt']);
    const rips: bigint[] = [];
    const subscription = machine.trace(['instruction'], (event) => rips.push(event.rip));
    await machine.step(2);
    subscription[Symbol.dispose]();
    expect([rips, core.runs]).toEqual([
      [0n, 1n],
      [1, 1],
    ]);
    await machine.run();
    expect(rips.length).toBe(2);
    expect(core.runs.length).toBe(3);
  });
});

test('results do not depend on the slices', async () => {
  const story = [...say('boot\n'), ...nops(70_000), show('OKAY'), ...nops(70_000), ...say('done\n'), exit(0x10)];
  async function observe(disturb: boolean): Promise<[End[], bigint[]]> {
    const { machine } = scripted(story);
    // Instruction tracing makes every core run one instruction long, the shortest slices there can be.
    if (disturb) machine.trace(['instruction'], () => {});
    const ends: End[] = [];
    const times: bigint[] = [];
    for (const until of [{ serial: 'boot' }, { screen: 'OKAY' }, { serial: /done/ }, undefined] as const) {
      ends.push(await machine.run(until));
      times.push(machine.instructions);
    }
    return [ends, times];
  }
  expect(await observe(true)).toEqual(await observe(false));
});

test('what the host writes arrives in order, however slowly the guest reads', async () => {
  const got: number[] = [];
  const readByte = ({ host }: Guest) => {
    if (host.portRead(0x3fd, 1) & 1) got.push(host.portRead(0x3f8, 1));
  };
  const { machine } = scripted([readByte, 'loop']);
  machine.serial.write('héllo');
  machine.serial.write(Uint8Array.of(1, 2));
  expect(machine.serial.pendingBytes).toBe(7); // one of eight bytes has left for the receiver
  await machine.run(undefined, { instructions: 100 });
  expect(got).toEqual([0x68, 0xc3, 0xa9, 0x6c, 0x6c, 0x6f, 1, 2]);
  expect(machine.serial.pendingBytes).toBe(0);
});
