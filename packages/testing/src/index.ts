/**
 * `@longmode/testing`: tests of kernels with vitest. It knows machines, not files: how a kernel is booted comes from
 * whoever makes the kit, which is `longmode/vitest` for users.
 *
 *     import { expect, test } from 'longmode/vitest';
 *     test('boots', async ({ boot }) => {
 *       const machine = await boot('kernel.elf');
 *       await expect(machine).toShow('Hello');
 *     });
 */
import './matchers/index.ts';

export type { Bootable, BootFixture, BootFunction, KernelTest } from './create-test.ts';
export { createTest } from './create-test.ts';
export type * from './expectations.ts';
export { createKernelTests, type KernelTestsOptions } from './kernel-tests/kernel-tests.ts';
export { screenText } from './screen-text.ts';
