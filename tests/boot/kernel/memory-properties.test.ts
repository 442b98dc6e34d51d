/**
 * Random sequences of operations on frames, page tables and heap, compared with simple models: as WebAssembly on the host,
 * and as native code in the machine. `MEMORY_RUNS=1000` searches longer; a failure prints its seed and the shrunk case.
 */

import { compileMemoryScript, type MemoryScript, startMemoryScript } from '@longmode/kernel/memory-script';
import fc from 'fast-check';
import { boot } from 'longmode';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENGINES } from '../../support/engines.ts';
import { checkResults, choices, type ScriptStep, scriptOf } from './memory-model.ts';

const RUNS = Number(process.env.MEMORY_RUNS ?? 15);
const TIMEOUT_MS = 60_000 + RUNS * 2_000;
const STEP_BYTES = 24;
const MODULE_TAG = 3;

let script: MemoryScript;
beforeAll(async () => {
  script = await compileMemoryScript();
}, 120_000);

/** The script as the module that the kernel in the machine takes. */
function encode(steps: readonly ScriptStep[]): Uint8Array {
  const bytes = new Uint8Array(steps.length * STEP_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, { operation, a, b }] of steps.entries()) {
    const at = index * STEP_BYTES;
    view.setBigUint64(at, BigInt(operation), true);
    view.setBigUint64(at + 8, a, true);
    view.setBigUint64(at + 16, b, true);
  }
  return bytes;
}

describe('frames, page tables and heap behave as their models', () => {
  it('as WebAssembly on the host', { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(choices, (list) => {
        const steps = scriptOf(list);
        const guest = startMemoryScript(script.module);
        const results = steps.map(({ operation, a, b }) =>
          BigInt.asUintN(64, guest.call('execute', operation, a, b) as bigint),
        );
        checkResults(steps, results);
      }),
      { numRuns: RUNS },
    );
  });

  it.each(ENGINES)('as native code on %s', { timeout: TIMEOUT_MS }, async (engine) => {
    await fc.assert(
      fc.asyncProperty(fc.array(choices, { minLength: 4, maxLength: 8 }), async (lists) => {
        // One boot for several scripts: each ends as it began.
        const scripts = lists.map(scriptOf);
        const steps = scripts.flat();
        await using machine = await boot({ kernel: script.image, modules: [{ bytes: encode(steps) }], engine });
        const information = machine.cpu.registers.rbx;
        expect((await machine.run()).kind).toBe('halted');
        const { physical } = machine.memory;
        let tag = information + 8n;
        while (physical.u32(tag) !== MODULE_TAG) tag += BigInt((physical.u32(tag + 4n) + 7) & ~7);
        const start = physical.u32(tag + 8n);
        expect(machine.screen.text()).not.toMatch(/PANIC/);
        let at = start;
        for (const part of scripts) {
          checkResults(
            part,
            part.map((_, index) => physical.u64(at + index * STEP_BYTES)),
          );
          at += part.length * STEP_BYTES;
        }
      }),
      { numRuns: Math.ceil(RUNS / 8) },
    );
  });
});
