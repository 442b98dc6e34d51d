/**
 * The sixteen condition codes of Jcc, SETcc and CMOVcc (SDM Vol. 1 appendix B.1): names and the flags that each reads.
 * An odd code is the negation of the even code before it.
 */

/** Canonical suffix of each condition code, index = code. Synonyms (`z`, `nae`, ...) are in {@link CONDITION_SYNONYMS}. */
export const CONDITIONS = [
  'o',
  'no',
  'b',
  'ae',
  'e',
  'ne',
  'be',
  'a',
  's',
  'ns',
  'p',
  'np',
  'l',
  'ge',
  'le',
  'g',
] as const;

/** The other suffixes that the manual accepts, with their condition code. */
export const CONDITION_SYNONYMS: Readonly<Record<string, number>> = {
  c: 2,
  nae: 2,
  nc: 3,
  nb: 3,
  z: 4,
  nz: 5,
  na: 6,
  nbe: 7,
  pe: 10,
  po: 11,
  nge: 12,
  nl: 13,
  ng: 14,
  nle: 15,
};

const FLAGS_READ = ['o', 'c', 'z', 'zc', 's', 'p', 'os', 'osz'];

/** The `flags` column of an instruction that tests a condition, such as `r=zc` for BE. */
export function conditionFlags(condition: number): string {
  return `r=${FLAGS_READ[condition >> 1]}`;
}
