/* Calls, returns and the stack: the naive recursion, kept as written. */
#include "guest.h"

__attribute__((noinline, noclone, optimize("no-optimize-sibling-calls"))) static uint64_t recurse(uint64_t n) {
  return n < 2 ? n : recurse(n - 1) + recurse(n - 2);
}

uint64_t fib(uint64_t size) {
  uint64_t checksum = 0;
  for (uint64_t i = 0; i < size; i++) checksum = mix(checksum, recurse(16 + (i & 1)));
  return checksum;
}
