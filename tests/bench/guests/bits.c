/* Bit manipulation: shifts by a variable, bit scans, population counts, conditional moves and sets, bytes and words. */
#include "guest.h"

uint64_t bits(uint64_t size) {
  uint64_t checksum = 0, state = 17;
  for (uint64_t i = 0; i < size; i++) {
    uint64_t value = (uint64_t)next_random(&state) << 32 | next_random(&state) | 1;
    int low = __builtin_ctzll(value >> (i & 31) | 1ull << 63);
    int high = 63 - __builtin_clzll(value);
    uint64_t count = 0;
    for (uint64_t rest = value & 0xffffffff; rest != 0; rest &= rest - 1) count++;
    int64_t shifted = (int64_t)value >> (low & 63);
    int16_t word = (int16_t)(value >> 7);
    int8_t byte = (int8_t)(value >> 19);
    checksum += (uint64_t)(shifted < word ? shifted : word) + (value << (high & 31)) + (count > 16);
    checksum ^= (uint64_t)(int64_t)(byte < 0 ? -byte : byte) << (count & 63) | (value >> (i & 63) & 1);
  }
  return checksum;
}
