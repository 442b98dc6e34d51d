/* The native program's stand-in for system.c: the same sums over plain memory. */
#include "guest.h"

#define ERROR_CODE_WRITE 2

static uint64_t words[WINDOW_FRAMES];

uint64_t page_fault(uint64_t size) {
  uint64_t checksum = 0, count = 0;
  for (uint64_t round = 0; round < size; round++) {
    for (uint64_t page = 0; page < WINDOW_PAGES; page++) {
      int isStore = (round ^ page) & 1;
      if (isStore) words[page % WINDOW_FRAMES] = round ^ page;
      else checksum += words[page % WINDOW_FRAMES];
      count += 1 + (isStore ? ERROR_CODE_WRITE : 0);
    }
  }
  return mix(checksum, count);
}

uint64_t soft_interrupt(uint64_t size) {
  uint64_t count = 0;
  for (uint64_t i = 0; i < size; i++) count = mix(count, 1);
  return count;
}

uint64_t breakpoint(uint64_t size) { return soft_interrupt(size); }

uint64_t address_space(uint64_t size) {
  uint64_t checksum = 0;
  for (uint64_t round = 0; round < size; round++) {
    for (uint64_t i = 0; i < 16; i++) checksum += words[(round * 16 + i) % WINDOW_PAGES % WINDOW_FRAMES] += round ^ i;
  }
  return checksum;
}
