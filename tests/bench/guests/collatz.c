/* Branches that no predictor knows: the lengths of Collatz sequences. */
#include "guest.h"

uint64_t collatz(uint64_t size) {
  uint64_t steps = 0, longest = 0;
  for (uint64_t start = 1; start <= size; start++) {
    uint64_t length = 0;
    for (uint64_t value = start; value != 1; length++) {
      /* A branch, not a conditional move: the compiler must not see through the empty statement. */
      if (value & 1) {
        __asm__ volatile("");
        value = 3 * value + 1;
      } else {
        value >>= 1;
      }
    }
    steps += length;
    if (length > longest) longest = length;
  }
  return mix(steps, longest);
}
