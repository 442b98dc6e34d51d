/* What a page boundary costs: one loop, placed by page_loops.S inside a page, across a boundary, and with an instruction split by
 * one. All three compute the same. */
#include "guest.h"

#define ROUNDS_PER_CALL 1000

#define PAGE_GUEST(name, loop) \
  uint64_t name(uint64_t size) { \
    uint32_t a = 1, b = 2; \
    for (uint64_t i = 0; i < size; i++) { \
      uint32_t count = ROUNDS_PER_CALL; \
      __asm__ volatile("call " loop : "+a"(a), "+d"(b), "+c"(count) : : "memory", "cc"); \
    } \
    return (uint64_t)a << 32 | b; \
  }

PAGE_GUEST(page_inside, "loop_inside")
PAGE_GUEST(page_across, "loop_across")
PAGE_GUEST(page_split, "loop_split")
