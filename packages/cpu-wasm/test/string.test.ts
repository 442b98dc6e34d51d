/** Repeated string instructions retire once per iteration, stop anywhere, and go on from there. */
import { describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { flatGuest } from './flat-guest.ts';

const SOURCE = 0x100000;
const DESTINATION = 0x180000;

describe.each(engines)('repeated string instructions on $engine', (engine) => {
  const copy = (bytes: number) =>
    flatGuest(
      engine,
      `
      mov esi, ${SOURCE}
      mov edi, ${DESTINATION}
      mov ecx, ${bytes}
    copying:
      rep movsb
      jmp $`,
    );

  it('stop at the exact iteration when the budget ends', () => {
    const { core, symbols } = copy(10_000);
    core.ram.fill(0x5a, SOURCE, SOURCE + 10_000);
    const { registers } = core;
    let done = 0;
    for (const [index, iterations] of [1, 2, 31, 32, 33, 4095, 4097].entries()) {
      expect(core.run(iterations + (index === 0 ? 3 : 0))).toBe('budget');
      done += iterations;
      expect(registers.get('rip')).toBe(symbols.get('copying'));
      expect(registers.get('rcx')).toBe(BigInt(10_000 - done));
      expect(registers.get('rsi')).toBe(BigInt(SOURCE + done));
      expect(registers.get('rdi')).toBe(BigInt(DESTINATION + done));
      expect(core.ram[DESTINATION + done - 1]).toBe(0x5a);
      expect(core.ram[DESTINATION + done]).toBe(0);
      expect(core.instructions).toBe(BigInt(3 + done));
    }
    expect(core.run(100_000)).toBe('idle-loop');
    expect(registers.get('rcx')).toBe(0n);
    expect(core.ram[DESTINATION + 9_999]).toBe(0x5a);
    expect(core.ram[DESTINATION + 10_000]).toBe(0);
  });

  it('count a repetition of nothing as one instruction', () => {
    const { core, symbols } = copy(0);
    expect(core.run(4)).toBe('budget');
    expect(core.registers.get('rip')).toBe((symbols.get('copying') ?? 0n) + 2n);
  });

  it('leave the host in charge whatever the count', () => {
    const { core } = flatGuest(engine, 'mov edi, 0x100000\nmov ecx, -1\nrep stosd\njmp $');
    expect(core.run(100_000)).toBe('budget');
    expect(core.instructions).toBe(100_000n);
    expect(core.registers.get('rcx')).toBe(0xffffffffn - 99_998n);
  });

  it('keep the iterations before a fault', () => {
    const { core, symbols } = flatGuest(engine, `mov edi, ${DESTINATION}\nmov ecx, 100\nmov al, 7\nstoring: rep stosb`);
    const { registers } = core;
    registers.setSegment('es', { ...registers.segment('es'), limit: DESTINATION + 40 });
    registers.setDescriptorTable('idtr', { base: 0n, limit: 0 });
    expect(core.run(1000)).toBe('shutdown');
    expect(core.shutdownChain[0]).toMatchObject({ vector: 13, errorCode: 0, rip: symbols.get('storing') });
    expect(registers.get('rcx')).toBe(59n);
    expect(registers.get('rdi')).toBe(BigInt(DESTINATION + 41));
    expect(core.ram.subarray(DESTINATION + 40, DESTINATION + 42)).toEqual(Uint8Array.of(7, 0));
  });

  it('answer a request to stop after the iteration that asked for it', () => {
    const writes: number[] = [];
    const { core } = flatGuest(engine, 'mov edi, 0x80000000\nmov ecx, 50\nrep stosd\njmp $', {
      portRead: () => 0,
      portWrite: () => {},
      mmioRead: () => 0,
      mmioWrite: (address) => {
        writes.push(address);
        if (writes.length === 10) core.requestStop();
      },
      acknowledgeInterrupt: () => 0,
    });
    expect(core.run(1000)).toBe('stop');
    expect(writes.length).toBe(10);
    expect(core.registers.get('rcx')).toBe(40n);
    expect(core.run(1000)).toBe('idle-loop');
    expect(writes.length).toBe(50);
  });

  it('wrap the index registers at the address size', () => {
    const { core } = flatGuest(
      engine,
      'mov edi, 0x1234fffe\nmov ecx, 0x56780004\nmov al, 9\ndb 0x67\nrep stosb\njmp $',
    );
    expect(core.run(1000)).toBe('idle-loop');
    expect(core.registers.get('rdi')).toBe(0x12340002n);
    expect(core.registers.get('rcx')).toBe(0x56780000n);
    expect([...core.ram.subarray(0xfffe, 0x10000), ...core.ram.subarray(0, 3)]).toEqual([9, 9, 9, 9, 0]);
  });
});
