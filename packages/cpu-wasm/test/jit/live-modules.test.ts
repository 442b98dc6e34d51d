/**
 * V8 ends the process when a process has too many live modules, whoever made them. The translator stops before that and the guests go
 * on interpreted. Nothing is collected here: a test that never waits gives the host no chance to tell.
 */
import { assemble } from '@longmode/x86';
import { expect, it } from 'vitest';
import { CpuCore } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';

const ORIGIN = 0x10000;
/** More than the translator allows. */
const MODULES = 20_500;
const code = engines.find(({ engine }) => engine === 'jit')?.code ?? expect.unreachable('no translator');

it('many cores together do not make more modules than the host can bear', { timeout: 120_000 }, () => {
  // Each block is a region of its own.
  const source = `mov ecx, 4\nagain:\n${Array.from({ length: 500 }, (_, i) => `jmp b${i}\nb${i}:`).join('\n')}\nsub ecx, 1\njnz again\nhlt`;
  const { bytes } = assemble(source, { origin: ORIGIN, bits: 64 });
  let modules = 0;
  let failed = 0;
  for (let wanted = MODULES; wanted > 0; wanted -= 500) {
    const core = CpuCore.create({
      engine: 'interpreter',
      code,
      memoryBytes: 2 ** 21,
      host: silentHost,
      jit: 'force',
      translatorHooks: { policy: { blocks: 1 } },
    });
    core.ram.set(bytes, ORIGIN);
    enterLongMode(core);
    core.registers.set('rip', BigInt(ORIGIN));
    expect(core.run(1_000_000)).toBe('halt');
    expect(core.registers.get('rcx')).toBe(0n);
    modules += core.translator?.regions ?? 0;
    failed += core.translator?.failedCompilations ?? 0;
  }
  expect(modules).toBe(20_000);
  expect(failed).toBeGreaterThan(0);
});
