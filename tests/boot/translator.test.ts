/** What the machine tells about the translation of a real guest, a kernel with symbols. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { boot } from '@longmode/machine';
import { expect, it } from 'vitest';
import { loadEngine } from '../bench/engine.ts';

const kernel = readFileSync(createRequire(import.meta.url).resolve('@longmode/kernel/chapters/04-printing.elf'));
const code = await loadEngine('interpreter');

it('translated code is counted, symbol by symbol', async () => {
  await using machine = await boot({ kernel, code, memory: '32M', jit: 'auto' });
  await machine.run();
  const report = machine.translator;
  if (report === undefined) expect.unreachable('the translator is on');
  // Much of what this short guest does is translated code, after it has run long enough to pay for that; it is counted once.
  expect(report.retiredInstructions).toBeGreaterThan(Number(machine.instructions) / 5);
  expect(report.retiredInstructions).toBeLessThanOrEqual(Number(machine.instructions));
  expect(report.compileMilliseconds).toBeGreaterThan(0);
  expect(report.hottest.map(({ name }) => name)).toContain('library/vga-buffer/putCell');
  const exits =
    report.budgetExits + report.branchExits + report.jumpExits + report.terminatorExits + report.instructionExits;
  expect(exits).toBe(report.entries);
  expect(report.hottest.reduce((sum, { entries }) => sum + entries, 0)).toBe(report.entries);
});

it('there is nothing to count where nothing is translated', async () => {
  await using machine = await boot({ kernel, code, memory: '32M', jit: false });
  expect(machine.translator).toBeUndefined();
});
