/**
 * Chapters 5 to 8 on both engines: frames, page tables, the remapped kernel, the heap. Page tables are read from the
 * guest's memory entry by entry. The ids are those of the checklist in packages/kernel/README.md; `faithful` boots follow
 * the book to the frame and the flag.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { boot, type End, type Machine } from 'longmode';
import { describe, expect, it } from 'vitest';
import { allocatedSections } from '../../support/elf-sections.ts';
import { ENGINES } from '../../support/engines.ts';
import { addressIn, level1, mappedPages, NO_EXECUTE, PRESENT, tableAt, WRITABLE } from '../../support/page-tables.ts';

const { resolve } = createRequire(import.meta.url);
const path = (chapter: string) => resolve(`@longmode/kernel/chapters/${chapter}.elf`);
const EFER_NXE = 1n << 11n;
const CR0_WP = 1n << 16n;
const HEAP_START = 0x4000_0000n;
const HEAP_PAGES = 25n;
/** Octal 42 << 30: the page of the paging scenarios. */
const PAGE = 42n << 30n;

interface Booted {
  readonly machine: Machine;
  readonly end: End;
  /** The screen's lines without trailing blanks and without the blank ones above the text. */
  readonly lines: readonly string[];
  /** The loader's record: physical address and bytes. */
  readonly information: { readonly start: bigint; readonly end: bigint };
}

describe.each(ENGINES)('on %s', (engine) => {
  /** Boots a chapter and lets `check` look at it when it has ended. */
  async function run(chapter: string, cmdline: string, check: (booted: Booted) => void): Promise<void> {
    await using machine = await boot({ kernel: path(chapter), cmdline, engine, memory: '128M' });
    const start = machine.cpu.registers.rbx;
    const end = await machine.run(undefined, { instructions: 1_000_000_000 });
    const lines = machine.screen
      .text()
      .split('\n')
      .filter((line) => line !== '');
    check({ machine, end, lines, information: { start, end: start + BigInt(machine.memory.physical.u32(start)) } });
  }

  /** The panic at the end of the screen: where and what. */
  const panicOf = ({ end, lines }: Booted) => {
    expect(end.kind).toBe('halted');
    const at = lines.findIndex((line) => line.startsWith('PANIC in '));
    return [lines[at], lines[at + 1]?.trim()];
  };

  /** The first exception of a triple fault, which nobody handles: there is no IDT in these chapters. */
  const faultOf = ({ end }: Booted) => {
    if (end.kind !== 'triple-fault') throw new Error(`ended with ${end.kind}`);
    const [fault] = end.report.faults;
    return { mnemonic: fault?.mnemonic, errorCode: fault?.errorCode, cr2: fault?.cr2 };
  };

  describe('frames', () => {
    it('FRAME-1, FRAME-2, FRAME-3, FRAME-6: bounds, areas and sections as the loader tells them', () =>
      run('05-frames', 'verbose', ({ machine, lines, information }) => {
        const sections = allocatedSections(readFileSync(path('05-frames')));
        const start = sections[0]!.address;
        const last = sections.at(-1)!;
        const hex = (value: bigint) => `0x${value.toString(16)}`;
        expect(lines).toContain(`kernel start: ${hex(start)}, kernel end: ${hex(last.address + last.sizeBytes)}`);
        expect(lines).toContain(`multiboot start: ${hex(information.start)}, multiboot end: ${hex(information.end)}`);
        expect(machine.memory.physical.u64(information.end - 8n)).toBe(8n << 32n); // end tag: type 0, size 8
        const areas = lines.slice(lines.indexOf('memory areas:') + 1, lines.indexOf('kernel sections:'));
        expect(areas).toEqual(['    start: 0x0, length: 0x9fc00', '    start: 0x100000, length: 0x7ee0000']);
        const flags = (section: (typeof sections)[number]) =>
          2n + (section.isWritable ? 1n : 0n) + (section.isExecutable ? 4n : 0n);
        for (const section of sections)
          expect(lines).toContain(
            `    addr: ${hex(section.address)}, size: ${hex(section.sizeBytes)}, flags: ${hex(flags(section))}`,
          );
        expect(lines.filter((line) => line.endsWith('flags: 0x0')).length).toBeGreaterThan(0); // symbols and the like
      }));

    it('FRAME-4, FRAME-8, FRAME-9: all frames of the areas but kernel and record, their ends included', () =>
      run('05-frames', 'faithful all', ({ lines, information }) => {
        const sections = allocatedSections(readFileSync(path('05-frames')));
        const last = sections.at(-1)!;
        const frames = (start: bigint, end: bigint) => (end >> 12n) - (start >> 12n) + 1n;
        // Frame 0x9f is in: only 0xc00 of its bytes are memory.
        const all = frames(0n, 0x9fbffn) + frames(0x100000n, 0x7fdffffn);
        const taken =
          frames(sections[0]!.address, last.address + last.sizeBytes) + frames(information.start, information.end);
        expect(lines.at(-1)).toBe(`all frames taken: ${all - taken}, the last is 0x7fdf; none left: true`);
      }));

    it('FRAME-4, FRAME-8, fixed: whole frames above 1 MiB only, and the ends are not skipped', () =>
      run('05-frames', 'all', ({ lines, information }) => {
        const sections = allocatedSections(readFileSync(path('05-frames')));
        const last = sections.at(-1)!;
        const up = (address: bigint) => (address + 4095n) >> 12n;
        const kernelEnd = up(last.address + last.sizeBytes);
        const record = up(information.end) - (information.start >> 12n);
        const bitmap = 1n;
        expect(lines.at(-1)).toBe(
          `all frames taken: ${0x7fe0n - kernelEnd - record - bitmap}, the last is 0x7fdf; none left: true`,
        );
      }));

    it('FRAME-10: a frame comes back, or (faithful) cannot', async () => {
      await run('05-frames', 'free', ({ lines }) => {
        expect(lines).toContain('a frame given back comes again: true');
      });
      await run('05-frames', 'free faithful', (booted) => {
        expect(panicOf(booted)).toEqual([
          expect.stringMatching(/^PANIC in memory\/area-frame-allocator\.ts at line \d+:/),
          'not yet implemented',
        ]);
      });
    });
  });

  describe('page tables', () => {
    it('PAGE-1, PAGE-2, PAGE-3, PAGE-4, PAGE-5, PAGE-14: the book’s test, entry by entry', () =>
      run('06-page-tables', 'faithful', ({ machine, lines }) => {
        const p4 = machine.symbols.address('p4_table')!;
        expect(machine.cpu.registers.cr3).toBe(p4);
        const p4Table = tableAt(machine, p4);
        expect([...p4Table]).toEqual([
          [0, (p4 + 0x1000n) | 3n],
          [511, p4 | 3n],
        ]);
        const p3 = tableAt(machine, p4 + 0x1000n);
        expect([...p3]).toEqual([
          [0, (p4 + 0x2000n) | 3n],
          [42, 0x1003n],
        ]);
        expect([...tableAt(machine, 0x1000n)]).toEqual([[0, 0x2003n]]);
        expect([...tableAt(machine, 0x2000n)]).toEqual([]); // unmapped again; it was zeroed before use
        expect(lines.slice(-7)).toEqual([
          '0xb8000 is at 0xb8000, in a page of 2 MiB',
          '0x40000000 is mapped: false',
          'None = None, map to Frame { number: 0 }',
          'Some = Some(0)',
          'next free frame: Some(Frame { number: 3 })',
          'the page shows what is in the frame: true',
          'None = None',
        ]);
      }));

    it('PAGE-6: reading an unmapped page is a page fault, and nobody handles it', () =>
      run('06-page-tables', 'unmapped', (booted) => {
        expect(faultOf(booted)).toEqual({ mnemonic: '#PF', errorCode: 0, cr2: PAGE });
      }));

    it('PAGE-7: without INVLPG the processor still knows the way', () =>
      run('06-page-tables', 'stale', ({ lines, machine }) => {
        expect(lines.slice(-2)).toEqual([
          'unmapped, but not flushed. translate: None',
          'the page can still be read: 0x1122334455667788',
        ]);
        expect(machine.memory.translate(PAGE).physicalAddress).toBeUndefined();
      }));

    it.each([
      ['PAGE-8', 'map-twice', 'this page is mapped already'],
      ['PAGE-9', 'huge', 'mapping code does not support huge pages'],
      ['PAGE-10', 'unmap-twice', 'this page is not mapped'],
      ['PAGE-11', 'invalid', 'invalid address: 0x800000000000'],
      ['a forgotten flush', 'forget', 'a changed mapping was neither flushed nor ignored'],
    ])('%s: %s is a panic', (_id, word, message) =>
      run('06-page-tables', word, (booted) => {
        expect(panicOf(booted)).toEqual([expect.stringMatching(/^PANIC in memory\//), message]);
      }),
    );
  });

  describe('the remapped kernel', () => {
    it('REMAP-1 to REMAP-14, HEAP-1, HEAP-2, HEAP-3, HEAP-12: faithful tables, entry by entry', () =>
      run('08-heap', 'faithful', ({ machine, lines, information }) => {
        const { cr0, cr3 } = machine.cpu.registers;
        const oldP4 = machine.symbols.address('p4_table')!;
        const sections = allocatedSections(readFileSync(path('08-heap')));
        expect(cr3).toBe(0x3000n); // REMAP-1
        const p4 = tableAt(machine, cr3);
        expect([...p4]).toEqual([
          [0, 0x4003n],
          [511, 0x3003n],
        ]); // REMAP-2, REMAP-3
        expect(tableAt(machine, oldP4).get(511)).toBe(oldP4 | 3n); // REMAP-4
        expect(tableAt(machine, oldP4).get(25)).toBe(0x0003n); // REMAP-5
        expect([...tableAt(machine, 0x0000n)].map(([, entry]) => entry)).toEqual([0x1003n]);
        expect([...tableAt(machine, 0x1000n)].map(([, entry]) => entry)).toEqual([0x2003n]);
        expect([...tableAt(machine, 0x2000n)]).toEqual([]);

        // Below 2 MiB: sections by their flags, screen, record, and nothing else (REMAP-6, 8, 9, 10, 11, 12, 13).
        const expected = new Map<number, bigint>();
        for (const { address, sizeBytes, isWritable, isExecutable } of sections) {
          expect(isWritable && isExecutable).toBe(false); // REMAP-7
          for (let page = address; page < address + sizeBytes; page += 4096n)
            expected.set(
              Number(page >> 12n),
              page | PRESENT | (isWritable ? WRITABLE : 0n) | (isExecutable ? 0n : NO_EXECUTE),
            );
        }
        expected.set(0xb8, 0xb8003n);
        for (let page = information.start & ~4095n; page < information.end; page += 4096n)
          expected.set(Number(page >> 12n), page | PRESENT);
        expect(expected.delete(Number(oldP4 >> 12n))).toBe(true);
        const low = level1(machine, cr3, 0n);
        expect(low).toEqual(new Map([...expected].sort(([a], [b]) => a - b)));
        expect(lines).toContain(`guard page at 0x${oldP4.toString(16)}`);
        expect(low.has(0)).toBe(false); // REMAP-13
        expect(cr0 & CR0_WP).toBe(CR0_WP); // REMAP-14
        expect(machine.cpu.registers.efer & EFER_NXE).toBe(EFER_NXE);

        // The heap.
        const p3 = tableAt(machine, addressIn(p4.get(0)));
        expect(p3.get(1)).toBe(0x8003n);
        expect([...tableAt(machine, 0x8000n)]).toEqual([[0, 0x9003n]]);
        const heapFrames = [7n, ...Array.from({ length: 24 }, (_, i) => 10n + BigInt(i))];
        expect([...tableAt(machine, 0x9000n)]).toEqual(heapFrames.map((frame, page) => [page, (frame << 12n) | 3n]));
        expect(machine.memory.u64(HEAP_START)).toBe(102_400n); // HEAP-12: the header of the only hole
        expect(machine.memory.u64(HEAP_START + 8n)).toBe(0n);
      }));

    it('REMAP-18, REMAP-19: order of messages, one line per section', () =>
      run('07-remap', 'faithful', ({ lines }) => {
        const sections = allocatedSections(readFileSync(path('07-remap')));
        expect(lines).toEqual([
          ...sections.map(
            ({ address, sizeBytes }) =>
              `mapping section at addr: 0x${address.toString(16)}, size: 0x${sizeBytes.toString(16)}`,
          ),
          'NEW TABLE!!!',
          expect.stringMatching(/^guard page at 0x/),
          'It did not crash!',
        ]);
      }));

    it('fixed: nothing but code is executable, no page of the first MiB but the screen, no frame is lost', () =>
      run('08-heap', '', ({ machine, information }) => {
        const { cr3 } = machine.cpu.registers;
        const pages = mappedPages(machine, cr3);
        const sections = allocatedSections(readFileSync(path('08-heap')));
        const isCode = (page: bigint) =>
          sections.some((s) => s.isExecutable && page << 12n >= s.address && page << 12n < s.address + s.sizeBytes);
        for (const [page, entry] of pages) {
          expect([page, (entry & NO_EXECUTE) === 0n]).toEqual([page, isCode(page)]);
          if (isCode(page)) expect(entry & WRITABLE).toBe(0n);
        }
        expect([...pages.keys()].filter((page) => page < 0x100n)).toEqual([0xb8n]);
        for (let page = information.start >> 12n; page << 12n < information.end; page++)
          expect(pages.get(page)! & WRITABLE).toBe(0n);
        // Frames of heap and tables: each once.
        const heap = [...pages].filter(([page]) => page >= HEAP_START >> 12n);
        expect(heap).toHaveLength(Number(HEAP_PAGES));
        expect(new Set(heap.map(([, entry]) => addressIn(entry))).size).toBe(Number(HEAP_PAGES));
        expect(level1(machine, cr3, HEAP_START).has(Number(HEAP_PAGES))).toBe(false);
      }));

    it.each([
      ['REMAP-15', 'faithful no-nxe', { errorCode: 0xb }], // RSVD, of a present page, at a write: SDM Vol. 3A, 4.7
      ['REMAP-16', 'write-rodata', { errorCode: 3 }],
      ['REMAP-17', 'execute-data', { errorCode: 0x11 }],
      ['REMAP-20', 'faithful no-vga', { errorCode: 2, cr2: 0xb8f00n }],
      ['REMAP-21', 'faithful no-mbi', { errorCode: 0 }],
    ])('%s: %s is a page fault', (id, word, expected) =>
      run('07-remap', word, (booted) => {
        const { machine, lines, information } = booted;
        const fault = faultOf(booted);
        expect(fault).toMatchObject({ mnemonic: '#PF', ...expected });
        if (id === 'REMAP-16') expect(fault.cr2).toBe(machine.symbols.address('rodata_start'));
        if (id === 'REMAP-17' && booted.end.kind === 'triple-fault')
          expect(fault.cr2).toBe(booted.end.report.faults[0]?.location.address);
        if (id === 'REMAP-20') expect(lines).not.toContain('NEW TABLE!!!');
        if (id === 'REMAP-21') {
          expect(fault.cr2! >= information.start && fault.cr2! < information.end).toBe(true);
          expect(lines.at(-1)).toMatch(/^guard page at/);
        }
      }),
    );

    it('REMAP-22: without CR0.WP the kernel writes to read-only pages', () =>
      run('07-remap', 'write-rodata no-wp', ({ lines }) => {
        expect(lines.slice(-2)).toEqual(['the write succeeded: nothing protects .rodata', 'It did not crash!']);
      }));

    it('DF-5: a stack overflow ends in the guard page; without one it eats what lies below', async () => {
      await run('07-remap', 'overflow', (booted) => {
        const fault = faultOf(booted);
        const p4 = booted.machine.symbols.address('p4_table')!;
        expect(fault).toMatchObject({ mnemonic: '#PF', errorCode: 2 });
        expect(fault.cr2! >= p4 + 0xf80n && fault.cr2! < p4 + 0x1000n).toBe(true);
      });
      await run('07-remap', 'overflow no-guard', (booted) => {
        const rodataEnd = booted.machine.symbols.address('rodata_end')!;
        expect(faultOf(booted)).toMatchObject({ mnemonic: '#PF', errorCode: 3 });
        expect(faultOf(booted).cr2!).toBeLessThan((rodataEnd + 0xfffn) & ~0xfffn);
      });
    });
  });

  describe('the heap', () => {
    it('HEAP-4, HEAP-5, HEAP-9: collections, 10000 texts, and one hole in the end', () =>
      run('08-heap', 'faithful', ({ lines }) => {
        expect(lines.slice(-8)).toEqual([
          '27 "hello"',
          '1 2 3 42 5 6 7',
          'processes: p0, p1, p2; p1 woke up 1 time',
          'squares from -3 to 3: 9, 4, 1, 0',
          '10000 texts, 138890 characters',
          expect.stringMatching(/^in use 0 bytes, at most \d{4,5}, mapped 102400$/),
          '1 hole of 102400 bytes',
          'It did not crash!',
        ]);
      }));

    it.each([
      ['HEAP-6', 'over-allocate', 'memory allocation of 268435456 bytes failed'],
      ['HEAP-6 (faithful)', 'over-allocate faithful', 'memory allocation of 268435456 bytes failed'],
      ['HEAP-8', 'twice', 'memory::init must be called only once'],
      ['HEAP-11', 'bump faithful ten-thousand', 'memory allocation of 11 bytes failed'],
      ['HEAP-16', 'double-free', 'invalid deallocation (probably a double free)'],
      ['HEAP-16 (holes)', 'double-free holes', 'invalid deallocation (probably a double free)'],
      ['no heap', 'no-heap', 'this needs the heap, and there is none yet'],
      ['interrupts', 'in-interrupt', 'an interrupt handler must not allocate'],
    ])('%s: %s is a panic', (id, word, message) =>
      run('08-heap', word, (booted) => {
        expect(panicOf(booted)[1]).toBe(message);
        if (id === 'HEAP-11') expect(booted.lines).toContain('9309 of 10000 allocations of 11 bytes succeeded');
      }),
    );

    it('HEAP-7: an allocator that believes in more memory than there is writes into the guard page', () =>
      run('08-heap', 'faithful heap-bug over-allocate', (booted) => {
        expect(faultOf(booted)).toEqual({ mnemonic: '#PF', errorCode: 2, cr2: 0x4001_9008n });
      }));

    it('HEAP-10: a heap that nobody mapped', () =>
      run('08-heap', 'faithful no-heap-pages', (booted) => {
        expect(faultOf(booted)).toEqual({ mnemonic: '#PF', errorCode: 2, cr2: HEAP_START });
      }));

    const isFast = engine === 'interpreter';
    if (!isFast) console.warn(`skipping a million allocations on ${engine}: 300 million instructions take it a minute`);
    it.runIf(isFast)('a million allocations of mixed sizes keep the heap small', async () => {
      await run('08-heap', 'churn', ({ lines }) => {
        const [counts, use, free] = lines.slice(-4);
        const [, allocations, deallocations] = /^(\d+) allocations, (\d+) deallocations$/.exec(counts!)!;
        expect(Number(allocations)).toBeGreaterThan(1_000_000);
        expect(deallocations).toBe(allocations);
        const [, used, peak, mapped] = /^in use (\d+), at most (\d+), mapped (\d+) bytes$/.exec(use!)!;
        expect(Number(used)).toBe(0);
        expect(Number(mapped)).toBeLessThan(3 * Number(peak));
        expect(free).toContain(`free ${mapped} bytes`); // nothing is lost
      });
    });

    it('HEAP-11, fixed: lists of holes and blocks take it all', () =>
      run('08-heap', 'ten-thousand', ({ lines }) => {
        expect(lines).toContain('10000 of 10000 allocations of 11 bytes succeeded');
      }));
  });
});
