/** Each matcher, passing and failing: what it says, and where it points. */
import { describe, expect, it } from 'vitest';
import '../src/index.ts';
import { bootSource, ENTER_LONG_MODE, exitWith, FOREVER, send, show } from './kit.ts';

/** The error of a failing expectation. */
async function failure(expectation: () => unknown): Promise<Error> {
  try {
    await expectation();
  } catch (error) {
    return error as Error;
  }
  throw new Error('the expectation holds');
}

/** The message without what the machine looks like. */
const said = async (expectation: () => unknown) => (await failure(expectation)).message.split('\n\n')[1];

describe('toShow', () => {
  it('runs until the text is there', async () => {
    const machine = await bootSource(
      `${show('Booting')}mov ecx, 1000000\nwait: dec ecx\njnz wait\n${show('LOGIN:')}hlt`,
    );
    expect(machine.instructions).toBe(0n);
    await expect(machine).toShow('Booting');
    await expect(machine).toShow(/^LOGIN:g$/m);
    await expect(machine).not.toShow('PANIC');
  });

  it('tells what is there instead, and why nothing else will come', async () => {
    const machine = await bootSource(`${show('Booting')}${send('log: 1\r\nlog: 2\r\n')}cli\nhlt`);
    const error = await failure(() => expect(machine).toShow('LOGIN:', { instructions: 5_000_000 }));
    expect(error.message).toMatchInlineSnapshot(`
      "expect(machine).toShow("LOGIN:", { instructions: 5000000 })

      Expected: "LOGIN:" on the screen
      Received: the guest halted for good (HLT at 0x1000c8, interrupts off)

      screen after 57 instructions
      ┌────────────────────────────────────────────────────────────────────────────────┐
      │Booting                                                                         │
      └────────────────────────────────────────────────────────────────────────────────┘
      serial output
        log: 1
        log: 2
      the guest halted for good (HLT at 0x1000c8, interrupts off)"
    `);
    expect(await said(() => expect(machine, 'no login').toShow(/LOGIN/))).toMatchInlineSnapshot(`
      "Expected: /LOGIN/ on the screen
      Received: the guest halted for good (HLT at 0x1000c8, interrupts off)"
    `);
  });

  it('gives up after its instructions, at the same one each time', async () => {
    for (let i = 0; i < 2; i++) {
      const machine = await bootSource(FOREVER);
      expect(await said(() => expect(machine).toShow('x', { instructions: 100_001 }))).toMatchInlineSnapshot(`
        "Expected: "x" on the screen
        Received: the guest is still running after 100001 instructions"
      `);
      expect(machine.instructions).toBe(100_001n);
    }
  });

  it('.not watches for some time', async () => {
    const machine = await bootSource(`mov ecx, 200000\nwait: dec ecx\njnz wait\n${show('PANIC')}${FOREVER}`);
    await expect(machine).not.toShow('PANIC', { for: 100_000 });
    expect(machine.instructions).toBe(100_000n);
    expect(await said(() => expect(machine).not.toShow('PANIC', { for: 1_000_000 }))).toMatchInlineSnapshot(`
      "Expected: not "PANIC" on the screen for 1,000,000 instructions
      Received: it is there"
    `);
  });

  it('several wait for one machine', async () => {
    const machine = await bootSource(`${show('ab')}${send('c')}${FOREVER}`);
    await Promise.all([expect(machine).toShow('a'), expect(machine).toPrint('c'), expect(machine).toShow('b')]);
  });
});

describe('toPrint', () => {
  it('looks at all output since boot, and takes nothing away', async () => {
    const machine = await bootSource(`${send('test result: ok\n')}${exitWith(0x10)}`);
    await expect(machine).toPrint(/^test result: ok$/m);
    await expect(machine).toPrint('test');
    await machine.serial.waitFor('test result');
    await expect(machine).toPrint('test result');
    await expect(machine).not.toPrint('failed');
    expect(await said(() => expect(machine).toPrint('failed'))).toMatchInlineSnapshot(`
      "Expected: "failed" on the first serial port
      Received: the guest exited with code 0x10"
    `);
    expect(await said(() => expect(machine).not.toPrint(/ok/g))).toMatchInlineSnapshot(`
      "Expected: not /ok/g on the first serial port
      Received: it is there"
    `);
  });
});

describe('toExit', () => {
  it('compares the code', async () => {
    await expect(await bootSource(exitWith(0x10))).toExit(0x10);
    const machine = await bootSource(exitWith(0x11));
    await expect(machine).not.toExit(0x10);
    expect(await said(() => expect(machine).toExit(0x10))).toMatchInlineSnapshot(`
      "Expected: an exit with code 0x10 (success)
      Received: the guest exited with code 0x11"
    `);
    expect(await said(() => expect(machine).not.toExit(0x11))).toMatchInlineSnapshot(`
      "Expected: not an exit with code 0x11 (failure)
      Received: the guest exited with code 0x11"
    `);
  });

  it('a guest that has not ended passes neither way', async () => {
    const machine = await bootSource(FOREVER);
    expect(await said(() => expect(machine).toExit(0x10, { instructions: 1000 }))).toMatchInlineSnapshot(`
      "Expected: an exit with code 0x10 (success)
      Received: the guest is still running after 1000 instructions"
    `);
    expect(await said(() => expect(machine).not.toExit(0x10, { instructions: 1000 }))).toMatchInlineSnapshot(`
      "Expected: not an exit with code 0x10 (success)
      Received: the guest is still running after 1000 instructions"
    `);
  });

  it('wants a code', async () => {
    const machine = await bootSource(exitWith(0x11));
    // @ts-expect-error: the code is missing
    expect((await failure(() => expect(machine).toExit())).message).toMatch(/needs the code/);
  });
});

describe('toHalt', () => {
  it('knows how and where', async () => {
    const machine = await bootSource(`cli\nsleep: hlt`);
    await expect(machine).toHalt();
    await expect(machine).toHalt({ by: 'hlt', interrupts: false, symbol: 'sleep' });
    await expect(machine).not.toHalt({ by: 'jump-to-self' });
    expect(await said(() => expect(machine).toHalt({ symbol: 'idle' }))).toMatchInlineSnapshot(`
      "Expected: a halt for good with { symbol: "idle" }
      Received: the guest halted for good (HLT at 0x100019, interrupts off): 0x100019 sleep"
    `);
    expect(await said(() => expect(machine).not.toHalt())).toMatchInlineSnapshot(`
      "Expected: not a halt for good
      Received: the guest halted for good (HLT at 0x100019, interrupts off): 0x100019 sleep"
    `);
  });
});

const CRASH = `lidt [empty]\njmp broken\nempty: dw 0\ndd 0\nbroken: ud2\n`;

describe('toTripleFault', () => {
  it('is about the first exception', async () => {
    const machine = await bootSource(`${show('so far')}${CRASH}`);
    await expect(machine).toTripleFault();
    await expect(machine).toTripleFault({ cause: '#UD', symbol: 'broken' });
    await expect(machine).toTripleFault({ symbol: /^brok/ });
    await expect(machine).not.toTripleFault({ cause: '#PF' });
    expect(await said(() => expect(machine).toTripleFault({ cause: '#PF', address: 0xdeadn }))).toMatchInlineSnapshot(`
      "Expected: a triple fault with { cause: "#PF", address: 0xdeadn }
      Received: a triple fault by #UD at 0x10005d broken"
    `);
    expect(await said(() => expect(machine).not.toTripleFault())).toMatchInlineSnapshot(`
      "Expected: not a triple fault
      Received: a triple fault by #UD at 0x10005d broken"
    `);
  });

  it('a failure has the post mortem', async () => {
    const machine = await bootSource(`${show('so far')}${CRASH}`);
    const { message } = await failure(() => expect(machine).toHalt());
    expect(message).toContain('│so far');
    expect(message).toMatch(/TRIPLE FAULT \(#UD.*\) at instruction 12 /);
    expect(message).toMatch(/#UD .*\n +rip +0x[0-9a-f]+ broken/);
    expect(message).toMatch(/rax +[0-9a-f]{16}/);
  });
});

describe('looking at a machine', () => {
  it('toMap: rights are those that all levels give', async () => {
    const machine = await bootSource(`${ENTER_LONG_MODE}\nsleep: hlt`);
    expect(machine).toMap(0x1234, { to: 0x1234, pageBytes: 0, writable: true, user: true, executable: true });
    await expect(machine).toHalt({ symbol: 'sleep' });
    expect(machine).toMap('sleep', { writable: true, executable: true, user: false, pageBytes: 0x20_0000 });
    expect(machine).toMap(0xb8001n, { to: 0xb8001 });
    expect(machine).not.toMap(0x4000_0000);
    expect(machine).not.toMap(0xb8000, { user: true });
    machine.memory.physical.write(0x202008, new Uint8Array([0x81, 0, 0x20, 0, 0, 0, 0, 0x80]));
    expect(machine).toMap(0x20_0000, { writable: false, executable: false });
    expect(
      (await failure(() => expect(machine).toMap(0x20_0000, { writable: true }))).message.split('\n\nscreen')[0],
    ).toMatchInlineSnapshot(`
      "expect(machine).toMap(2097152, { writable: true })

      Expected: 0x200000 mapped with { writable: true }
      Received: 0x200000 mapped to 0x200000, page of 2097152 bytes, read-only, not executable, supervisor
        PML4E[0]    0x201023  writable, supervisor, accessed
        PDPTE[0]    0x202023  writable, supervisor, accessed
        PDE[1]      0x8000000000200081  maps a page of 2 MiB, read-only, supervisor, no-execute"
    `);
    expect(await said(() => expect(machine).toMap(0x4000_0000))).toMatchInlineSnapshot(`
      "Expected: 0x40000000 mapped
      Received: 0x40000000 not mapped
        PML4E[0]    0x201023  writable, supervisor, accessed
        PDPTE[1]    0x0  not present: nothing maps 0x40000000..0x7fffffff"
    `);
    expect(await said(() => expect(machine).not.toMap(0))).toMatchInlineSnapshot(`
      "Expected: not 0x0 mapped
      Received: 0x0 mapped to 0x0, page of 2097152 bytes, writable, executable, supervisor
        PML4E[0]    0x201023  writable, supervisor, accessed
        PDPTE[0]    0x202023  writable, supervisor, accessed
        PDE[0]      0xe3  maps a page of 2 MiB, writable, supervisor, accessed, dirty"
    `);
  });

  it('toHaveRegister', async () => {
    const machine = await bootSource('mov eax, 0xcafe\n hlt');
    await expect(machine).toHalt();
    expect(machine).toHaveRegister('rax', 0xcafe);
    expect(machine).toHaveRegister('cs', 0x10n);
    expect(machine).toHaveRegister('ymm15', 0n);
    expect(machine).toHaveRegister('st0', 0n);
    expect(machine).not.toHaveRegister('rax', 1);
    expect(await said(() => expect(machine).toHaveRegister('rax', 1n))).toMatchInlineSnapshot(`
      "Expected: rax = 0x1
      Received: rax = 0xcafe"
    `);
    expect(await said(() => expect(machine).not.toHaveRegister('rax', 0xcafe))).toMatchInlineSnapshot(`
      "Expected: not rax = 0xcafe
      Received: rax = 0xcafe"
    `);
    // @ts-expect-error: no such register
    expect((await failure(() => expect(machine).toHaveRegister('eaxx', 1))).message).toMatch(
      /no register "eaxx"; .*rax/,
    );
  });

  it('toHaveMemory', async () => {
    const machine = await bootSource('mov dword [0x200000], 0x04030201\n hlt\nmessage: db "Hello", 0\n');
    await expect(machine).toHalt();
    expect(machine).toHaveMemory(0x200000n, [1, 2, 3, 4]);
    expect(machine).toHaveMemory('message', 'Hello');
    expect(machine).toHaveMemory('message+1', new Uint8Array([0x65]), { physical: true });
    expect(machine).not.toHaveMemory(0x200000, [1, 3]);
    const error = (await failure(() => expect(machine).toHaveMemory('message', 'Hells'))) as Error &
      Record<string, unknown>;
    expect(error.message.split('\n\n')[1]).toMatchInlineSnapshot(`
      "Expected: "Hells" at message
      Received: byte 4 is 0x6f instead of 0x73"
    `);
    expect(`${error.expected}\n${error.actual}`).toMatchInlineSnapshot(`
      "0x100023  48 65 6c 6c 73                                   |Hells|
      0x100023  48 65 6c 6c 6f                                   |Hello|"
    `);
    expect(await said(() => expect(machine).toHaveMemory(0x40_0000, [0]))).toMatchInlineSnapshot(`
      "Expected: 1 bytes at 0x400000
      Received: no RAM at physical address 0x400000"
    `);
    expect(await said(() => expect(machine).not.toHaveMemory('message', 'H'))).toMatchInlineSnapshot(`
      "Expected: not "H" at message
      Received: they are there"
    `);
    expect((await failure(() => expect(machine).toHaveMemory('message', ''))).message).toMatch(/give some/);
    expect((await failure(() => expect(machine).toHaveMemory('massage', 'H'))).message).toMatch(
      /no symbol named "massage"/,
    );
  });
});

describe('toMatchScreen', () => {
  const GOLDEN = 'screens/hello.txt';

  it('compares characters and colours with a golden', async () => {
    const machine = await bootSource(`${show('Hello')}mov byte [0xb8001], 0x2f\n hlt`);
    await expect(machine).toHalt();
    expect(machine).toMatchScreen(GOLDEN);
    expect(machine).toMatchScreen(new URL(GOLDEN, import.meta.url));
    machine.memory.write(0xb8001, new Uint8Array([0x1f]));
    expect(machine).not.toMatchScreen(GOLDEN);
    const error = (await failure(() => expect(machine).toMatchScreen(GOLDEN))) as Error & Record<string, unknown>;
    expect(error.message.split('\n\n')[1]).toMatchInlineSnapshot(`
      "Expected: the screen of test/screens/hello.txt
      Received: another screen. If it is the right one: \`vitest -u\`, and review the difference"
    `);
    expect(`${error.actual}`.split('\n').slice(0, 3).join('\n')).toMatchInlineSnapshot(`
      "|Hello                                                                           |
      	1f×1 07×79
      (blank 07)"
    `);
  });

  it('a missing golden fails, either way, and is not written', async () => {
    const machine = await bootSource('hlt');
    expect(await said(() => expect(machine).toMatchScreen())).toMatchInlineSnapshot(`
      "Expected: the screen of test/screens/matchers.test/toMatchScreen-a-missing-golden-fails-either-way-and-is-not-written.txt
      Received: there is no such golden. Write it with \`vitest -u\`, review it, commit it"
    `);
    expect(await said(() => expect(machine).not.toMatchScreen())).toMatch(/no such golden/);
  });
});

describe('all matchers', () => {
  it('point at the line of the test', async () => {
    const machine = await bootSource('cli\nhlt');
    for (const expectation of [
      () => expect(machine).toHaveRegister('rax', 1),
      () => expect(machine).toExit(0x10),
      () => expect(machine).toShow('x'),
    ]) {
      const { stack = '' } = await failure(expectation);
      expect(stack).toMatch(/\n {4}at .*matchers\.test\.ts:\d+:\d+/);
      expect(stack).not.toMatch(/testing\/src/);
    }
  });

  it('take nothing but a machine', async () => {
    const { message } = await failure(() => expect(bootSource('hlt')).toShow('x'));
    expect(message).toMatchInlineSnapshot(
      `"expect(machine).toShow() takes a machine, as boot() gives one; received a promise: \`await boot(...)\` first"`,
    );
    expect((await failure(() => expect(42).toHaveRegister('rax', 1))).message).toMatch(/received 42$/);
    expect((await failure(() => expect({}).toHalt())).message).toMatch(/received an instance of Object$/);
  });

  it('are no success if the run was cut short', async () => {
    const machine = await bootSource(FOREVER);
    const waiting = failure(() => expect(machine).not.toShow('x', { for: 1_000_000_000 }));
    setTimeout(() => machine.pause(), 5);
    expect((await waiting).message).toMatch(/Received: the machine was paused/);
  });
});
