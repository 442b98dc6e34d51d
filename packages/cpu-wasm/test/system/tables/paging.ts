/**
 * Page walks: what is allowed and what faults, error codes, accessed and dirty flags, for every paging mode and page size. What must
 * happen is computed here from the rules of SDM Vol. 3A 4.6.1 (rights), 4.7 (error codes) and 4.8 (A and D), one rule a line.
 */
import {
  ACCESS_KINDS,
  type AccessKind,
  CONTROL,
  type PagingShape,
  pagingGuest,
  type Record64,
} from './paging-guest.ts';
import type { Check, CheckTable } from './table.ts';

const P = 1;
const W = 2;
const U = 4;
const PS = 0x80;

/** One entry on the way to the page. */
interface Entry {
  readonly present: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly noExecute: boolean;
  /** A bit that must be 0 and is 1. */
  readonly reservedBit?: number;
}

interface Case {
  readonly kind: AccessKind;
  readonly controls: number;
  readonly entries: readonly Entry[];
}

const OPEN: Entry = { present: true, writable: true, user: true, noExecute: false };

const isImplicit = (kind: AccessKind): boolean => kind.startsWith('implicit');
const isUserMode = (kind: AccessKind): boolean => kind.startsWith('user');
const isWrite = (kind: AccessKind): boolean => kind.endsWith('write');
const isFetch = (kind: AccessKind): boolean => kind.endsWith('fetch');

/** Whether a page with these rights, combined over all levels, may be accessed (SDM Vol. 3A 4.6.1). */
function isAllowed({ kind, controls, entries }: Case): boolean {
  const isUserPage = entries.every(({ user }) => user);
  const isWritable = entries.every(({ writable }) => writable);
  const isExecutable = !entries.some(({ noExecute }) => noExecute);
  if (isUserMode(kind)) {
    if (!isUserPage) return false;
    if (isFetch(kind)) return isExecutable;
    return !isWrite(kind) || isWritable;
  }
  if (isFetch(kind)) return isExecutable && !(isUserPage && (controls & CONTROL.SMEP) !== 0);
  const isForbidden = isUserPage && (controls & CONTROL.SMAP) !== 0;
  if (isForbidden && (isImplicit(kind) || (controls & CONTROL.AC) === 0)) return false;
  return !isWrite(kind) || isWritable || (controls & CONTROL.WP) === 0;
}

/** The error code of the fault, or undefined (SDM Vol. 3A 4.7). */
function faultOf(shape: PagingShape, item: Case): number | undefined {
  const { kind, controls, entries } = item;
  const hasNoExecute = shape.isWide && (controls & CONTROL.NXE) !== 0;
  const access =
    (isWrite(kind) ? 2 : 0) |
    (isUserMode(kind) ? 4 : 0) |
    (isFetch(kind) && (hasNoExecute || (controls & CONTROL.SMEP) !== 0) ? 16 : 0);
  for (const { present, noExecute, reservedBit } of entries) {
    if (!present) return access;
    if (reservedBit !== undefined || (noExecute && !hasNoExecute)) return access | 9;
  }
  return isAllowed(item) ? undefined : access | 1;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Where in the page an access goes. */
function addressOf(kind: AccessKind): number {
  if (isFetch(kind)) return 0;
  return isImplicit(kind) ? 0x20 : 8;
}

/** The line of a case. */
function lineOf(shape: PagingShape, item: Case): string {
  const fault = faultOf(shape, item);
  if (fault !== undefined) return `${hex(fault, 4)} ${hex(addressOf(item.kind), 3)} 00`;
  // Every entry that was used is marked accessed; PDPTEs of PAE paging have no such flag. The last one also becomes dirty.
  const last = item.entries.length - 1;
  const flags = item.entries.map((_, i) => (i === last && isWrite(item.kind) ? 0x60 : 0x20));
  return ['ok', ...flags.slice(shape.hasPlainFirst ? 1 : 0).map((value) => hex(value, 2))].join(' ');
}

function nameOf(shape: PagingShape, { kind, controls, entries }: Case): string {
  const control = Object.entries(CONTROL)
    .filter(([, bit]) => (controls & bit) !== 0)
    .map(([name]) => name);
  const rights = entries.map(({ present, writable, user, noExecute, reservedBit }) => {
    if (!present) return 'absent';
    const reserved = reservedBit === undefined ? '' : `bit${reservedBit}`;
    return `${user ? 'U' : 'S'}${writable ? 'W' : 'R'}${noExecute ? 'N' : 'X'}${reserved}`;
  });
  return `${shape.name}, ${kind}, ${rights.join('/')}, ${control.join(' ') || 'no controls'}`;
}

function recordOf(shape: PagingShape, { kind, controls, entries }: Case): Record64 {
  const last = entries.length - 1;
  return {
    kind,
    controls,
    entries: entries.map(({ present, writable, user, noExecute, reservedBit = 0 }, i) => {
      const isPlain = shape.hasPlainFirst && i === 0;
      const rights = isPlain ? 0 : (writable ? W : 0) | (user ? U : 0);
      const size = i === last && shape.isLarge ? PS : 0;
      const reserved = 2 ** reservedBit * (reservedBit === 0 ? 0 : 1);
      const low = (present ? P : 0) + rights + size + (reserved % 2 ** 32);
      const high = (noExecute ? 0x80000000 : 0) + Math.floor(reserved / 2 ** 32);
      return { low: `(${shape.targets[i]}) + ${low}`, high };
    }),
  };
}

/** Why TCG allows what the manual forbids. */
function qemuNote(shape: PagingShape, item: Case): string | undefined {
  const { kind, controls, entries } = item;
  if (((faultOf(shape, item) ?? 0) & 8) !== 0) {
    return shape.bits === 32 && !shape.isWide
      ? 'TCG has PSE-36 and takes the bits as an address (SDM Vol. 3A 4.3, table 4-4: reserved unless CPUID has PSE-36)'
      : 'TCG clears P in the error code with RSVD (SDM Vol. 3A 4.7: RSVD can be set only if P is)';
  }
  const isSpecial = kind === 'implicit read at CPL 0' && entries.every(({ present, user }) => present && user);
  return isSpecial && (controls & CONTROL.SMAP) !== 0 && (controls & CONTROL.AC) !== 0
    ? 'TCG lets RFLAGS.AC override SMAP for implicit accesses at CPL 0 too (SDM Vol. 3A 4.6.1: explicit ones only)'
    : undefined;
}

/** All rights of the last entry by every kind of access under every combination of controls. */
function leafProduct(shape: PagingShape): Case[] {
  const above = shape.targets.slice(1).map(() => OPEN);
  const cases: Case[] = [];
  for (let controls = 0; controls < 16; controls++) {
    for (const kind of ACCESS_KINDS) {
      for (let rights = 0; rights < (shape.isWide ? 8 : 4); rights++) {
        const leaf = {
          present: true,
          writable: (rights & 1) !== 0,
          user: (rights & 2) !== 0,
          noExecute: (rights & 4) !== 0,
        };
        cases.push({ kind, controls: controls | (shape.isWide ? CONTROL.NXE : 0), entries: [...above, leaf] });
      }
    }
  }
  return cases;
}

/** One right, taken away at every set of levels: the levels are combined by AND, NX by OR. */
function levelProduct(shape: PagingShape): Case[] {
  const first = shape.hasPlainFirst ? 1 : 0;
  const levels = shape.targets.length - first;
  const plain = shape.hasPlainFirst ? [OPEN] : [];
  const nxe = shape.isWide ? CONTROL.NXE : 0;
  const rights: readonly (readonly [Partial<Entry>, readonly AccessKind[]])[] = [
    [{ user: false }, ['supervisor read', 'user read', 'implicit read at CPL 3']],
    [{ writable: false }, ['supervisor write', 'user write']],
    ...(shape.isWide ? ([[{ noExecute: true }, ['supervisor fetch', 'user fetch']]] as const) : []),
  ];
  return rights.flatMap(([change, kinds]) =>
    kinds.flatMap((kind) =>
      Array.from({ length: 2 ** levels }, (_, set) => ({
        kind,
        controls: CONTROL.WP | nxe,
        entries: [
          ...plain,
          ...Array.from({ length: levels }, (__, i) => ((set >> i) & 1 ? { ...OPEN, ...change } : OPEN)),
        ],
      })),
    ),
  );
}

/** Entries that are not present or have a reserved bit set, at each level. */
function brokenEntries(shape: PagingShape): Case[] {
  const nxe = shape.isWide ? CONTROL.NXE : 0;
  const change = (level: number, entry: Partial<Entry>): Entry[] =>
    shape.targets.map((_, i) => (i === level ? { ...OPEN, ...entry } : OPEN));
  return shape.targets.flatMap((_, level) => {
    const absent = ACCESS_KINDS.map((kind) => ({ kind, controls: nxe, entries: change(level, { present: false }) }));
    // QEMU, to which they are no reserved bits in 32-bit paging, would run what it finds at the address.
    const someKinds: AccessKind[] = ['supervisor read', 'user write'];
    if (shape.isWide) someKinds.push('supervisor fetch');
    // Reserved bits of a PDPTE are told when CR3 is loaded, not by a walk.
    const isPlain = shape.hasPlainFirst && level === 0;
    const reserved = (isPlain ? [] : (shape.reserved[level] ?? [])).flatMap((reservedBit) =>
      someKinds.map((kind) => ({ kind, controls: nxe, entries: change(level, { reservedBit }) })),
    );
    const withoutNxe =
      shape.isWide && !isPlain
        ? ACCESS_KINDS.flatMap((kind) =>
            [0, CONTROL.SMEP].map((controls) => ({ kind, controls, entries: change(level, { noExecute: true }) })),
          )
        : [];
    return [...absent, ...reserved, ...withoutNxe];
  });
}

function tableOf(shape: PagingShape, cases: readonly Case[]): CheckTable {
  const checks: Check[] = cases.map((item) => {
    const qemu = qemuNote(shape, item);
    return { name: nameOf(shape, item), expected: lineOf(shape, item), ...(qemu !== undefined && { qemu }) };
  });
  const records = cases.map((item) => recordOf(shape, item));
  return { name: shape.name, bits: shape.bits, body: pagingGuest(shape, records), checks };
}

/** Address bits beyond the 40 that CPUID tells. */
const ADDRESS = [40, 45, 51];
const FOUR_LEVEL = { bits: 64, isWide: true, hasPlainFirst: false } as const;
const PAE = { bits: 32, isWide: true, hasPlainFirst: true } as const;
const PAE_UPPER = [40, 51, 52, 62];
const LEGACY = { bits: 32, isWide: false, hasPlainFirst: false } as const;

export const pagingTables: readonly CheckTable[] = (
  [
    {
      ...FOUR_LEVEL,
      name: '4-level paging, 4 KiB',
      entryAddresses: ['pml4 + 8', 'test_tables', 'pd + 0x1000', 'pt'],
      targets: ['test_tables', 'pd + 0x1000', 'pt', 'test_page'],
      linear: '0x8000000000',
      isLarge: false,
      reserved: [[7, ...ADDRESS], ADDRESS, ADDRESS, ADDRESS],
    },
    {
      ...FOUR_LEVEL,
      name: '4-level paging, 2 MiB',
      entryAddresses: ['pml4 + 8', 'test_tables', 'pd + 0x1000'],
      targets: ['test_tables', 'pd + 0x1000', '(test_page & 0xffe00000)'],
      linear: '0x8000000000 + (test_page & 0x1fffff)',
      isLarge: true,
      reserved: [[7, ...ADDRESS], ADDRESS, [13, 20, ...ADDRESS]],
    },
    {
      ...FOUR_LEVEL,
      name: '4-level paging, 1 GiB',
      entryAddresses: ['pml4 + 8', 'test_tables'],
      targets: ['test_tables', '0'],
      linear: '0x8000000000 + test_page',
      isLarge: true,
      reserved: [
        [7, ...ADDRESS],
        [13, 21, 29, ...ADDRESS],
      ],
    },
    {
      ...PAE,
      name: 'PAE paging, 4 KiB',
      entryAddresses: ['pdpt + 8', 'page_directories + 0x1000', 'page_directories + 0x3000'],
      targets: ['page_directories + 0x1000', 'page_directories + 0x3000', 'test_page'],
      linear: '0x40000000',
      isLarge: false,
      reserved: [[], PAE_UPPER, PAE_UPPER],
    },
    {
      ...PAE,
      name: 'PAE paging, 2 MiB',
      entryAddresses: ['pdpt + 8', 'page_directories + 0x1000'],
      targets: ['page_directories + 0x1000', '(test_page & 0xffe00000)'],
      linear: '0x40000000 + (test_page & 0x1fffff)',
      isLarge: true,
      reserved: [[], [13, 20, ...PAE_UPPER]],
    },
    {
      ...LEGACY,
      name: '32-bit paging, 4 KiB',
      entryAddresses: ['directory + 0x400', 'test_tables'],
      targets: ['test_tables', 'test_page'],
      linear: '0x40000000',
      isLarge: false,
      reserved: [[], []],
    },
    {
      ...LEGACY,
      name: '32-bit paging, 4 MiB',
      entryAddresses: ['directory + 0x400'],
      targets: ['(test_page & 0xffc00000)'],
      linear: '0x40000000 + (test_page & 0x3fffff)',
      isLarge: true,
      reserved: [[13, 17, 21]],
    },
  ] satisfies PagingShape[]
).map((shape) => tableOf(shape, [...leafProduct(shape), ...levelProduct(shape), ...brokenEntries(shape)]));
