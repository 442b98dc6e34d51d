/** Exceptions of real guests: traces, and the chain, walk, place and hints of a triple fault. */

import { describe, expect, test } from 'vitest';
import { boot, type CoreCode, formatPostMortem, type PostMortem, type TraceEvent } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';
import { ENTER_LONG_MODE, guest } from './guest.ts';

/** Puts an interrupt gate for `vector` into the IDT at 0x300000 and loads that; all other entries are zero. */
const setGate = (vector: number, handler: string): string => `
        mov rdi, ${0x300000 + 16 * vector}
        mov eax, ${handler}
        mov [rdi], ax
        mov word [rdi + 2], 8
        mov word [rdi + 4], 0x8e00
        shr eax, 16
        mov [rdi + 6], ax
        lidt [idt_pointer]
        jmp behind_pointer
idt_pointer:
        dw 0xfff
        dq 0x300000
behind_pointer:
`;

describe.each(ENGINES)('on the %s engine', async (engine) => {
  const code: CoreCode = await loadEngine(engine);
  const start = (source: string) => boot({ kernel: guest(`start: ${ENTER_LONG_MODE} ${source}`), engine, code });

  async function crash(source: string): Promise<PostMortem> {
    const end = await (await start(source)).run();
    if (end.kind !== 'triple-fault') throw new Error(`ended by ${end.kind}`);
    return end.report;
  }

  test('an unmapped write without IDT', async () => {
    const report = await crash(`
        call crash
        hlt
crash:  push rbp
        mov rbp, rsp
        mov rax, 0x10000001a70
        mov [rax], rax
        hlt`);
    expect(formatPostMortem({ ...report, lastInstructions: [] })).toMatchInlineSnapshot(`
      " TRIPLE FAULT (#PF -> #GP -> #DF -> #GP) at instruction 2,591 (0.003 ms of guest time)
         #PF page fault  error code 0x2 (page not present, write, supervisor)  cr2 0x0000010000001a70
           rip  0x1000be crash+0xe
           walk PML4E[2]    at 0x200010 = 0x0  not present: nothing maps 0x10000000000..0x17fffffffff
           could not be delivered: IDT limit is 0 (no LIDT was executed before this)
         -> #GP general protection  error code 0x73 (IDT entry 14, during delivery of an event)
         -> #DF double fault  error code 0x0
           could not be delivered: IDT limit is 0 (no LIDT was executed before this)
         -> #GP general protection  error code 0x43 (IDT entry 8, during delivery of an event)
       hint: no IDT is loaded, so any exception at all ends in a triple fault; load one early to see faults reported

       rax    0000010000001a70  rbx    00000000001001c0  rcx    00000000c0000080  rdx    0000000000000000
       rsi    0000000000000000  rdi    0000000000200000  rbp    000000000007fef0  rsp    000000000007fef0
       r8     0000000000000000  r9     0000000000000000  r10    0000000000000000  r11    0000000000000000
       r12    0000000000000000  r13    0000000000000000  r14    0000000000000000  r15    0000000000000000
       rip    00000000001000be  rflags 0000000000000046  cr0    0000000080000011  cr2    0000010000001a70
       cr3    0000000000200000  cr4    0000000000000020  efer   0000000000000500
       cs 0008  ss 0000  ds 0000  es 0000  fs 0018  gs 0018  ldtr 0000  tr 0000
       gdtr.base 0x100088  gdtr.limit 0xf  idtr.base 0x0  idtr.limit 0x0

       backtrace
         0x1000af long_mode+0xd"
    `);
  });

  test('a gate that is not present, on a stack that is not mapped', async () => {
    const report = await crash(`${setGate(6, 'never')}
        mov byte [${0x300000 + 16 * 14 + 5}], 0x0e    ; interrupt gates, but not present
        mov byte [${0x300000 + 16 * 8 + 5}], 0x0e
        mov rsp, 0x40001000
        push rax
never:  hlt`);
    expect(report.faults.map(({ mnemonic, deliveryFailure }) => [mnemonic, deliveryFailure])).toEqual([
      ['#PF', 'the gate is not present (vector 14, IDT at 0x300000, limit 0xfff)'],
      ['#NP', undefined],
      ['#DF', 'the gate is not present (vector 8, IDT at 0x300000, limit 0xfff)'],
      ['#NP', undefined],
    ]);
    expect(report.stack).toMatchObject({ pointer: 0x40001000n, isMapped: false });
    expect(report.hints).toEqual([
      'the stack pointer 0x40001000 is at an unmapped page: a stack overflow into a guard page?',
      'the double fault was to be delivered on the same broken stack: give vector 8 a stack of its own (IST)',
    ]);
  });

  test('a no-execute bit without EFER.NXE', async () => {
    const report = await crash(`
        mov byte [0x202017], 0x80      ; bit 63 of the PDE for 0x400000
        mov rax, [0x400000]
        hlt`);
    expect(report.faults[0]).toMatchObject({
      mnemonic: '#PF',
      errorText: 'reserved bit set in a paging entry, read, supervisor',
    });
    expect(report.hints).toContain(
      'bit 63 (no-execute) is set in a paging entry, but EFER.NXE is 0, which makes that bit reserved: set EFER.NXE',
    );
  });

  test('interrupts on with the vectors of the firmware', async () => {
    const report = await crash('sti\n wait: hlt\n jmp wait');
    expect(report.title).toBe('triple fault (IRQ vector 8 -> #GP -> #GP -> #DF -> #GP)');
    expect(report.faults[0]).toMatchObject({ vector: 8, isExternal: true, name: 'external interrupt' });
    expect(report.hints[0]).toBe(
      "IRQ 0 came as vector 8, which belongs to an exception: the interrupt controllers still have the firmware's " +
        'vectors; before STI, give them others (ICW2) or mask them (ports 0x21, 0xa1)',
    );
  });

  test('exceptions are traced, delivered or not', async () => {
    const machine = await start(`${setGate(6, 'handler')}
wrong:  ud2
handler: mov rax, [0x40000000]
        hlt`);
    const events: TraceEvent[] = [];
    machine.trace(['exception'], (event) => events.push(event));
    expect((await machine.run()).kind).toBe('triple-fault');
    const seen = events.map((event) => event.kind === 'exception' && [event.vector, event.errorCode]);
    expect(seen).toEqual([
      [6, undefined],
      [14, 0],
      [13, 0x73],
      [8, 0],
      [13, 0x43],
    ]);
    expect(events[0]?.rip).toBe(machine.symbols.address('wrong'));
    expect(events[1]).toMatchObject({ rip: machine.symbols.address('handler'), cr2: 0x40000000n });
  });
});
