import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../test/images.ts';
import { buildLineProgram, type LineProgram } from '../test/line-program.ts';
import { LineTable } from './index.ts';

const DIRECTORIES = ['/src/kernel', '/usr/include', 'arch'];
const FILES = [
  { name: 'main.c', directory: 0 },
  { name: 'types.h', directory: 1 },
  { name: 'boot.S', directory: 2 },
  { name: '/abs/olute.c', directory: 0 },
];
/** Full paths in version 5; before that directory 0 is not in the table. */
const PATHS = {
  old: ['main.c', '/usr/include/types.h', 'arch/boot.S', '/abs/olute.c'],
  five: ['/src/kernel/main.c', '/usr/include/types.h', '/src/kernel/arch/boot.S', '/abs/olute.c'],
};

const lineProgram: fc.Arbitrary<LineProgram> = fc
  .record({
    version: fc.constantFrom(2 as const, 3 as const, 4 as const, 5 as const),
    start: fc.bigInt(1n, 0xffff_ffff_f000_0000n),
    steps: fc.array(
      fc.record({
        advance: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100000 })),
        file: fc.nat(3),
        line: fc.integer({ min: 1, max: 100000 }),
        column: fc.nat(200),
      }),
      { minLength: 1, maxLength: 30 },
    ),
  })
  .map(({ version, start, steps }) => {
    let address = start;
    const rows = steps.map(({ advance, ...place }) => {
      const row = { address, ...place };
      address += BigInt(advance);
      return row;
    });
    return { version, directories: DIRECTORIES, files: FILES, rows, end: address };
  });

describe('LineTable', () => {
  test('finds what a line program says, at the first and last byte of each row, and nothing around it', () => {
    fc.assert(
      fc.property(lineProgram, (source) => {
        const table = new LineTable({ line: buildLineProgram(source) });
        expect(table.problems).toEqual([]);
        const paths = source.version === 5 ? PATHS.five : PATHS.old;
        source.rows.forEach(({ address, file, line, column }, i) => {
          const behind = source.rows[i + 1]?.address ?? source.end;
          const expected = { file: paths[file], line, column };
          expect(table.lookup(address)).toEqual(expected);
          expect(table.lookup(behind - 1n)).toEqual(expected);
        });
        expect(table.lookup(source.rows[0]!.address - 1n)).toBeUndefined();
        expect(table.lookup(source.end)).toBeUndefined();
      }),
    );
  });

  test('reads all units of a section, also behind a damaged one', () => {
    const unit = (address: bigint, line: number) =>
      buildLineProgram({
        version: 5,
        directories: DIRECTORIES,
        files: FILES,
        rows: [{ address, file: 0, line, column: 1 }],
        end: address + 16n,
      });
    const damaged = unit(0x2000n, 7);
    damaged[4] = 9; // version
    const table = new LineTable({ line: concat(unit(0x1000n, 5), damaged, unit(0x3000n, 9)) });
    expect(table.lookup(0x1004n)?.line).toBe(5);
    expect(table.lookup(0x2004n)).toBeUndefined();
    expect(table.lookup(0x3004n)?.line).toBe(9);
    expect(table.problems).toEqual([`unit at 0x${unit(0x1000n, 5).length.toString(16)}: version 9 is unknown`]);
  });

  test('ignores functions that the linker dropped: they lie at address 0', () => {
    const dropped = buildLineProgram({
      version: 4,
      directories: DIRECTORIES,
      files: FILES,
      rows: [{ address: 0n, file: 0, line: 3, column: 0 }],
      end: 0x100000n,
    });
    expect(new LineTable({ line: dropped }).lookup(0x8000n)).toBeUndefined();
  });

  test('survives any damage', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(lineProgram, lineProgram, fc.array(change, { minLength: 1, maxLength: 12 }), (a, b, changes) => {
        const line = concat(buildLineProgram(a), buildLineProgram(b));
        for (const [place, value] of changes) line[place % line.length] = value;
        const table = new LineTable({ line });
        for (const { address } of [...a.rows, ...b.rows]) {
          const place = table.lookup(address);
          if (place !== undefined && !(place.line >= 1 && place.column >= 0 && place.file !== '')) {
            throw new Error(JSON.stringify(place));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('survives arbitrary bytes, and a count of 2^49 entries without fields', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (line) => void new LineTable({ line }).lookup(1n)));
    const header = [5, 0, 8, 0, 60, 0, 0, 0, 1, 1, 1, 0xfb, 14, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    const unit = Uint8Array.from([100, 0, 0, 0, ...header, ...new Uint8Array(100 - header.length)]);
    expect(new LineTable({ line: unit }).problems[0]).toMatch(/entries do not fit/);
  });

  test('is linear: a megabyte of units without any string end takes no time', () => {
    const unit = [26, 0, 0, 0, 4, 0, 10, 0, 0, 0, 1, 1, 1, 0xfb, 14, 1, ...new Array(14).fill(0x41)];
    const line = Uint8Array.from({ length: 30 * 20000 }, (_, i) => unit[i % 30]!);
    const table = new LineTable({ line });
    expect(table.problems).toHaveLength(16);
  }, 20_000);
});
