/** Guests whose translation is a reviewed golden: each shows one thing that the translator does. */

export interface GoldenCase {
  /** Name of the file. */
  readonly name: string;
  /** What the translation shows. */
  readonly shows: string;
  /** Code at 10000h; RSP = 80000h, RSI = 60000h, RDI = 70000h. Ends with HLT. */
  readonly source: string;
  /** Default 64. */
  readonly bits?: 32 | 64;
}

export const goldenCases: readonly GoldenCase[] = [
  {
    name: 'counted-loop',
    shows: 'A loop stays in locals: no access to the state but at its ends. DEC sets all flags but the carry.',
    source: `
      mov ecx, 1000
again: lea rax, [rax + rcx*4 + 8]
      dec ecx
      jnz again
      hlt`,
  },
  {
    name: 'compare-and-branch',
    shows: 'A comparison and the branch or conditional move behind it become one comparison of WebAssembly.',
    source: `
      mov ecx, 1000
again: mov eax, ecx
      and eax, 7
      cmp eax, 3
      jae large
      inc rbx
      jmp next
large: inc rdx
next: cmp rbx, rdx
      cmovl r8, rcx
      sub ecx, 1
      jnz again
      hlt`,
  },
  {
    name: 'code-of-32-bits',
    shows: 'Addresses are sums of 32 bits; what is pushed, and where returns go, has 32 bits.',
    source: `
      mov ecx, 1000
again: mov eax, [esi + ecx*4 - 8]
      call leaf
      sub ecx, 1
      jnz again
      hlt
leaf: push eax
      pop ebx
      ret`,
    bits: 32,
  },
  {
    name: 'counting-branches',
    shows:
      'LOOPNE and JECXZ are branches within the region. RCX is counted down on both ways, but not where the region is left.',
    source: `
      mov ecx, 1000
again: jecxz done
      cmp eax, 7
      loopne again
done: hlt`,
  },
  {
    name: 'copy-loop',
    shows:
      'Accesses of memory look into the read or the write table of the TLB and leave before the instruction if both miss.',
    source: `
      mov ecx, 1000
again: mov rax, [rsi + rcx*8]
      mov [rdi + rcx*8], rax
      sub rcx, 1
      jnz again
      hlt`,
  },
  {
    name: 'call-and-return',
    shows: 'A return looks for its target in the map of the region and stays inside.',
    source: `
      mov ecx, 1000
again: call leaf
      sub ecx, 1
      jnz again
      hlt
leaf: add rax, rcx
      ret`,
  },
  {
    name: 'jump-table',
    shows: 'A jump through a table of addresses finds the targets that were seen before.',
    source: `
      mov ecx, 2000
again: mov eax, ecx
      and eax, 1
      jmp [table + rax*8]
even: add rbx, 1
      jmp next
odd:  sub rbx, 1
next: sub ecx, 1
      jnz again
      hlt
align 64
table: dq even, odd`,
  },
  {
    name: 'flags-across-blocks',
    shows: 'What a later block may ask about flags is kept as operands, and computed where it asks.',
    source: `
      mov ecx, 1000
again: add rax, rcx
      jmp next
next: adc rbx, 0
      seto dl
      sub ecx, 1
      jnz again
      hlt`,
  },
  {
    name: 'partial-registers',
    shows: 'AL, AH and AX are merged into the local of RAX; EAX clears its upper half.',
    source: `
      mov ecx, 1000
again: mov al, cl
      mov ah, al
      add ax, cx
      mov eax, eax
      sub ecx, 1
      jnz again
      hlt`,
  },
  {
    name: 'two-pages',
    shows:
      'A loop over a page boundary is one region; the instruction across it belongs to the block of the first page.',
    source: `
      mov ecx, 1000
      jmp again
      align 4096
      times 4089 nop
again: add rax, rcx
      lea rbx, [rbx + rax + 0x1000]
      sub ecx, 1
      jnz again
      hlt`,
  },
  {
    name: 'called-handler',
    shows: 'RDTSC has no template: the region stores what it holds, calls the handler of the interpreter and goes on.',
    source: `
      mov ecx, 1000
again: rdtsc
      add rbx, rax
      sub ecx, 1
      jnz again
      hlt`,
  },
  {
    name: 'far-return',
    shows:
      'A far transfer, an interrupt, or the return from one: the region stores what it holds, has the handler called, and goes on if that has come to one of its entries.',
    source: `
      lgdt [pointer]
      mov ecx, 1000
again: push 8
      lea rax, [back]
      push rax
      retfq
back: sub ecx, 1
      jnz again
      hlt
      align 8
table: dq 0, 0x00af9b000000ffff
pointer: dw 15
      dq table`,
  },
  {
    name: 'rep-movs',
    shows:
      'A repeated string instruction, which may be interrupted in the middle of it, ends a block. The region calls its handler and goes on if that has come to the block behind.',
    source: `
      mov ebx, 1000
again: mov ecx, 16
      rep movsb
      sub rsi, 16
      sub rdi, 16
      sub ebx, 1
      jnz again
      hlt`,
  },
  {
    name: 'double-arithmetic',
    shows: 'Scalar doubles: the arithmetic of WebAssembly, for the usual MXCSR (an inexact result has been before).',
    source: `
      mov ecx, 1000
      cvtsi2sd xmm0, ecx
      mov eax, 3
      cvtsi2sd xmm2, eax
      divsd xmm0, xmm2
again: addsd xmm1, xmm0
      mulsd xmm0, [rsi]
      sub ecx, 1
      jnz again
      hlt`,
  },
];
