/* Runs functions of a compiled image on the host: maps it at its address, calls, prints result and data hash.
   argv: image file, base, size in memory, data address, data size. stdin: lines "function refill operand*10" in hex. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static sigjmp_buf escape;
static void on_trap(int signal) { siglongjmp(escape, signal); }

/* Calls with ten operands and known values in the registers that a function must preserve; returns 0 if one changed. */
uint64_t guarded_call(uint64_t function, const uint64_t *operands, uint64_t *result);
__asm__(
    "guarded_call:\n"
    "push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15; push %rdx; push %rdi\n"
    "mov %rdi, %rax; mov %rsi, %r10\n"
    "sub $8, %rsp\n" /* with ten operands, four on the stack, rsp is a multiple of 16 at the call */
    "push 72(%r10); push 64(%r10); push 56(%r10); push 48(%r10)\n"
    "mov 0(%r10), %rdi; mov 8(%r10), %rsi; mov 16(%r10), %rdx; mov 24(%r10), %rcx; mov 32(%r10), %r8; mov 40(%r10), %r9\n"
    "mov $0x1111, %ebx; mov $0x2222, %r12d; mov $0x3333, %r13d; mov $0x4444, %r14d; mov $0x5555, %r15d; mov $0x6666, %ebp\n"
    "call *%rax\n"
    "lea 40(%rsp), %r10; mov 8(%r10), %rdx; mov %rax, (%rdx)\n"
    "xor %eax, %eax\n"
    "cmp $0x1111, %rbx; jne 1f; cmp $0x2222, %r12; jne 1f; cmp $0x3333, %r13; jne 1f\n"
    "cmp $0x4444, %r14; jne 1f; cmp $0x5555, %r15; jne 1f; cmp $0x6666, %rbp; jne 1f\n"
    "mov $1, %eax\n"
    "1: add $56, %rsp; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp; ret\n");

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  uint64_t base = strtoull(argv[2], 0, 16), size = strtoull(argv[3], 0, 16);
  uint64_t data = strtoull(argv[4], 0, 16), data_size = strtoull(argv[5], 0, 16);
  void *memory = mmap((void *)base, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != (void *)base) { perror("mmap"); return 3; }
  FILE *image = fopen(argv[1], "rb");
  if (!image || fread(memory, 1, size, image) == 0) { perror("image"); return 4; }

  static char signal_stack[65536];
  stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
  sigaltstack(&stack, 0);
  struct sigaction action = {.sa_handler = on_trap, .sa_flags = SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGTRAP};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &action, 0);

  uint64_t function, refill, operands[10];
  while (scanf("%lx %lx", &function, &refill) == 2) {
    for (int i = 0; i < 10; i++) if (scanf("%lx", &operands[i]) != 1) return 5;
    uint64_t result = 0, dummy;
    int signal = sigsetjmp(escape, 1);
    if (signal == SIGFPE || signal == SIGILL) { puts("trap"); continue; }
    if (signal) { printf("signal %d\n", signal); continue; }
    if (refill) guarded_call(refill, operands, &dummy);
    uint64_t preserved = guarded_call(function, operands, &result);
    uint32_t hash = 0x811c9dc5u;
    for (uint64_t i = 0; i < data_size; i++) hash = (hash ^ ((uint8_t *)data)[i]) * 0x01000193u;
    if (!preserved) puts("registers clobbered");
    else printf("%lx %x\n", result, hash);
  }
  return 0;
}
