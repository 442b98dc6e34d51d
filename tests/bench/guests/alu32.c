/* 32-bit arithmetic in registers: add, subtract, multiply, shift, rotate, logic; nothing touches memory. */
#include "guest.h"

uint64_t alu32(uint64_t size) {
  uint32_t a = 0x12345678, b = 0x9abcdef0, c = 1;
  for (uint64_t i = 0; i < size; i++) {
    a ^= a << 13;
    a ^= a >> 17;
    a ^= a << 5;
    b = (b << 7 | b >> 25) + a;
    c = c * 1664525 + (b & 0xffff);
    b -= c ^ a;
  }
  return mix(mix(a, b), c);
}
