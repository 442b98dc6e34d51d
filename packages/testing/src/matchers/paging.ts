/** `toMap`: what the page tables of the moment say about an address (SDM Vol. 3A 4.6, determination of access rights). */

import { type Address, describeWalk, type Walk, type WalkLevel } from '@longmode/machine';
import { PTE } from '@longmode/x86';
import { lookingMatcher } from '../define-matcher.ts';
import type { MapExpectation } from '../expectations.ts';
import { literal } from '../report.ts';

/** The levels whose entries have rights: all but PAE's four page-directory-pointer entries, which have none. */
function levelsWithRights({ levels }: Walk): readonly WalkLevel[] {
  return levels[0]?.name === 'PDPTE' ? levels.slice(1) : levels;
}

/** How an address is mapped; undefined if it is not. */
function mappingOf(walk: Walk): Required<MapExpectation> | undefined {
  if (walk.physicalAddress === undefined) return undefined;
  const levels = levelsWithRights(walk);
  const all = (bit: number | bigint) => levels.every(({ entry }) => (entry & BigInt(bit)) !== 0n);
  const none = (bit: number | bigint) => levels.every(({ entry }) => (entry & BigInt(bit)) === 0n);
  return {
    writable: all(PTE.RW),
    executable: none(PTE.XD),
    user: all(PTE.US),
    to: walk.physicalAddress,
    pageBytes: walk.pageBytes,
  };
}

const describeMapping = ({ writable, executable, user, to, pageBytes }: Required<MapExpectation>): string =>
  [
    `mapped to 0x${to.toString(16)}`,
    pageBytes === 0 ? 'paging is off' : `page of ${pageBytes} bytes`,
    writable ? 'writable' : 'read-only',
    executable ? 'executable' : 'not executable',
    user ? 'user' : 'supervisor',
  ].join(', ');

export const toMap = lookingMatcher('toMap', ({ machine }, at: Address, expected: MapExpectation = {}) => {
  const walk = machine.memory.translate(at);
  const mapping = mappingOf(walk);
  const wanted = { ...expected, ...(expected.to !== undefined && { to: BigInt(expected.to) }) };
  const names = Object.keys(wanted) as (keyof MapExpectation)[];
  const pass = mapping !== undefined && names.every((name) => wanted[name] === mapping[name]);
  const where = `0x${walk.linearAddress.toString(16)}`;
  const walked = describeWalk(walk).map(
    ({ name, index, entry, text }) => `  ${`${name}[${index}]`.padEnd(11)} 0x${entry.toString(16)}  ${text}`,
  );
  return {
    pass,
    expected: `${where} mapped${names.length > 0 ? ` with ${literal(wanted)}` : ''}`,
    received: `${where} ${mapping ? describeMapping(mapping) : 'not mapped'}`,
    ...(walked.length > 0 && { details: walked.join('\n') }),
  };
});
