/* The first 32 MiB, all the memory that a guest gets, in pages of 4 KiB instead of 2 MiB. */
#include "pages.h"
#include "traps.h"

#define TABLES 16
#define ENTRIES 512
#define PRESENT_WRITABLE 3

extern uint64_t pd[ENTRIES];
static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(4096)));

void map_small_pages(void) {
  for (uint64_t page = 0; page < TABLES * ENTRIES; page++) {
    tables[page / ENTRIES][page % ENTRIES] = page << 12 | PRESENT_WRITABLE;
  }
  for (int i = 0; i < TABLES; i++) pd[i] = (uintptr_t)tables[i] | PRESENT_WRITABLE;
  flush_translations();
}
