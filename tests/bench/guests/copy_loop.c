/* Loads and stores in sequence: 16 KiB copied word by word in a loop, `size` times. */
#include "guest.h"

#define WORDS 2048
static uint64_t from[WORDS], to[WORDS];

uint64_t copy_loop(uint64_t size) {
  uint64_t state = 11;
  for (int i = 0; i < WORDS; i++) from[i] = next_random(&state);
  for (uint64_t round = 0; round < size; round++) {
    from[round % WORDS] += round;
    for (int i = 0; i < WORDS; i++) to[i] = from[i];
    from[(round + 1) % WORDS] ^= to[round % WORDS];
  }
  uint64_t checksum = 0;
  for (int i = 0; i < WORDS; i++) checksum = mix(checksum, to[i]);
  return checksum;
}
