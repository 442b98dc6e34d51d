/* The same kind of work on 64-bit registers. */
#include "guest.h"

uint64_t alu64(uint64_t size) {
  uint64_t a = 0x123456789abcdef0, b = 0x0fedcba987654321, c = 1;
  for (uint64_t i = 0; i < size; i++) {
    a ^= a << 13;
    a ^= a >> 7;
    a ^= a << 17;
    b = (b << 23 | b >> 41) + a;
    c = c * 6364136223846793005u + (b & 0xffffff);
    b -= c ^ a;
  }
  return mix(mix(a, b), c);
}
