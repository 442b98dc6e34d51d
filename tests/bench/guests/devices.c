/*
 * What kernels ask of devices all the time: cells of the text screen written, scrolled and read back, and bytes through ports of the
 * interrupt controller. devices-model.c computes the same checksums without the hardware.
 */
#include "guest.h"
#include "screen.h"

#define MASK_PORT 0x21

static volatile uint16_t *const cells = (volatile uint16_t *)0xb8000;

uint64_t screen(uint64_t size) { return fill_and_scroll(cells, size); }

uint64_t ports(uint64_t size) {
  uint64_t checksum = 0;
  for (uint64_t i = 0; i < size; i++) {
    uint8_t mask = (uint8_t)(i ^ i >> 8), read;
    __asm__ volatile("outb %0, %w1" : : "a"(mask), "d"(MASK_PORT));
    __asm__ volatile("inb %w1, %0" : "=a"(read) : "d"(MASK_PORT));
    checksum += read;
  }
  return mix(checksum, size);
}
