/*
 * What only a whole machine does: page faults that map the page, software interrupts, and reloads of CR3 followed by accesses
 * that walk the tables again. system-model.c computes the same checksums without the hardware.
 */
#include "traps.h"

#define PAGE_FAULT 14
#define BREAKPOINT 3
#define SOFT_INTERRUPT 0x80

static uint64_t *table;
static volatile uint64_t count;

__attribute__((interrupt)) static void on_page_fault(struct interrupt_frame *frame, uint64_t error_code) {
  (void)frame;
  uint64_t address;
  __asm__ volatile("mov %%cr2, %0" : "=r"(address));
  uint64_t index = address >> 12 & (WINDOW_PAGES - 1);
  table[index] = window_entry(index);
  count += 1 + error_code;
}

/* Every access of a round faults once, stores and loads in turn; a round ends with an empty table again. */
uint64_t page_fault(uint64_t size) {
  table = make_window();
  set_gate(PAGE_FAULT, on_page_fault);
  uint64_t checksum = 0;
  for (uint64_t round = 0; round < size; round++) {
    for (uint64_t page = 0; page < WINDOW_PAGES; page++) {
      if ((round ^ page) & 1) WINDOW[page * WORDS_PER_PAGE] = round ^ page;
      else checksum += WINDOW[page * WORDS_PER_PAGE];
    }
    for (uint64_t page = 0; page < WINDOW_PAGES; page++) table[page] = 0;
    flush_translations();
  }
  return mix(checksum, count);
}

__attribute__((interrupt)) static void on_soft_interrupt(struct interrupt_frame *frame) {
  (void)frame;
  count = mix(count, 1);
}

uint64_t soft_interrupt(uint64_t size) {
  set_gate(SOFT_INTERRUPT, on_soft_interrupt);
  for (uint64_t i = 0; i < size; i++) __asm__ volatile("int %0" : : "i"(SOFT_INTERRUPT) : "memory");
  return count;
}

uint64_t breakpoint(uint64_t size) {
  set_gate(BREAKPOINT, on_soft_interrupt);
  for (uint64_t i = 0; i < size; i++) __asm__ volatile("int3" : : : "memory");
  return count;
}

/* All pages stay mapped; each round drops the translations and touches 16 of them. */
uint64_t address_space(uint64_t size) {
  table = make_window();
  for (uint64_t page = 0; page < WINDOW_PAGES; page++) table[page] = window_entry(page);
  uint64_t checksum = 0;
  for (uint64_t round = 0; round < size; round++) {
    flush_translations();
    for (uint64_t i = 0; i < 16; i++) {
      uint64_t page = (round * 16 + i) % WINDOW_PAGES;
      checksum += WINDOW[page * WORDS_PER_PAGE] += round ^ i;
    }
  }
  return checksum;
}
