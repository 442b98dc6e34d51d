/* Byte stores with a stride: the sieve of Eratosthenes over 256 KiB. */
#include "guest.h"

#define LIMIT (256 * 1024)
static uint8_t composite[LIMIT];

uint64_t sieve(uint64_t size) {
  uint64_t checksum = 0;
  for (uint64_t round = 0; round < size; round++) {
    for (uint32_t i = 0; i < LIMIT; i++) composite[i] = 0;
    uint32_t primes = 0, last = 0;
    for (uint32_t i = 2; i < LIMIT; i++) {
      if (composite[i]) continue;
      primes++;
      last = i;
      for (uint32_t multiple = 2 * i; multiple < LIMIT; multiple += i) composite[multiple] = 1;
    }
    checksum = mix(checksum, (uint64_t)primes << 32 | last);
  }
  return checksum;
}
