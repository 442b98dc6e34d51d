/* Interrupt descriptor table (SDM Vol. 3A 7.14) and page table (4.5) of the system guests. */
#include "traps.h"

#define CODE_SEGMENT 8
#define INTERRUPT_GATE 0x8e00
#define PRESENT_WRITABLE 3

struct gate {
  uint16_t offset_low, selector, type, offset_middle;
  uint32_t offset_high, reserved;
};

static struct gate idt[256];
extern uint64_t pdpt[512];
static uint64_t window_directory[512] __attribute__((aligned(4096)));
static uint64_t window_table[512] __attribute__((aligned(4096)));
static uint8_t frames[WINDOW_FRAMES][4096] __attribute__((aligned(4096)));

void set_gate(uint8_t vector, const void *handler) {
  uint64_t offset = (uintptr_t)handler;
  idt[vector] = (struct gate){
    (uint16_t)offset, CODE_SEGMENT, INTERRUPT_GATE, (uint16_t)(offset >> 16), (uint32_t)(offset >> 32), 0,
  };
  struct {
    uint16_t limit;
    uint64_t base;
  } __attribute__((packed)) pointer = {sizeof idt - 1, (uintptr_t)idt};
  __asm__ volatile("lidt %0" : : "m"(pointer));
}

uint64_t *make_window(void) {
  pdpt[1] = (uintptr_t)window_directory | PRESENT_WRITABLE;
  window_directory[0] = (uintptr_t)window_table | PRESENT_WRITABLE;
  return window_table;
}

uint64_t window_entry(uint64_t index) { return (uintptr_t)frames[index % WINDOW_FRAMES] | PRESENT_WRITABLE; }
