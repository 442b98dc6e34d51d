/** Real guests on the real core: the entry state, and that both engines do exactly the same. */

import { describe, expect, test } from 'vitest';
import { type BootOptions, boot, type CoreCode, type Engine } from '../src/index.ts';
import { ENGINES, loadEngine } from './engines.ts';
import { ENTER_LONG_MODE, guest } from './guest.ts';

const codes = new Map<Engine, CoreCode>();
for (const engine of ENGINES) codes.set(engine, await loadEngine(engine));

describe.each(ENGINES)('on the %s engine', (engine) => {
  const start = (source: string, options: Partial<BootOptions> = {}) =>
    boot({ kernel: guest(source), engine, code: codes.get(engine) as CoreCode, ...options });

  test('the kernel is entered in the state that GRUB leaves', async () => {
    const machine = await start('start: hlt');
    const { registers } = machine.cpu;
    expect(machine.cpu.mode).toBe('protected');
    expect(machine.cpu.bits).toBe(32);
    expect(machine.cpu.privilegeLevel).toBe(0);
    expect([registers.rax, registers.rsp, registers.rflags]).toEqual([0x36d76289n, 0x7ff00n, 0x46n]);
    for (const name of ['rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'cr2', 'cr3', 'cr4', 'efer'] as const) {
      expect([name, registers[name]]).toEqual([name, 0n]);
    }
    expect(registers.cr0).toBe(0x11n);
    expect(registers.rip).toBe(machine.symbols.address('start'));
    expect(registers.cs).toEqual({ selector: 0x10, base: 0n, limit: 0xffffffff, rights: 0xc09a });
    for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const) {
      expect(registers[name]).toEqual({ selector: 0x18, base: 0n, limit: 0xffffffff, rights: 0xc093 });
    }
    expect(registers.gdtr).toEqual({ base: 0x10b0n, limit: 0x20 });
    expect(registers.idtr).toEqual({ base: 0n, limit: 0 });
    expect(machine.memory.u64(0x10b0 + 0x10)).toBe(0x00cf9a000000ffffn);
    expect(machine.memory.u64(0x10b0 + 0x18)).toBe(0x00cf93000000ffffn);
    expect(machine.memory.u32(registers.rbx)).toBeGreaterThan(8); // total_size of the boot information
    expect(machine.screen.text().trim()).toBe('');
    expect(machine.screen.cell(0, 0)).toMatchObject({ code: 0x20, foreground: 7, background: 0 });
    expect(machine.screen.cursor).toMatchObject({ column: 0, row: 0, visible: true });
    expect(machine.instructions).toBe(0n);
  });

  test('the processor is the one that is asked for', async () => {
    const features = 'mov eax, 1\n cpuid\n shr ecx, 28\n and ecx, 1\n hlt';
    for (const [cpu, hasAvx] of [
      ['x86-64-v2', 0n],
      ['x86-64-v2,+avx', 1n],
      [undefined, 1n],
    ] as const) {
      const machine = await start(features, cpu === undefined ? {} : { cpu });
      await machine.run();
      expect([cpu, machine.cpu.registers.rcx]).toEqual([cpu, hasAvx]);
    }
    await expect(start('hlt', { cpu: '386' })).rejects.toThrow('CPU model "386": expected x86-64-v1');
  });

  test('the boot GDT can be used: segments reload from it', async () => {
    const machine = await start('mov ax, 0x18\n mov ds, ax\n mov ss, ax\n jmp 0x10:next\nnext: hlt');
    expect(await machine.run()).toMatchObject({ kind: 'halted', rip: machine.symbols.address('next') });
  });

  test('OK on the screen, halted for good', async () => {
    const machine = await start('mov dword [0xb8000], 0x2f4b2f4f\n here: hlt');
    expect(await machine.run()).toEqual({
      kind: 'halted',
      by: 'hlt',
      interrupts: false,
      rip: machine.symbols.address('here'),
    });
    expect(machine.screen.line(0).trim()).toBe('OK');
    expect(machine.screen.cell(1, 0)).toMatchObject({ character: 'K', foreground: 15, background: 2 });
  });

  test('long mode, then exit through the debug port', async () => {
    const machine = await start(`start: ${ENTER_LONG_MODE}
        mov rax, 0x2f592f412f4b2f4f
        mov [0xb8000], rax
        mov al, 0x10
        out 0xf4, al
        hlt`);
    expect(await machine.run()).toEqual({ kind: 'exit', code: 0x10, port: 0xf4 });
    expect(machine.cpu.mode).toBe('64-bit');
    expect(machine.screen.line(0).trim()).toBe('OKAY');
    expect(machine.memory.translate(0xb8000n)).toMatchObject({ physicalAddress: 0xb8000n, pageBytes: 0x200000 });
    expect(() => machine.memory.u8(0x40000000n)).toThrow('nothing is mapped at linear address 0x40000000');
    expect(machine.memory.physical.u32(0xb8000)).toBe(0x2f4b2f4f);
  });

  test('nothing behind the instruction that ends the run is executed', async () => {
    const machine = await start('mov al, 0x11\n out 0xf4, al\nbehind: mov dword [0xb8000], 0x2f4b2f4f\n hlt');
    expect(await machine.run()).toMatchObject({ kind: 'exit', code: 0x11 });
    expect(machine.instructions).toBe(2n);
    expect(machine.cpu.registers.rip).toBe(machine.symbols.address('behind'));
    expect(machine.screen.text().trim()).toBe('');
  });

  test('a port is traced with the address of its instruction', async () => {
    const machine = await start('mov edx, 0x3f8\n mov al, 0x41\nhere: out dx, al\n hlt');
    const rips: bigint[] = [];
    machine.trace(['port'], ({ rip }) => rips.push(rip));
    await machine.run();
    expect(rips).toEqual([machine.symbols.address('here')]);
    expect(machine.serial.output()).toBe('A');
  });

  test('a jump to itself with interrupts off is the end', async () => {
    const machine = await start('cli\nforever: jmp forever');
    const rip = machine.symbols.address('forever');
    expect(await machine.run()).toEqual({ kind: 'halted', by: 'jump-to-self', interrupts: false, rip });
  });

  test('stepping executes exactly one instruction at a time', async () => {
    const machine = await start('mov eax, 1\n add eax, 2\n add eax, 4\n hlt');
    const seen: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      await machine.step();
      seen.push(machine.cpu.registers.rax);
    }
    expect(seen).toEqual([1n, 3n, 7n]);
    expect(machine.instructions).toBe(3n);
  });

  test('a traced run and a plain run end in the same state', async () => {
    const source = `mov ecx, 1000\n xor eax, eax\nagain: imul eax, eax, 1103515245\n add eax, 12345\n
        mov [0x200000 + ecx * 4], eax\n dec ecx\n jnz again\n hlt`;
    const plain = await start(source);
    await plain.run();
    const traced = await start(source);
    let count = 0n;
    traced.trace(['instruction'], () => count++);
    await traced.run();
    expect(count).toBe(traced.instructions);
    expect(traced.instructions).toBe(plain.instructions);
    expect({ ...traced.cpu.registers }).toEqual({ ...plain.cpu.registers });
    expect(traced.memory.physical.read(0x200000, 0x1000)).toEqual(plain.memory.physical.read(0x200000, 0x1000));
  });
});
