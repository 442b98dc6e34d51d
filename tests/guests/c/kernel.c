/* The machine side of the C guests: output to COM1, and the end by the debug-exit port. The computations are in results.c. */
#include "results.h"

static inline void out8(unsigned short port, unsigned char value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void put(char c) { out8(0x3f8, (unsigned char)c); }

void *memcpy(void *to, const void *from, unsigned long n) {
  char *t = to;
  const char *f = from;
  while (n--) *t++ = *f++;
  return to;
}

void *memset(void *to, int value, unsigned long n) {
  char *t = to;
  while (n--) *t++ = (char)value;
  return to;
}

void kernel_main(void) {
  compute(put);
  out8(0xf4, 0x10);
}
