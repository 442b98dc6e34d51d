/**
 * `longmode/vitest`: tests of kernels. vitest's own words with a `boot` fixture and the matchers for machines.
 *
 *     import { expect, test } from 'longmode/vitest';
 *
 *     test('greets', async ({ boot }) => {
 *       const machine = await boot('kernel.elf');
 *       await expect(machine).toShow('Hello');
 *     });
 */
import { type BootFunction, createKernelTests, createTest } from '@longmode/testing';
import { type BootOptions, boot } from './index.ts';

export type * from '@longmode/testing';
export { afterAll, afterEach, assert, beforeAll, beforeEach, describe, expect, vi } from 'vitest';

/** What `boot` takes in a test: a path, or everything that can be said about a machine. */
export type TestBootOptions = string | URL | BootOptions;

const bootInTest: BootFunction<TestBootOptions> = (what, signal) => {
  const options: BootOptions = typeof what === 'string' || what instanceof URL ? { kernel: what } : what;
  return boot({ signal, ...options });
};

/** vitest's `test` with the fixture `boot`: machines that are disposed of when the test is over, and shown if it fails. */
export const test = createTest(bootInTest);

/** The same by its other name. */
export const it = test;

/** Runs a kernel with tests of its own and registers one test for each; see {@link KernelTestsOptions}. */
export const kernelTests = createKernelTests(bootInTest);
