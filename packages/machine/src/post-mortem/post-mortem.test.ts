import type { Walk } from '@longmode/cpu-wasm';
import { describe, expect, test } from 'vitest';
import { scripted } from '../../test/scripted-machine.ts';
import type { FaultRecord } from '../core.ts';
import { describeErrorCode } from './error-code.ts';
import { formatPostMortem } from './format.ts';
import { describeWalk } from './page-walk.ts';

const record = (fields: Partial<FaultRecord>): FaultRecord => ({
  vector: 13,
  kind: 'exception',
  errorCode: undefined,
  cr2: 0n,
  rip: 0n,
  failedStep: 'none',
  failure: 'not tried, or it succeeded',
  ...fields,
});

test.each([
  [14, 0x0, 'page not present, read, supervisor'],
  [14, 0x2, 'page not present, write, supervisor'],
  [14, 0x7, 'page protection violation, write, user'],
  [14, 0x11, 'page protection violation, instruction fetch, supervisor'],
  [14, 0x9, 'reserved bit set in a paging entry, read, supervisor'],
  [13, 0, ''],
  [13, 0x43, 'IDT entry 8, during delivery of an event'],
  [13, 0x18, 'selector 0x18 (GDT)'],
  [10, 0x2c, 'selector 0x28 (LDT)'],
  [8, 0, ''],
  [6, undefined, ''],
])('error code of vector %d, %j: %s', (vector, errorCode, text) => {
  expect(describeErrorCode(vector, errorCode)).toBe(text);
});

describe('page walk', () => {
  const walk: Walk = {
    linearAddress: 0x40201abcn,
    physicalAddress: undefined,
    pageBytes: 0,
    levels: [
      { name: 'PML4E', index: 0, address: 0x1000n, entry: 0x2067n },
      { name: 'PDPTE', index: 1, address: 0x2008n, entry: 0x8000000000003021n },
      { name: 'PDE', index: 1, address: 0x3008n, entry: 0n },
    ],
  };

  test('says what each entry allows and what a missing one would have mapped', () => {
    expect(describeWalk(walk).map(({ name, index, text }) => `${name}[${index}] ${text}`)).toEqual([
      'PML4E[0] writable, user, accessed, dirty',
      'PDPTE[1] read-only, supervisor, accessed, no-execute',
      'PDE[1] not present: nothing maps 0x40200000..0x403fffff',
    ]);
  });

  test('knows large pages, and the two-level walk whose PDE maps 4 MiB', () => {
    const entry = 0x400083n;
    const level = { name: 'PDE', index: 1, address: 0x1004n, entry } as const;
    const twoLevels = { ...walk, levels: [level] };
    expect(describeWalk(twoLevels)[0]?.text).toBe('maps a page of 4 MiB, writable, supervisor');
    const fourLevels = { ...walk, levels: [...walk.levels.slice(0, 2), level] };
    expect(describeWalk(fourLevels)[2]?.text).toBe('maps a page of 2 MiB, writable, supervisor');
  });
});

describe('report of a triple fault', () => {
  async function crash(chain: FaultRecord[], prepare: (m: ReturnType<typeof scripted>) => void = () => {}) {
    const set = scripted(['nop', 'shutdown']);
    set.core.shutdownChain = chain;
    prepare(set);
    const end = await set.machine.run();
    if (end.kind !== 'triple-fault') throw new Error(`ended by ${end.kind}`);
    return end.report;
  }

  test('tells the chain and why delivery failed, in plain words for a missing IDT', async () => {
    const report = await crash([
      record({ vector: 14, errorCode: 2, cr2: 0xb8f00n, rip: 0x20n, failedStep: 'idtLimit', failure: 'beyond' }),
      record({ vector: 8, errorCode: 0, rip: 0x20n, failedStep: 'idtLimit', failure: 'beyond' }),
    ]);
    expect(report.title).toBe('triple fault (#PF -> #DF)');
    expect(report.faults.map((fault) => fault.deliveryFailure)).toEqual([
      'IDT limit is 0 (no LIDT was executed before this)',
      'IDT limit is 0 (no LIDT was executed before this)',
    ]);
    expect(report.faults[0]).toMatchObject({ cr2: 0xb8f00n, errorText: 'page not present, write, supervisor' });
    expect(report.location.address).toBe(0x20n);
    expect(report.hints[0]).toContain('no IDT is loaded');
  });

  test('is plain data', async () => {
    const report = await crash([record({ vector: 6 })]);
    expect(structuredClone(report)).toEqual(report);
  });

  const pageFault = (fields: Partial<FaultRecord>) => record({ vector: 14, errorCode: 0, ...fields });

  /** What a guest looks like when it crashes: code at 0x1000, CR0, the entry that every walk ends in. */
  interface State {
    readonly code?: readonly number[];
    readonly cr0?: bigint;
    readonly entry?: bigint;
  }

  test.each<[string, FaultRecord[], State, string]>([
    ['a null pointer', [pageFault({ cr2: 0x18n })], {}, 'address 0x18 is in the first page: a null pointer?'],
    [
      'a stack overflow',
      [pageFault({ errorCode: 2, cr2: 0x7fef8n })],
      {},
      'the stack pointer 0x7ff00 is at an unmapped page: a stack overflow into a guard page?',
    ],
    [
      'SSE that is off',
      [record({ vector: 6, rip: 0x1000n })],
      { code: [0x0f, 0x28, 0xc1] },
      'an SSE instruction while SSE is off (CR4.OSFXSR = 0): enable SSE, or compile the kernel without it',
    ],
    ['write protection', [pageFault({ errorCode: 3, cr2: 0x5000n })], { cr0: 0x80010011n }, 'CR0.WP is 1, so'],
    [
      'no-execute without NXE',
      [pageFault({ errorCode: 9, cr2: 0x5000n })],
      { entry: 0x8000000000001003n },
      'bit 63 (no-execute) is set in a paging entry, but EFER.NXE is 0',
    ],
    [
      'other reserved bits',
      [pageFault({ errorCode: 9, cr2: 0x5000n })],
      { entry: 0x10000000001003n },
      'a reserved bit',
    ],
  ])('gives a hint about %s', async (_, chain, { code, cr0, entry }, hint) => {
    const report = await crash(chain, ({ core }) => {
      if (code) core.ram.set(code, 0x1000);
      if (cr0) core.registers.set('cr0', cr0);
      if (entry) {
        const level = { name: 'PTE', index: 5, address: 0x3028n, entry } as const;
        core.translate = (linearAddress) => ({
          linearAddress,
          physicalAddress: undefined,
          pageBytes: 0,
          levels: [level],
        });
      }
    });
    expect(report.hints.some((text) => text.startsWith(hint))).toBe(true);
  });

  test('gives no hint whose premise does not hold', async () => {
    const report = await crash([record({ vector: 13, errorCode: 0 })], ({ core }) =>
      core.registers.setDescriptorTable('idtr', { base: 0x1000n, limit: 0xfff }),
    );
    expect(report.hints).toEqual([]);
  });
});

test('the text has the cause first and then the evidence', async () => {
  const { machine, core } = scripted(['nop', 'nop', 'hlt']);
  core.lastRips = [0n, 1n];
  core.ram.set([0x90, 0xf4]);
  await machine.run();
  const text = formatPostMortem(machine.postMortem());
  expect(text.split('\n').slice(0, 4)).toEqual([
    ' STATE OF THE MACHINE at instruction 3 (0.000 ms of guest time)',
    '   rip 0x3',
    '',
    expect.stringMatching(/^ rax {4}0000000036d76289 {2}rbx /),
  ]);
  expect(text).toContain(' last 2 instructions\n   0x0 ');
});
