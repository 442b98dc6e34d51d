/* Divisions in 32 and 64 bits, signed and unsigned, and the full 128-bit product. */
#include "guest.h"

uint64_t divide(uint64_t size) {
  uint64_t checksum = 0, state = 42;
  for (uint64_t i = 0; i < size; i++) {
    uint64_t a = next_random(&state), b = next_random(&state) | 1;
    checksum += (uint32_t)a / (uint32_t)(b >> 12 | 1) + (uint32_t)a % (uint32_t)b;
    checksum ^= (a << 32 | b) / (b | 1 << 9);
    checksum += (uint64_t)((int64_t)(checksum | 1) / (int32_t)(a | 3));
    checksum ^= (uint64_t)((unsigned __int128)checksum * (a << 31 | b) >> 64);
  }
  return checksum;
}
