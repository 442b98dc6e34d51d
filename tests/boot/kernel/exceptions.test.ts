/**
 * Chapters 9 and 10 and the book's kernel (`faithful`) on both engines: descriptor tables in guest memory, the texts of the
 * messages, where the processor was, and what it does when there is nobody to handle a fault. The ids are those of the
 * table in packages/kernel/README.md.
 */
import { createRequire } from 'node:module';
import type { Machine } from 'longmode';
import { describe, expect, test } from 'longmode/vitest';
import { descriptorAt, gateAt, stackFrameOn } from '../../support/descriptors.ts';
import { ENGINES } from '../../support/engines.ts';

const { resolve } = createRequire(import.meta.url);
const EXCEPTIONS = resolve('@longmode/kernel/chapters/09-exceptions.elf');
const DOUBLE_FAULTS = resolve('@longmode/kernel/chapters/10-double-faults.elf');
const KERNEL = resolve('@longmode/kernel/kernel.elf');

/** The book's double fault stack: the heap's 25 pages, a guard page, one page (DF-3). */
const BOOK_STACK_TOP = 0x4001_b000n;

/** The bytes at the place where the frame on the screen says that the processor was. */
const bytesAt = (machine: Machine, rip: bigint, count: number) => [...machine.memory.read(rip, count)];

/** The chain of exceptions of a triple fault. */
function chainOf(machine: Machine): string {
  if (machine.ended?.kind !== 'triple-fault') throw new Error(`ended with ${machine.ended?.kind}`);
  return machine.ended.report.faults.map(({ mnemonic }) => mnemonic).join(' ');
}

describe.each(ENGINES)('on %s', (engine) => {
  test('IDT-1, IDT-2, IDT-4: the breakpoint has the only gate', async ({ boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, engine });
    await expect(machine).toHalt();
    expect(machine.cpu.registers.idtr.limit).toBe(0xfff);
    for (let vector = 0; vector < 256; vector++) {
      const gate = gateAt(machine, vector);
      if (vector === 3) expect(gate).toMatchObject({ selector: 8, options: 0x8e00 });
      else expect(gate).toEqual({ selector: 0, options: 0x0e00, handler: 0n });
    }
  });

  test('IDT-5, IDT-6, IDT-7, IDT-10: int3 prints the frame and the kernel goes on', async ({ boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, engine });
    await expect(machine).toHalt();
    const text = machine.screen.text();
    expect(text).toMatch(
      /^EXCEPTION: BREAKPOINT\nExceptionStackFrame \{\n {4}instruction_pointer: 0x[0-9a-f]+,\n {4}code_segment: 8,\n {4}cpu_flags: 0x[0-9a-f]+,\n {4}stack_pointer: 0x[0-9a-f]+,\n {4}stack_segment: 0\n\}\nIt did not crash!$/m,
    );
    expect(bytesAt(machine, stackFrameOn(machine).rip - 1n, 1)).toEqual([0xcc]);
  });

  test('IDT-8: an IDT with limit 0 ends in a triple fault', async ({ boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, cmdline: 'no-gates', engine });
    await expect(machine).toTripleFault({ cause: '#BP' });
    expect(chainOf(machine)).toBe('#BP #GP #GP #DF #GP');
  });

  test('IDT-9, IDT-11: the frame lies on an aligned stack, interrupts are off in the handler', async ({ boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, engine });
    {
      using _ = machine.trace(['exception'], () => machine.pause());
      await machine.run();
    }
    expect(machine).toHaveRegister('rip', gateAt(machine, 3).handler);
    const { rsp, rflags } = machine.cpu.registers;
    expect((rsp + 5n * 8n) % 16n).toBe(0n);
    expect(rflags & 0x200n).toBe(0n);
    expect(rflags & ((1n << 8n) | (1n << 14n) | (1n << 16n))).toBe(0n);
  });

  test('EXC-1: a division by zero is saved with the address of the div', async ({ boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, cmdline: 'divide', engine });
    await expect(machine).toHalt();
    expect(machine.screen.text()).toContain('\nEXCEPTION: DIVIDE BY ZERO\nExceptionStackFrame {');
    const [first, second, third] = bytesAt(machine, stackFrameOn(machine).rip, 3);
    expect([first, second]).toContain(0xf7); // div r/m, perhaps behind a prefix
    expect(((first === 0xf7 ? second! : third!) >> 3) & 7).toBe(6);
  });

  test('EXC-2: an invalid opcode is saved with its own address', async ({ boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, cmdline: 'invalid-opcode', engine });
    await expect(machine).toHalt();
    const { rip } = stackFrameOn(machine);
    expect(machine.screen.text()).toContain(`\nEXCEPTION: INVALID OPCODE at 0x${rip.toString(16)}\n`);
    expect(bytesAt(machine, rip, 2)).toEqual([0x0f, 0x0b]);
  });

  test.for([
    ['EXC-3', 'page-fault', 'CAUSED_BY_WRITE'],
    ['EXC-4', 'page-fault-read', '(empty)'],
  ] as const)('%s: %s has the error code %s', async ([, cmdline, flags], { boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, cmdline, engine });
    await expect(machine).toHalt();
    expect(machine).toHaveRegister('cr2', 0xdeadbeafn);
    expect(machine.screen.text()).toContain(
      `\nEXCEPTION: PAGE FAULT while accessing 0xdeadbeaf\nerror code: ${flags}\nExceptionStackFrame {`,
    );
  });

  test('EXC-5: returning from a page fault without a remedy repeats it for ever', async ({ boot }) => {
    const machine = await boot({ kernel: EXCEPTIONS, cmdline: 'page-fault-loop', engine });
    const end = await machine.run(undefined, { instructions: 1_000_000 });
    expect(end.kind).toBe('limit');
    const messages = machine.screen.text().match(/PAGE FAULT while accessing 0xdeadbeaf/g);
    expect(messages?.length).toBeGreaterThanOrEqual(2);
  });

  test('IDT-3, DF-1, DF-2, DF-3: the tables of chapter 10', async ({ boot }) => {
    const machine = await boot({ kernel: DOUBLE_FAULTS, cmdline: 'faithful', engine });
    await expect(machine).toHalt();
    const { gdtr, tr } = machine.cpu.registers;
    expect(gateAt(machine, 8)).toMatchObject({ selector: 8, options: 0x8e01 });
    expect(gdtr.limit).toBe(0x3f);
    expect(tr).toMatchObject({ selector: 0x10, limit: 0x67 });
    expect(descriptorAt(machine, 0)).toBe(0n);
    expect(descriptorAt(machine, 1) & ~(1n << 40n)).toBe(0x0020_9800_0000_0000n); // bit 40: accessed
    expect((descriptorAt(machine, 2) >> 40n) & 0xffn).toBe(0x8bn); // present, busy TSS
    const task = (offset: number) => machine.memory.u64(tr.base + BigInt(offset));
    expect(task(36)).toBe(BOOK_STACK_TOP);
    for (let stack = 2; stack <= 7; stack++) expect(task(36 + (stack - 1) * 8)).toBe(0n);
    expect(machine.memory.u16(tr.base + 102n)).toBe(0);
  });

  test('DF-4: one page of stack, and a guard page below it', async ({ boot }) => {
    const machine = await boot({ kernel: DOUBLE_FAULTS, cmdline: 'faithful', engine });
    await expect(machine).toHalt();
    expect(machine).toMap(BOOK_STACK_TOP - 0x1000n, { to: 34n * 4096n, writable: true });
    expect(machine).not.toMap(BOOK_STACK_TOP - 0x2000n);
  });

  test('DF-5, DF-6, DF-7: a stack overflow is a message from the other stack', async ({ boot }) => {
    const machine = await boot({ kernel: DOUBLE_FAULTS, cmdline: 'faithful', engine });
    await expect(machine).toHalt();
    const oldP4 = machine.symbols.address('p4_table')!;
    expect(machine).toHaveRegister('cr2', oldP4 + 0xff8n);
    expect(machine.screen.text()).toContain('\nEXCEPTION: DOUBLE FAULT\nExceptionStackFrame {');
    expect(stackFrameOn(machine).rsp).toBe(oldP4 + 0x1000n);
    const { rsp } = machine.cpu.registers;
    expect(rsp > BOOK_STACK_TOP - 0x1000n && rsp < BOOK_STACK_TOP).toBe(true);
  });

  test.for([
    ['DF-8, DF-11', 'no-ist', '#PF #NP #DF #PF'],
    ['DF-9', 'write no-df-gate', '#PF #NP #DF #NP'],
  ] as const)('%s: %s ends in a triple fault behind the breakpoint', async ([, cmdline, chain], { boot }) => {
    const machine = await boot({ kernel: DOUBLE_FAULTS, cmdline, engine });
    await expect(machine).toTripleFault({ cause: '#PF' });
    expect(machine.screen.text()).toContain('EXCEPTION: BREAKPOINT');
    expect(chainOf(machine)).toBe(chain);
  });

  test('DF-10: a page fault without a gate becomes a double fault', async ({ boot }) => {
    const machine = await boot({ kernel: DOUBLE_FAULTS, cmdline: 'write', engine });
    await expect(machine).toHalt();
    expect(machine.screen.text()).toContain('\nEXCEPTION: DOUBLE FAULT\n');
    const { rsp } = stackFrameOn(machine);
    const top = machine.symbols.address('stack_top')!;
    expect(rsp < top && rsp > top - 0x4000n).toBe(true);
  });

  test('the whole kernel with the word faithful ends as the book does', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, cmdline: 'faithful', engine });
    await expect(machine).toHalt();
    const text = machine.serial.output();
    const steps = [
      'Hello World!',
      'NEW TABLE!!!',
      'guard page at',
      'EXCEPTION: BREAKPOINT',
      'It did not crash!',
      'DOUBLE FAULT',
    ];
    const places = steps.map((step) => text.indexOf(step));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
  });
});
