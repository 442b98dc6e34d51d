/** The fixture and `kernelTests`, from outside: what a person reads when a test fails. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine } from '@longmode/machine';
import { describe, expect, it } from 'vitest';
import { bootSource, exitWith, image, kernelTests, send, test } from './kit.ts';

/** What vitest prints about the failing tests, without what differs from run to run. */
async function report(): Promise<string> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const cwd = fileURLToPath(new URL('failing', import.meta.url));
  // Not as a child of this run, and without colours.
  const { VITEST: _, FORCE_COLOR: __, ...environment } = process.env;
  return new Promise((resolve) => {
    const env = { ...environment, NO_COLOR: '1' };
    execFile(process.execPath, [vitest, 'run'], { cwd, env }, (_error, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.replace(/ \d+ms/g, ''));
    });
  });
}

describe('a failing test', async () => {
  const all = await report();
  const failures = new Map<string, string>();
  for (const part of all.split(/^ FAIL {2}/m).slice(1)) {
    const [title = '', ...lines] = part.split('\n');
    failures.set(title.split(' > ').at(-1) ?? '', lines.join('\n').split(/^⎯/m)[0] ?? '');
  }

  it('of the kit shows screen, end and the line of the test', () => {
    expect(failures.get('an expectation of the kit')).toMatchInlineSnapshot(`
      "AssertionError: expect(machine).toShow("Goodbye")

      Expected: "Goodbye" on the screen
      Received: the guest halted for good (HLT at 0x100046, interrupts off)

      screen after 7 instructions
      ┌────────────────────────────────────────────────────────────────────────────────┐
      │Hello                                                                           │
      └────────────────────────────────────────────────────────────────────────────────┘
      the guest halted for good (HLT at 0x100046, interrupts off)
       ❯ failing.ts:12:25
           10| test('an expectation of the kit', async ({ boot }) => {
           11|   const machine = await boot(image(\`\${show('Hello')}cli\\nhlt\`));
           12|   await expect(machine).toShow('Goodbye');
             |                         ^
           13| });
           14|

      "
    `);
  });

  it('of vitest shows the machines of the test as well', () => {
    expect(failures.get('an expectation of vitest')).toMatchInlineSnapshot(`
      "AssertionError: expected 'Hello' to be 'Goodbye' // Object.is equality

      kernel of 584 bytes: screen after 7 instructions
      ┌────────────────────────────────────────────────────────────────────────────────┐
      │Hello                                                                           │
      └────────────────────────────────────────────────────────────────────────────────┘
      the guest halted for good (HLT at 0x100046, interrupts off)

      Expected: "Goodbye"
      Received: "Hello"

       ❯ failing.ts:18:41
           16|   const machine = await boot(image(\`\${show('Hello')}cli\\nhlt\`));
           17|   await machine.run();
           18|   expect(machine.screen.line(0).trim()).toBe('Goodbye');
             |                                         ^
           19| });
           20|

      "
    `);
  });

  it('because of a forgotten await points to where it is missing', () => {
    expect(failures.get('a forgotten await')).toMatchInlineSnapshot(`
      "Error: the test ended while this matcher was still running the machine: write \`await expect(machine)...\`
       ❯ failing.ts:23:19
           21| test('a forgotten await', async ({ boot }) => {
           22|   const machine = await boot(image(FOREVER));
           23|   expect(machine).toShow('Hello');
             |                   ^
           24| });
           25|

      "
    `);
  });

  it('by the time limit stops the machine', () => {
    expect(failures.get('a guest that never ends, and a time limit')).toMatch(/timed out in/);
    expect(all).not.toMatch(/Unhandled/);
  });

  it('inside a kernel is one test of vitest', () => {
    expect(failures.get('second')).toMatch(/^Error: the kernel reports: failed\nError: panicked at src\/lib.rs:20\n/);
    expect(failures.get('second')).toMatch(/❯ failing\.ts:8:7/);
    expect(failures.get('third')).toMatch(/the kernel began this test and did not finish it[\s\S]*TRIPLE FAULT/);
    expect(failures.get('all tests ran, and the kernel left with success')).toMatch(/the guest stopped: triple fault/);
    expect(all).toMatch(/Tests {2}7 failed \| 1 passed/);
  });
});

describe('the fixture', () => {
  const kept: Machine[] = [];

  test('boots as many machines as a test likes', async ({ boot }) => {
    kept.push(await boot(image('hlt')), await boot(image(exitWith(0x10))));
    await expect(kept[1]).toExit(0x10);
  });

  it('has disposed of them afterwards', async () => {
    expect(kept).toHaveLength(2);
    for (const machine of kept) await expect(machine.run()).rejects.toThrow('disposed');
  });

  it('gives the same run each time', async () => {
    const once = async () => {
      const machine = await bootSource(
        `mov ecx, 1000\nagain: push ecx\npop eax\ndec ecx\njnz again\n${exitWith(0x10)}`,
      );
      await expect(machine).toExit(0x10);
      return { instructions: machine.instructions, ...machine.cpu.registers };
    };
    expect(await once()).toEqual(await once());
  });
});

const tap = 'TAP version 14\n1..2\nok 1 - frames\nok 2 - pages\n';
await kernelTests(image(`${send(tap)}${exitWith(0x10)}`), { protocol: 'tap' });
