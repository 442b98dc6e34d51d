/** Page tables and translations as text for people. */

import type { ImageSection, Symbols } from '../api.ts';
import type { PageRange, PageTable, PageTableEntry, PageTables } from './page-tables.ts';
import { address64, hex, indent, sizeText, table } from './text.ts';
import type { Translation } from './translation.ts';

/** Names of sections that are listed for one range. */
const MAXIMUM_SECTIONS = 6;

/** What is mapped, one line for each range; sections of the image that lie in a range are named. */
export function formatPages(pages: PageTables, symbols?: Pick<Symbols, 'sections'>): string {
  if (!pages.root) return pages.mode === 'off' ? PAGING_OFF : `paging: ${pages.mode}, but CR3 points outside of RAM`;
  const rows = pages.ranges.map((range) => {
    const pageCount = `${range.pageCount} x ${sizeText(range.pageBytes)}`;
    const held = sectionsIn(range, symbols?.sections ?? []);
    return [...rangeColumns(range), pageCount, rightsText(range), held];
  });
  const recursive = recursiveEntries(pages.root).map(
    ({ table: at, entry }) =>
      `${address64(entry.linearAddress)}  recursive: entry ${entry.index} of the ${at.name} names the tables themselves`,
  );
  return [
    `paging: ${pages.mode}, ${pages.root.name} at ${hex(pages.root.physicalAddress)}`,
    ...(rows.length === 0 ? ['nothing is mapped'] : table([COLUMNS, ...rows])),
    ...recursive,
    ...incomplete(pages),
  ].join('\n');
}

const PAGING_OFF = 'paging: off, linear addresses are physical';
const COLUMNS = ['linear', 'physical', 'pages', 'rights', ''];

/** The tables themselves, as a tree. */
export function formatPageTables(pages: PageTables): string {
  if (!pages.root) return formatPages(pages);
  return [...treeLines(pages.root), ...incomplete(pages)].join('\n');
}

function incomplete({ isComplete }: PageTables): string[] {
  return isComplete ? [] : ['! there is more than is followed: this is not everything'];
}

function treeLines(page: PageTable): string[] {
  return [
    `${page.name} at ${hex(page.physicalAddress)}`,
    ...page.entries.flatMap((entry) => indent(entryLines(entry))),
  ];
}

function entryLines(entry: PageTableEntry): string[] {
  switch (entry.kind) {
    case 'table': {
      const [first = '', ...rest] = treeLines(entry.table);
      return [`[${entry.index}] ${hex(entry.entry)} -> ${first}`, ...rest];
    }
    case 'pages': {
      const { firstIndex, lastIndex, range } = entry;
      const indices = firstIndex === lastIndex ? `${firstIndex}` : `${firstIndex}..${lastIndex}`;
      const [linear, physical] = rangeColumns(range);
      return [
        `[${indices}] ${linear} -> ${physical}  ${sizeText(range.pageBytes)} ${rightsText(range)}${usage(range)}`,
      ];
    }
    case 'recursive':
      return [
        `[${entry.index}] ${hex(entry.entry)} recursive: the tables are visible from ${address64(entry.linearAddress)}`,
      ];
    case 'no-ram':
      return [`[${entry.index}] ${hex(entry.entry)} a table outside of RAM`];
  }
}

function recursiveEntries(page: PageTable): {
  table: PageTable;
  entry: Extract<PageTableEntry, { kind: 'recursive' }>;
}[] {
  return page.entries.flatMap((entry) => {
    if (entry.kind === 'recursive') return [{ table: page, entry }];
    return entry.kind === 'table' ? recursiveEntries(entry.table) : [];
  });
}

function rangeColumns(range: PageRange): [linear: string, physical: string] {
  const last = range.linearAddress + BigInt(range.pageBytes) * BigInt(range.pageCount) - 1n;
  return [`${address64(range.linearAddress)}..${address64(last)}`, hex(range.physicalAddress)];
}

/** `r-x supervisor, global`: reading is always allowed to whom the page belongs. */
function rightsText(range: PageRange): string {
  const letters = `r${range.writable ? 'w' : '-'}${range.executable ? 'x' : '-'}`;
  const words = [
    range.user ? 'user' : 'supervisor',
    ...(range.global ? ['global'] : []),
    ...(range.writeThrough ? ['write-through'] : []),
    ...(range.cacheDisabled ? ['uncached'] : []),
  ];
  return `${letters} ${words.join(', ')}`;
}

function usage({ accessedPages, dirtyPages, pageCount }: PageRange): string {
  if (pageCount === 1) return `${accessedPages ? ', accessed' : ''}${dirtyPages ? ', dirty' : ''}`;
  return `, ${accessedPages} accessed, ${dirtyPages} dirty`;
}

function sectionsIn(range: PageRange, sections: readonly ImageSection[]): string {
  const end = range.linearAddress + BigInt(range.pageBytes) * BigInt(range.pageCount);
  const held = sections.filter(({ address, sizeBytes }) => address < end && address + sizeBytes > range.linearAddress);
  const names = held.slice(0, MAXIMUM_SECTIONS).map(({ name }) => name);
  return held.length > MAXIMUM_SECTIONS ? `${names.join(' ')} and ${held.length - names.length} more` : names.join(' ');
}

/** A translation, entry by entry. */
export function formatTranslation({ linearAddress, physicalAddress, pageBytes, levels }: Translation): string {
  const result =
    physicalAddress === undefined
      ? 'is not mapped'
      : `-> physical ${hex(physicalAddress)}${pageBytes ? `, in a page of ${sizeText(pageBytes)}` : ' (paging is off)'}`;
  const rows = levels.map(({ name, index, entryPhysicalAddress, entry, text }) => [
    `${name}[${index}]`,
    `at ${hex(entryPhysicalAddress)}`,
    `= ${hex(entry)}`,
    text,
  ]);
  return [`linear ${hex(linearAddress)} ${result}`, ...indent(table(rows))].join('\n');
}
