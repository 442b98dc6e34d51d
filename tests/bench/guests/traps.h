/* Gates and one page table for the system guests. */
#pragma once
#include "guest.h"

struct interrupt_frame;

/* Points the gate of `vector` at `handler` (an interrupt gate, same stack) and loads the IDT. */
void set_gate(uint8_t vector, const void *handler);

/* Linear address of the window: 512 pages of 4 KiB above the identity map, none of them present at first. */
#define WINDOW ((volatile uint64_t *)0x40000000)
#define WORDS_PER_PAGE 512

/* Makes the page table of the window, with nothing in it, and returns it. */
uint64_t *make_window(void);

/* The entry that maps page `index` of the window: present, writable, over WINDOW_FRAMES frames in turn. */
uint64_t window_entry(uint64_t index);

/* Reloads CR3: drops every translation. */
static inline void flush_translations(void) {
  uint64_t cr3;
  __asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(cr3) : : "memory");
}
