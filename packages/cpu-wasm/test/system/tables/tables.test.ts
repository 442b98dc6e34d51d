/**
 * Every table on both engines, and in QEMU where it is installed: the same image, the same lines, except where a check says why TCG
 * differs. Prints how many checks were compared with QEMU, and how many rest on the manual alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engines } from '../../engines.ts';
import { boot, build, type Guest } from '../guest.ts';
import { hasQemu, runInQemu } from '../qemu.ts';
import { instructionTables } from './instructions.ts';
import { pagingTables } from './paging.ts';
import { registerTables } from './registers.ts';
import { type CheckTable, differences } from './table.ts';
import { translationTables } from './translations.ts';

const tables = [...pagingTables, ...registerTables, ...translationTables, ...instructionTables];
const guests = new Map<CheckTable, Guest>(tables.map((table) => [table, build(table.bits, table.body)]));
const guestOf = (table: CheckTable): Guest => guests.get(table) as Guest;
const count = (list: readonly CheckTable[], counts: (qemu: string | undefined) => boolean): number =>
  list.reduce((sum, { checks }) => sum + checks.filter(({ qemu }) => counts(qemu)).length, 0);

/** Instructions that the engine before took for each table. */
const instructions = new Map<CheckTable, bigint>();

describe.each(engines)('$engine', ({ engine, code }) => {
  test.each(tables)('$name', { timeout: 60_000 }, (table) => {
    const { output, exit, core } = boot(engine, code, guestOf(table));
    expect(differences(table, output)).toEqual([]);
    expect(exit).toBe('stop');
    expect(core.instructions, 'the engines differ').toBe(instructions.get(table) ?? core.instructions);
    instructions.set(table, core.instructions);
  });
});

test.skipIf(!hasQemu)('QEMU prints the same lines', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longmode-tables-'));
  const image = join(folder, 'guest.bin');
  try {
    const different: string[] = [];
    const isCompared = ({ qemu }: { readonly qemu?: string }): boolean => qemu === undefined;
    for (const table of tables.filter(({ checks }) => checks.some(isCompared))) {
      writeFileSync(image, guestOf(table).bytes);
      different.push(...differences(table, await runInQemu(image), isCompared));
    }
    expect(different).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('where QEMU need not agree, the manual says so', () => {
  const checks = tables.flatMap((table) => table.checks);
  expect(checks.filter(({ qemu = 'SDM Vol. ' }) => !qemu.includes('SDM Vol. ')).map(({ name }) => name)).toEqual([]);
});

test('the count of the checks', () => {
  const compared = count(tables, (qemu) => qemu === undefined);
  const pinned = count(tables, (qemu) => qemu !== undefined);
  console.log(
    `system tables: ${compared} checks compared with QEMU${hasQemu ? '' : ' (not installed)'}, ${pinned} pinned by the manual`,
  );
  expect(compared).toBeGreaterThan(6000);
  expect(pinned).toBeGreaterThan(1000);
});
