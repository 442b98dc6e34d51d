/** Inspections of machines whose tables are put into memory by the test, entry by entry. */

import {
  CR0,
  CR4,
  decodeSegmentDescriptor,
  EFER,
  encodeGateDescriptor,
  encodeSegmentDescriptor,
  type GateDescriptor,
  SYSTEM_TYPE,
} from '@longmode/x86';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, loadEngine } from '../../test/engines.ts';
import { ENTER_LONG_MODE, guest } from '../../test/guest.ts';
import { boot, type CoreCode, type Machine } from '../index.ts';
import {
  formatCode,
  formatGdt,
  formatIdt,
  formatPages,
  formatPageTables,
  formatRegisters,
  formatStack,
  formatTlb,
  formatTranslation,
  formatTss,
  inspectCode,
  inspectGdt,
  inspectIdt,
  inspectMemory,
  inspectPages,
  inspectRegisters,
  inspectStack,
  inspectTlb,
  inspectTranslation,
  inspectTss,
} from './index.ts';

const P = 1n;
const RW = 3n;
const USER = 7n;
const LARGE = 0x80n;
const GLOBAL = 0x100n;
const XD = 1n << 63n;

/** Writes 64-bit words one after the other. */
function put(machine: Machine, physicalAddress: number, words: readonly bigint[]): void {
  machine.memory.physical.write(physicalAddress, new Uint8Array(BigUint64Array.from(words).buffer));
}

describe.each(ENGINES)('on the %s engine', async (engine) => {
  const code: CoreCode = await loadEngine(engine);
  let machine: Machine;
  beforeEach(async () => {
    machine = await boot({ kernel: guest(`start: ${ENTER_LONG_MODE}\nhere: hlt\nnop`), engine, code, memory: '16M' });
    await machine.run();
  });

  test('memory: whole rows, holes where nothing is mapped, physical too', () => {
    put(machine, 0x400000, [0x1122334455667788n, 1n]);
    const rows = inspectMemory(machine, { at: 0x400008, rows: 2 });
    expect(rows.map(({ address }) => address)).toEqual([0x400000n, 0x400010n]);
    expect([...rows[0]!.bytes!.slice(0, 2)]).toEqual([0x88, 0x77]);
    expect(inspectMemory(machine, { at: 0x4000_0000, rows: 1 })).toEqual([{ address: 0x4000_0000n, bytes: undefined }]);
    expect(inspectMemory(machine, { at: 0x400000, rows: 1, physical: true })[0]!.bytes).toEqual(rows[0]!.bytes);
  });

  test('the TLB: what was used, and what the page tables no longer give', () => {
    const cached = inspectTlb(machine);
    expect(cached).toMatchObject([{ linearAddress: 0n, physicalAddress: 0n, sizeBytes: 2 ** 21, isActive: true }]);
    expect(formatTlb(cached)).toMatchInlineSnapshot(`
      "TLB: 1 translation
      linear              physical  size   rights
      0x0000000000000000  0x0       2 MiB  rwx supervisor"
    `);
    put(machine, 0x202000, [0x400000n | LARGE | RW]);
    expect(inspectTlb(machine)).toEqual(cached.map((entry) => ({ ...entry, isStale: true })));
    expect(formatTlb(inspectTlb(machine))).toMatch(/! the page tables say something else$/);
    machine.cpu.registers.cr3 = 0x200000n;
    expect(formatTlb(inspectTlb(machine))).toBe('TLB: empty');
  });

  test('page tables: ranges joined, rights over all levels, recursion, the tree', () => {
    const { memory, cpu } = machine;
    cpu.registers.efer |= BigInt(EFER.NXE);
    put(machine, 0x200000 + 8 * 511, [0x200000n | RW]); // recursive
    put(machine, 0x202000, Array(512).fill(0n));
    put(machine, 0x202000, [0n | LARGE | RW, 0x200000n | LARGE | RW, 0x203000n | USER, 0x204000n | P]);
    put(machine, 0x203000, [0x5000n | USER, 0x6000n | USER | 0x60n, 0x7000n | RW | GLOBAL | XD, 0n, 0x9000n | USER]);
    put(machine, 0x204000, [0xa000n | USER]);
    const pages = inspectPages(machine);
    expect(pages).toMatchObject({ mode: '4-level', isComplete: true });
    expect(formatPages(pages, machine.symbols)).toMatchInlineSnapshot(`
      "paging: 4-level, PML4 at 0x200000
      linear                                  physical  pages      rights
      0x0000000000000000..0x00000000003fffff  0x0       2 x 2 MiB  rwx supervisor          .text
      0x0000000000400000..0x0000000000401fff  0x5000    2 x 4 KiB  rwx supervisor
      0x0000000000402000..0x0000000000402fff  0x7000    1 x 4 KiB  rw- supervisor, global
      0x0000000000404000..0x0000000000404fff  0x9000    1 x 4 KiB  rwx supervisor
      0x0000000000600000..0x0000000000600fff  0xa000    1 x 4 KiB  r-x supervisor
      0xffffff8000000000  recursive: entry 511 of the PML4 names the tables themselves"
    `);
    expect(formatPageTables(pages)).toMatchInlineSnapshot(`
      "PML4 at 0x200000
        [0] 0x201023 -> page-directory-pointer table at 0x201000
          [0] 0x202023 -> page directory at 0x202000
            [0..1] 0x0000000000000000..0x00000000003fffff -> 0x0  2 MiB rwx supervisor, 0 accessed, 0 dirty
            [2] 0x203007 -> page table at 0x203000
              [0..1] 0x0000000000400000..0x0000000000401fff -> 0x5000  4 KiB rwx supervisor, 1 accessed, 1 dirty
              [2] 0x0000000000402000..0x0000000000402fff -> 0x7000  4 KiB rw- supervisor, global
              [4] 0x0000000000404000..0x0000000000404fff -> 0x9000  4 KiB rwx supervisor
            [3] 0x204001 -> page table at 0x204000
              [0] 0x0000000000600000..0x0000000000600fff -> 0xa000  4 KiB r-x supervisor
        [511] 0x200003 recursive: the tables are visible from 0xffffff8000000000"
    `);
    expect(structuredClone(pages)).toEqual(pages);
    expect(formatTranslation(inspectTranslation(machine, 0x402123n))).toMatchInlineSnapshot(`
      "linear 0x402123 -> physical 0x7123, in a page of 4 KiB
        PML4E[0]  at 0x200000  = 0x201023            writable, supervisor, accessed
        PDPTE[0]  at 0x201000  = 0x202023            writable, supervisor, accessed
        PDE[2]    at 0x202010  = 0x203007            writable, user
        PTE[2]    at 0x203010  = 0x8000000000007103  writable, supervisor, global, no-execute"
    `);
    expect(formatTranslation(inspectTranslation(machine, 0x403000n))).toMatchInlineSnapshot(`
      "linear 0x403000 is not mapped
        PML4E[0]  at 0x200000  = 0x201023  writable, supervisor, accessed
        PDPTE[0]  at 0x201000  = 0x202023  writable, supervisor, accessed
        PDE[2]    at 0x202010  = 0x203007  writable, user
        PTE[3]    at 0x203018  = 0x0       not present: nothing maps 0x403000..0x403fff"
    `);
    expect(memory.translate(0x402123n).physicalAddress).toBe(0x7123n);
  });

  test('GDT, IDT and TSS, and what is wrong with gates', () => {
    const { registers } = machine.cpu;
    const data = decodeSegmentDescriptor(0x00cf93000000ffffn);
    const code64 = encodeSegmentDescriptor({ ...data, type: 0xa, long: true, big: false, dpl: 3 }).low;
    const tss = { ...data, isCodeOrData: false, granular: false, base: 0x12345000n, limit: 0x67, type: 0xb };
    const { low, high } = encodeSegmentDescriptor({ ...tss, base: 0x305000n });
    put(machine, 0x304000, [0n, 0x0020980000000000n, code64, low, high, 0x00cf93000000ffffn]);
    registers.gdtr = { base: 0x304000n, limit: 0x2f };
    registers.cs = { ...registers.cs, selector: 8 };
    registers.ss = { ...registers.ss, selector: 0x28 };
    registers.tr = { selector: 0x18, base: 0x305000n, limit: 0x67, rights: 0x8b };
    machine.memory.write(0x305000 + 4, new Uint8Array(BigUint64Array.of(0x9000n).buffer));
    machine.memory.write(0x305000 + 0x24, new Uint8Array(BigUint64Array.of(0xa000n, 0x7fff_0000_0000n).buffer));
    const gate = { selector: 8, type: SYSTEM_TYPE.INTERRUPT_GATE, dpl: 0, present: true, ist: 0, parameterCount: 0 };
    const handler = machine.symbols.address('here') ?? 0n;
    const gates: [vector: number, gate: Partial<GateDescriptor>][] = [
      [3, { type: SYSTEM_TYPE.TRAP_GATE, dpl: 3 }],
      [6, { present: false }],
      [8, { ist: 1 }],
      [13, { selector: 0x28 }],
      [14, { ist: 2, offset: 0x7fff_0000_1000n }],
      [32, { type: SYSTEM_TYPE.TASK_GATE }],
      [33, {}],
      [34, { offset: handler + 1n }],
      [35, { offset: handler }],
    ];
    for (const [vector, fields] of gates) {
      const { low: first, high: second } = encodeGateDescriptor({ ...gate, offset: handler, ...fields });
      put(machine, 0x300000 + 16 * vector, [first, second]);
    }
    registers.idtr = { base: 0x300000n, limit: 0xfff };
    expect(formatGdt(inspectGdt(machine))).toMatchInlineSnapshot(`
      "GDT at 0x304000, limit 0x2f
        0x0   null
        0x8   64-bit code, execute-only  ring 0                              <- cs
        0x10  64-bit code, execute/read  ring 3
        0x18  busy 64-bit TSS            ring 0  base 0x305000, limit 0x67   <- fs gs tr
        0x28  data, read/write           ring 0  base 0x0, limit 0xffffffff  <- ss"
    `);
    expect(formatIdt(inspectIdt(machine))).toMatchInlineSnapshot(`
      "IDT at 0x300000, limit 0xfff: 9 of 256 vectors have a gate
        3       #BP  trap gate                    0x8:0x1000aa here              ring 3 may use it
        6       #UD  interrupt gate, not present  0x8:0x1000aa here              ! it is not present (#NP)
        8       #DF  interrupt gate               0x8:0x1000aa here              IST1
        13      #GP  interrupt gate               0x28:0x1000aa here             ! selector 0x28 is no code segment of the GDT (#GP)
        14      #PF  interrupt gate               0x8:0x7fff00001000             IST2, ! the handler is not mapped, ! IST2 is at an unmapped page
        32           no gate                      0x8:0x1000aa here              ! its type is no interrupt or trap gate (#GP)
        33..35       interrupt gate               0x8:0x1000aa here .. 0x1000aa"
    `);
    expect(formatTss(inspectTss(machine))).toMatchInlineSnapshot(`
      "64-bit TSS, selector 0x18, at 0x305000, limit 0x67
        RSP0  0x9000
        IST1  0xa000
        IST2  0x7fff00000000  ! not mapped below"
    `);
  });

  test('tables that are not mapped are said to be so', () => {
    const { registers } = machine.cpu;
    registers.idtr = { base: 0x1_0000_0000n, limit: 0xfff };
    registers.gdtr = { base: 0x1_0000_0000n, limit: 0xf };
    registers.tr = { ...registers.tr, selector: 8, base: 0x1_0000_0000n };
    expect(formatIdt(inspectIdt(machine))).toContain('! nothing is mapped from 0x0 on');
    expect(formatGdt(inspectGdt(machine))).toContain('! nothing is mapped from 0x0 on');
    expect(inspectTss(machine)).toBeUndefined();
  });

  test('registers, stack and code', () => {
    const { registers } = machine.cpu;
    const here = machine.symbols.address('here') ?? 0n;
    registers.rip = here;
    put(machine, 0x6fff0, [0x1234n, here + 1n]);
    registers.rsp = 0x6fff0n;
    registers.rbp = 0x6fff8n;
    expect(formatRegisters(inspectRegisters(machine)).split('\n')).toEqual(
      expect.arrayContaining([
        '64-bit mode, ring 0, IOPL 0',
        '  cr0     0x80000011  PE ET PG',
        '  efer    0x500       LME LMA',
      ]),
    );
    expect(formatStack(inspectStack(machine, 3))).toMatch(
      /stack at 0x6fff0\n.*1234\n.*<- rbp {2}0x\w+ here\+0x1\n.*\n?/,
    );
    const oneByte = () => ({ text: 'hlt', lengthBytes: 1 });
    expect(formatCode(inspectCode(machine, oneByte, { before: 0 }))).toMatch(
      /^code\n {2}> {2}0x\w+ here +f4 {2}hlt\n.*here\+0x1 {2}90 {2}hlt$/,
    );
    expect(inspectCode(machine, oneByte, { at: 0x1_0000_0000n })).toEqual([]);
    const branch = () => ({ text: `jne short 0x${here.toString(16)}`, lengthBytes: 2 });
    expect(formatCode(inspectCode(machine, branch, { before: 0 }))).toMatch(/jne short 0x\w+ {2}; here$/);
  });
});

describe('other paging modes', async () => {
  const code: CoreCode = await loadEngine('interpreter');
  async function paged(cr4: number, cr3: bigint, tables: [address: number, words: bigint[]][]) {
    const machine = await boot({ kernel: guest('start: hlt'), code, memory: '16M' });
    for (const [address, words] of tables) put(machine, address, words);
    machine.cpu.registers.cr3 = cr3;
    machine.cpu.registers.cr4 = BigInt(cr4);
    machine.cpu.registers.cr0 |= BigInt(CR0.PG);
    return inspectPages(machine);
  }

  test('off', async () => {
    const machine = await boot({ kernel: guest('start: hlt'), code, memory: '16M' });
    expect(formatPages(inspectPages(machine))).toBe('paging: off, linear addresses are physical');
    expect(formatPageTables(inspectPages(machine))).toBe('paging: off, linear addresses are physical');
  });

  test('32-bit, with a large page and a table', async () => {
    const pages = await paged(CR4.PSE, 0x200000n, [
      [0x200000, [((0x201000n | USER) << 32n) | 0x83n]],
      [0x201000, [((0x6000n | USER) << 32n) | 0x5000n | USER]],
    ]);
    expect(formatPages(pages)).toMatchInlineSnapshot(`
      "paging: 32-bit, page directory at 0x200000
      linear                                  physical  pages      rights
      0x0000000000000000..0x00000000003fffff  0x0       1 x 4 MiB  rwx supervisor
      0x0000000000400000..0x0000000000401fff  0x5000    2 x 4 KiB  rwx user"
    `);
  });

  test('PAE', async () => {
    const pages = await paged(CR4.PAE, 0x200020n, [
      [0x200020, [0x201000n | P, 0n, 0n, 0x201000n | P]],
      [0x201000, [0x83n]],
    ]);
    expect(formatPages(pages)).toMatchInlineSnapshot(`
      "paging: PAE, page-directory-pointer table at 0x200020
      linear                                  physical  pages      rights
      0x0000000000000000..0x00000000001fffff  0x0       1 x 2 MiB  rwx supervisor
      0x00000000c0000000..0x00000000c01fffff  0x0       1 x 2 MiB  rwx supervisor"
    `);
  });

  test('a root outside of RAM, and tables woven into 2^36 entries, are told in no time', async () => {
    const machine = await boot({ kernel: guest(`start: ${ENTER_LONG_MODE}\nhere: hlt`), code, memory: '16M' });
    await machine.run();
    const weave = (address: number, target: bigint) => put(machine, address, Array(512).fill(target | RW));
    weave(0x200000, 0x201000n);
    weave(0x201000, 0x202000n);
    weave(0x202000, 0x203000n);
    weave(0x203000, 0x5000n);
    const pages = inspectPages(machine);
    expect(pages.isComplete).toBe(false);
    expect(formatPageTables(pages)).toContain('this is not everything');
    machine.cpu.registers.cr3 = 0x1_0000_0000n;
    expect(formatPages(inspectPages(machine))).toBe('paging: 4-level, but CR3 points outside of RAM');
  });
});
