/** Tests that fail, each in its way; `fixture.test.ts` runs them and reads the report. */
import { expect } from 'vitest';
import { FOREVER, image, kernelTests, send, show, test } from '../kit.ts';

const tests = send(
  'Running 3 tests\nfirst...\t[ok]\nsecond...\t[failed]\n\nError: panicked at src/lib.rs:20\nthird...\t',
);
await kernelTests(image(`${tests}ud2`), { protocol: 'rust-osdev' });

test('an expectation of the kit', async ({ boot }) => {
  const machine = await boot(image(`${show('Hello')}cli\nhlt`));
  await expect(machine).toShow('Goodbye');
});

test('an expectation of vitest', async ({ boot }) => {
  const machine = await boot(image(`${show('Hello')}cli\nhlt`));
  await machine.run();
  expect(machine.screen.line(0).trim()).toBe('Goodbye');
});

test('a forgotten await', async ({ boot }) => {
  const machine = await boot(image(FOREVER));
  expect(machine).toShow('Hello');
});

test('a guest that never ends, and a time limit', { timeout: 200 }, async ({ boot }) => {
  const machine = await boot(image(FOREVER));
  await machine.run(undefined, { instructions: Infinity });
  await new Promise(() => {});
});
