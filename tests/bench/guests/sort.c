/* Data-dependent branches, loads and stores, recursion: quicksort of 8192 numbers, `size` times. */
#include "guest.h"

#define COUNT 8192
static uint32_t numbers[COUNT];

static void quicksort(uint32_t *low, uint32_t *high) {
  while (low < high) {
    uint32_t pivot = low[(high - low) / 2], *left = low, *right = high;
    while (left <= right) {
      while (*left < pivot) left++;
      while (*right > pivot) right--;
      if (left > right) break;
      uint32_t held = *left;
      *left++ = *right;
      *right-- = held;
    }
    quicksort(low, right);
    low = left;
  }
}

uint64_t sort(uint64_t size) {
  uint64_t checksum = 0, state = 3;
  for (uint64_t round = 0; round < size; round++) {
    for (int i = 0; i < COUNT; i++) numbers[i] = next_random(&state);
    quicksort(numbers, numbers + COUNT - 1);
    uint64_t isSorted = 1;
    for (int i = 1; i < COUNT; i++) isSorted &= numbers[i - 1] <= numbers[i];
    checksum = mix(checksum, (uint64_t)numbers[COUNT / 2] << 1 | isSorted);
  }
  return checksum;
}
