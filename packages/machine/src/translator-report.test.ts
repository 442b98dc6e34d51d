import { describe, expect, test } from 'vitest';
import { formatTranslatorReport } from './inspect/index.ts';
import { translatorReport } from './translator-report.ts';

const statistics = {
  regions: 3,
  blocks: 12,
  moduleBytes: 4096,
  translatedInstructions: 60,
  calledInstructions: 2,
  entries: 1030,
  refusedEntries: 4,
  budgetExits: 10,
  branchExits: 0,
  jumpExits: 1000,
  terminatorExits: 20,
  instructionExits: 0,
  droppedRegions: 1,
  dropsOfAll: 0,
  abandonedRegions: 2,
  failedCompilations: 0,
  compileMilliseconds: 12.25,
};

/** `sum` is at 1000h, 100h bytes long; nothing else has a name. */
const symbols = {
  locate: (address: bigint) =>
    address >= 0x1000n && address < 0x1100n
      ? { address, symbol: 'sum', offset: Number(address - 0x1000n) }
      : { address },
};

describe('the report about translated code', () => {
  test('regions of one symbol are one line, the hottest first', () => {
    const regions = [
      { rip: 0x1000n, translations: 1, entries: 10, instructions: 500 },
      { rip: 0x2000n, translations: 1, entries: 20, instructions: 900 },
      { rip: 0x1020n, translations: 2, entries: 1000, instructions: 8600 },
    ];
    const report = translatorReport(statistics, regions, symbols);
    expect(report.retiredInstructions).toBe(10_000);
    expect(report.hottest).toEqual([
      { name: 'sum', address: 0x1000n, translations: 3, entries: 1010, instructions: 9100 },
      { name: '0x2000', address: 0x2000n, translations: 1, entries: 20, instructions: 900 },
    ]);
    expect(formatTranslatorReport(report, 20_000n)).toMatchInlineSnapshot(`
      "translated code:
        instructions  10,000 of 20,000 (50.0 %)
        regions       3 of 12 blocks, 4,096 bytes
        compiled in   12.3 ms of the host
        in regions    60 translated, 2 calls
        entered       1,030 times, refused 4 times
        left          computed jumps 1,000, instructions that end a block 20, the budget was used up 10
        dropped       1 for writes to code; all at once 0 times
        given up      2 that did not pay, 0 not compiled
        instructions       entries  translations  hottest
               9,100         1,010             3  sum
                 900            20             1  0x2000
      "
    `);
  });

  test('without a translator there is nothing to tell', () => {
    expect(formatTranslatorReport(undefined, 5n)).toBe('translated code: none, the translator is off\n');
  });
});
