/* Table look-ups and byte loads: CRC-32 (ISO 3309) of a pseudo-random KiB, `size` times. */
#include "guest.h"

static uint32_t table[256];
static uint8_t message[1024];

uint64_t crc32(uint64_t size) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
    table[i] = value;
  }
  uint64_t state = 7;
  for (uint32_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)next_random(&state);
  uint32_t crc = 0xffffffff;
  for (uint64_t round = 0; round < size; round++) {
    for (uint32_t i = 0; i < sizeof message; i++) crc = crc >> 8 ^ table[(crc ^ message[i]) & 255];
  }
  return ~crc;
}
