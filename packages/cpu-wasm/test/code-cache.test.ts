/**
 * Decoded code must never outlive its bytes: whoever writes them, through whatever mapping, even in the block that is running.
 * And the budget must stop a run at the exact instruction, wherever blocks begin and end.
 */
import { describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { flatGuest, ORIGIN } from './flat-guest.ts';

describe.each(engines)('self-modifying code on $engine', (engine) => {
  it('sees a patch of the next instruction in the same block', () => {
    const { core } = flatGuest(
      engine,
      `
      mov byte [patched + 1], 42
      patched: mov al, 1
      jmp $`,
    );
    expect(core.run(100)).toBe('idle-loop');
    expect(core.registers.get('rax') & 0xffn).toBe(42n);
  });

  it('sees a patch by a write that crosses into the page of the code', () => {
    const { core } = flatGuest(
      engine,
      `
      mov eax, 5
      call target
      mov dword [0x10ffe], 0x07b80000   ; B8 07 at 0x11000: mov eax, 7
      call target
      jmp $
      times 0x11000 - 0x10000 - ($ - $$) nop
      target: mov eax, 6
      ret`,
    );
    expect(core.run(1000)).toBe('idle-loop');
    expect(core.registers.get('rax')).toBe(0x0600n + 7n - 0x0600n);
  });

  it('sees patches made again and again in a loop', () => {
    const { core } = flatGuest(
      engine,
      `
      xor ebx, ebx
      mov ecx, 100
    again:
      mov [patched + 1], cl
    patched:
      mov al, 0
      movzx eax, al
      add ebx, eax
      dec ecx
      jnz again
      jmp $`,
    );
    expect(core.run(10_000)).toBe('idle-loop');
    expect(core.registers.get('rbx')).toBe(5050n);
  });

  it('leaves code alone when data beside it is written', () => {
    const { core } = flatGuest(
      engine,
      `
      mov ecx, 1000
    again:
      inc dword [counter]
      dec ecx
      jnz again
      jmp $
      align 64
      counter: dd 0`,
    );
    expect(core.run(10_000)).toBe('idle-loop');
    expect(core.ram[ORIGIN + 64]).toBe(1000 & 255);
  });

  it('sees a repeated string store over code that ran before', () => {
    const { core } = flatGuest(
      engine,
      `
      call target
      mov edi, target
      mov al, 0x40        ; inc eax
      mov ecx, 3
      rep stosb
      xor eax, eax
      call target
      jmp $
      align 64
      target: nop
      nop
      nop
      ret`,
    );
    expect(core.run(1000)).toBe('idle-loop');
    expect(core.registers.get('rax')).toBe(3n);
  });

  it('sees a patch of the second page of an instruction that straddles two', () => {
    const { core } = flatGuest(
      engine,
      `
      call 0x10ffd
      mov byte [0x11000], 9
      call 0x10ffd
      jmp $
      times 0xffd - ($ - $$) nop
      mov eax, 0x01010101   ; its last two bytes lie in the next page
      ret`,
    );
    expect(core.run(1000)).toBe('idle-loop');
    expect(core.registers.get('rax')).toBe(0x01090101n);
  });

  it('sees code written through another mapping', () => {
    // Paging on: linear 0x400000 and 0x10000 both map the frame at 0x10000.
    const { core } = flatGuest(
      engine,
      `
      mov dword [0x2000], 0x3003        ; page directory entry 0: page table at 0x3000
      mov dword [0x2004], 0x4003        ; page directory entry 1: page table at 0x4000
      xor ecx, ecx
    fill:
      mov eax, ecx
      shl eax, 12
      or eax, 3
      mov [0x3000 + ecx*4], eax
      inc ecx
      cmp ecx, 1024
      jb fill
      mov dword [0x4000], 0x10003
      mov eax, 0x2000
      mov cr3, eax
      mov eax, cr0
      or eax, 0x80000000
      mov cr0, eax
      call target
      mov byte [0x400000 + target - 0x10000 + 1], 77
      call target
      jmp $
      target: mov al, 1
      ret`,
    );
    expect(core.run(100_000)).toBe('idle-loop');
    expect(core.registers.get('rax') & 0xffn).toBe(77n);
  });

  it.each(['call', 'jmp'])(
    'sees that the second page of a straddling instruction is mapped elsewhere (%s)',
    (branch) => {
      // A call enters by address, a branch within the page by its link.
      const { core } = flatGuest(
        engine,
        `
      mov dword [0x2000], 0x3003        ; page directory entry 0: page table at 0x3000
      xor ecx, ecx
    fill:
      mov eax, ecx
      shl eax, 12
      or eax, 3
      mov [0x3000 + ecx*4], eax
      inc ecx
      cmp ecx, 1024
      jb fill
      mov dword [0x20000], 0x00c30909   ; the rest of the instruction, and RET
      mov eax, 0x2000
      mov cr3, eax
      mov eax, cr0
      or eax, 0x80000000
      mov cr0, eax
      mov ebx, 3
    again:
      call around
      mov edx, eax
      mov dword [0x3000 + 0x11 * 4], 0x11003
      cmp ebx, 2
      jne old
      mov dword [0x3000 + 0x11 * 4], 0x20003
    old:
      invlpg [0x11000]
      dec ebx
      jnz again
      jmp $
    around:
      ${branch === 'call' ? 'call 0x10ffd' : 'jmp 0x10ffd'}
      ret
      times 0xffd - ($ - $$) nop
      mov eax, 0x01010101   ; its last two bytes lie in the next page
      ret`,
      );
      expect(core.run(100_000)).toBe('idle-loop');
      expect(core.registers.get('rdx')).toBe(0x09090101n);
    },
  );

  it('forgets code that the host has written over', () => {
    const { core, symbols } = flatGuest(
      engine,
      `
      again: mov eax, 1
      jmp again`,
    );
    core.run(100);
    expect(core.registers.get('rax')).toBe(1n);
    const address = Number(symbols.get('again')) + 1;
    core.ram[address] = 2;
    core.invalidate(address, 1);
    core.run(100);
    expect(core.registers.get('rax')).toBe(2n);
  });
});

describe.each(engines)('budget on $engine', (engine) => {
  const source = `
      mov ecx, 50
    again:
      add eax, ecx
      mov [0x20000 + ecx*4], eax
      push eax
      mov esi, 0x20000
      mov edi, 0x30000
      mov edx, ecx
      mov ecx, 7
      rep movsd
      mov ecx, edx
      pop ebx
      call even
      dec ecx
      jnz again
      jmp $
    even:
      test ecx, 1
      jz yes
      ret
    yes:
      ror eax, 3
      ret`;

  it('stops at the same instruction whatever the slices', () => {
    const whole = flatGuest(engine, source).core;
    whole.run(1_000_000);
    for (const slice of [1, 2, 3, 7, 64, 101]) {
      const { core } = flatGuest(engine, source);
      let end = core.run(slice);
      for (let runs = 0; end === 'budget' && runs < 10_000; runs++) end = core.run(slice);
      expect(end).toBe('idle-loop');
      expect(core.instructions).toBe(whole.instructions);
      expect(core.registers.get('rax')).toBe(whole.registers.get('rax'));
      expect(Buffer.compare(core.ram, whole.ram)).toBe(0);
    }
  });

  it('never runs past it', () => {
    const { core } = flatGuest(engine, source);
    for (let count = 1n; count <= 300n; count++) {
      expect(core.run(1)).toBe('budget');
      expect(core.instructions).toBe(count);
    }
  });

  it('ends a repeat with an absurd count instead of hanging', () => {
    const { core, symbols } = flatGuest(
      engine,
      `
      mov ecx, 0xffffffff
      mov esi, 0x20000
      there: rep lodsb
      jmp $`,
    );
    expect(core.run(5000)).toBe('budget');
    expect(core.instructions).toBe(5000n);
    expect(core.registers.get('rip')).toBe(symbols.get('there'));
    expect(core.registers.get('rcx')).toBe(0xffffffffn - 4998n);
  });
});
