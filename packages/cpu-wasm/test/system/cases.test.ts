/**
 * Every case of the system half on both engines, and in QEMU where it is installed: the same image, the same text, except
 * where a case says why TCG differs. RF in saved flags is not compared with QEMU, which never sets it (SDM Vol. 3B 17.3.1.1).
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { registerNames } from '../../src/index.ts';
import { engines } from '../engines.ts';
import type { Case } from './cases.ts';
import { alignmentCases } from './cases-alignment.ts';
import { codeSegmentCases } from './cases-code-segments.ts';
import { debugCases, debugLegacyCases } from './cases-debug.ts';
import { exceptionCases } from './cases-exceptions.ts';
import { interruptCases } from './cases-interrupts.ts';
import { legacyCases } from './cases-legacy.ts';
import { matrixCases } from './cases-matrix.ts';
import { pagingCases } from './cases-paging.ts';
import { priorityCases } from './cases-priority.ts';
import { systemCases } from './cases-system.ts';
import { taskCases } from './cases-tasks.ts';
import { virtual8086Cases } from './cases-virtual-8086.ts';
import { withinRingCases } from './cases-within-ring.ts';
import { boot, build, type Guest, type Outcome } from './guest.ts';
import { hasQemu, runInQemu } from './qemu.ts';

const cases: readonly Case[] = [
  ...exceptionCases,
  ...systemCases,
  ...legacyCases,
  ...codeSegmentCases,
  ...pagingCases,
  ...interruptCases,
  ...virtual8086Cases,
  ...taskCases,
  ...debugCases,
  ...debugLegacyCases,
  ...alignmentCases,
  ...matrixCases,
  ...priorityCases,
  ...withinRingCases,
];
const guests = new Map<Case, Guest>();
function guestOf(item: Case): Guest {
  const guest = guests.get(item) ?? build(item.bits, item.body);
  guests.set(item, guest);
  return guest;
}
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Each note that excuses QEMU cites it. */
const MANUAL = 'SDM Vol. ';

/** What the engine before left of each case: instructions retired, general registers, all of RAM. */
const remains = new Map<Case, string>();

function digest({ core }: Outcome): string {
  const registers = registerNames.map((name) => `${name}=${core.registers.get(name).toString(16)}`);
  const ram = createHash('sha256').update(core.ram).digest('hex');
  return `${core.instructions} ${registers.join(' ')} ${ram}`;
}

describe.each(engines)('$engine', ({ engine, code }) => {
  test.each(cases)('$name', (item) => {
    const outcome = boot(engine, code, guestOf(item));
    expect(outcome.output).toBe(text(item.expected));
    expect(outcome.exit).toBe('stop');
    if (engine === 'jit') expect(outcome.core.translator?.entries, 'entries of translated code').toBeGreaterThan(0);
    const remaining = digest(outcome);
    expect(remaining, 'the engines differ').toBe(remains.get(item) ?? remaining);
    remains.set(item, remaining);
  });
});

test('where QEMU need not agree, the manual says so', () => {
  expect(cases.filter(({ qemu }) => !(qemu ?? MANUAL).includes(MANUAL)).map(({ name }) => name)).toEqual([]);
});

/** RF is bit 8 of the printed flags. */
const withoutResumeFlag = (lines: string): string =>
  lines.replace(
    /fl=([0-9a-f]{4})/g,
    (_, digits: string) => `fl=${(Number.parseInt(digits, 16) & ~0x100).toString(16).padStart(4, '0')}`,
  );

test.skipIf(!hasQemu)('QEMU prints the same for the same images', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longmode-system-'));
  try {
    const different: string[] = [];
    const compared = cases.filter((item) => item.qemu === undefined);
    for (const [index, item] of compared.entries()) {
      const image = join(folder, `${index}.bin`);
      writeFileSync(image, guestOf(item).bytes);
      const output = withoutResumeFlag(await runInQemu(image));
      if (output !== withoutResumeFlag(text(item.expected))) different.push(`${item.name}:\n${output}`);
    }
    expect(compared.length).toBeGreaterThan(60);
    expect(different).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
