/**
 * Whether what a process holds stays the same. Compared are medians of two quarters of a run: the first quarter is for warming up, when
 * V8 compiles the host's own code and its heap takes its size, and single samples depend on when V8 collects garbage.
 *
 * Two things in V8 grow with the modules that are compiled and are none of ours. Found by recording every allocation between two
 * moments of a run that does nothing but compile regions and forget them (heaptrack):
 *
 * - Four timers for each module, about 680 bytes, which count for V8's developers how much is compiled lazily within 5, 20, 60 and
 *   120 seconds: V8 until 12.4 (Node 20 and 22), where modules are compiled lazily. What they hold stops growing after these 120
 *   seconds; a process that makes 1000 modules a second holds 80 MB in them. 12.9 (Node 23) has none.
 * - The type canonicalizer copies every function type of a module before it looks whether it knows it, and keeps the copy until the
 *   process ends: 112 bytes for the three types of a region. V8 until 12.9. 13.6 (Node 24) gives them back.
 */
import { median } from '../bench/statistics.ts';

/** How long V8's timers for a module last, in minutes. */
export const TIMER_MINUTES = 2;

/** The first V8 that gives types back which it already knew. */
const FIRST_MAJOR = 13;
/** A function type is 24 bytes and 4 for each parameter and result, in steps of 8: those of `TYPES` in assembly/jit/translate.ts. */
const TYPE_BYTES = 32 + 40 + 40;

/** What a V8 (`process.versions.v8`) never gives back of so many modules of regions, in bytes. */
export function keptTypesBytes(version: string, modules: number): number {
  return Number.parseInt(version, 10) < FIRST_MAJOR ? modules * TYPE_BYTES : 0;
}

/** What a process held in two quarters of its run, in the unit of the samples. */
export interface Quarters {
  readonly second: number;
  readonly last: number;
}

/** The medians of the second and of the last quarter. @throws RangeError for fewer than 4 samples */
export function quartersOf(samples: readonly number[]): Quarters {
  const quarter = samples.length >> 2;
  if (quarter === 0) throw new RangeError(`${samples.length} samples have no quarters`);
  return { second: median(samples.slice(quarter, 2 * quarter)), last: median(samples.slice(-quarter)) };
}

/** Whether the last quarter held at most `tolerance` times what the second one did. */
export const isFlat = ({ second, last }: Quarters, tolerance: number): boolean => last <= second * tolerance;
