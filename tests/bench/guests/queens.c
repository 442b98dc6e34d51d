/* Recursion: all ways to put eight queens on a board, with a column and two diagonals passed down in registers; and Ackermann's
 * function, whose calls nest hundreds deep. */
#include "guest.h"

#define BOARD 8

static uint32_t place(uint32_t row, uint32_t columns, uint32_t left, uint32_t right) {
  if (row == BOARD) return 1;
  uint32_t ways = 0, free = ~(columns | left | right) & ((1u << BOARD) - 1);
  while (free) {
    uint32_t queen = free & -free;
    free ^= queen;
    ways += place(row + 1, columns | queen, (left | queen) << 1, (right | queen) >> 1);
  }
  return ways;
}

__attribute__((noinline, optimize("no-optimize-sibling-calls"))) static uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

uint64_t queens(uint64_t size) {
  uint64_t checksum = 0;
  for (uint64_t round = 0; round < size; round++) {
    checksum = mix(checksum, place(0, 0, (uint32_t)round & 1, 0));
    checksum = mix(checksum, ackermann(2, 20 + (uint32_t)(round & 63)));
  }
  return checksum;
}
