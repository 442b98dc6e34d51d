/**
 * What the translator of hot code has done, for people: its counters, and which symbols of the guest the translated instructions
 * belong to. Nothing here can be noticed by the guest.
 */
import type { HotRegion, TranslatorStatistics } from '@longmode/cpu-wasm';
import type { Symbols } from './api.ts';

/** Translated code of one symbol. */
export interface HotCode {
  /** Name of the symbol; without one, the address of the code in hexadecimal. */
  readonly name: string;
  /** Linear address of the symbol, or of the code. */
  readonly address: bigint;
  /** How many times regions that begin in it were translated. */
  readonly translations: number;
  /** How often those regions were entered. */
  readonly entries: number;
  /** Instructions that they have retired, those of functions that they call included. */
  readonly instructions: number;
}

/** What the translator has done so far. */
export interface TranslatorReport extends TranslatorStatistics {
  /** Instructions that translated code has retired. */
  readonly retiredInstructions: number;
  /** The most instructions first. */
  readonly hottest: readonly HotCode[];
}

/** Sums regions up by the symbol that they begin in. */
export function translatorReport(
  statistics: TranslatorStatistics,
  regions: readonly HotRegion[],
  symbols: Pick<Symbols, 'locate'>,
): TranslatorReport {
  const byAddress = new Map<bigint, HotCode>();
  for (const { rip, translations, entries, instructions } of regions) {
    const { symbol, offset = 0 } = symbols.locate(rip);
    const address = symbol === undefined ? rip : rip - BigInt(offset);
    const known = byAddress.get(address);
    byAddress.set(address, {
      name: symbol ?? `0x${rip.toString(16)}`,
      address,
      translations: translations + (known?.translations ?? 0),
      entries: entries + (known?.entries ?? 0),
      instructions: instructions + (known?.instructions ?? 0),
    });
  }
  const hottest = [...byAddress.values()].sort(
    (a, b) => b.instructions - a.instructions || (a.address < b.address ? -1 : 1),
  );
  const retiredInstructions = hottest.reduce((sum, { instructions }) => sum + instructions, 0);
  return { ...statistics, retiredInstructions, hottest };
}
