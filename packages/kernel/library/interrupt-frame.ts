// What a handler sees of the code that was interrupted: every register, as the entry points of the 256 vectors
// (`isr_stubs`, made by the native compiler) and the processor put them on the stack. The fields are the saved registers
// themselves: what a handler writes into them is what the interrupted code finds when the handler returns.
//
//     higher addresses
//     +---------------+
//     | ss            |  \
//     | rsp           |   |  pushed by the processor, on a stack that it aligns to 16 bytes first
//     | rflags        |   |  (SDM Vol. 3A 6.14.2)
//     | cs            |   |
//     | rip           |  /
//     | error code    |     by the processor for some exceptions, a 0 by the entry point for all others
//     | vector        |  \
//     | rax ... r15   |  /  by the entry point
//     +---------------+  <- the frame's address

/** The registers of the interrupted code. */
@unmanaged
export class InterruptFrame {
  r15: u64;
  r14: u64;
  r13: u64;
  r12: u64;
  r11: u64;
  r10: u64;
  r9: u64;
  r8: u64;
  rdi: u64;
  rsi: u64;
  rbp: u64;
  rbx: u64;
  rdx: u64;
  rcx: u64;
  rax: u64;
  /** Number of the interrupt or exception. */
  vector: u64;
  /** Details of some exceptions; 0 for all others. */
  errorCode: u64;
  rip: u64;
  /** Selector of the code segment; its low two bits are the privilege level that the code ran at. */
  cs: u64;
  rflags: u64;
  rsp: u64;
  ss: u64;

  /** Whether the interrupted code was a user program (ring 3). */
  get isFromUserMode(): bool {
    return (this.cs & 3) === 3;
  }
}
