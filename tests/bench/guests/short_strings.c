/* String instructions on few bytes, as compilers and C libraries use them for copies, fills, lengths and comparisons: 1 to 40 bytes at
 * any alignment, `size` rounds. */
#include "guest.h"

#define BYTES 4096
static uint8_t from[BYTES + 64], to[BYTES + 64];

static void copy(void *target, const void *source, uint64_t count) {
  __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(count) : : "memory");
}

static void fill(void *target, uint8_t value, uint64_t count) {
  __asm__ volatile("rep stosb" : "+D"(target), "+c"(count) : "a"(value) : "memory");
}

/* Bytes before the first `value`, or `count`. */
static uint64_t length(const void *text, uint8_t value, uint64_t count) {
  uint64_t left = count;
  __asm__ volatile("repne scasb" : "+D"(text), "+c"(left) : "a"(value) : "memory", "cc");
  return count - left;
}

/* Bytes until the first difference, with it. */
static uint64_t equal(const void *a, const void *b, uint64_t count) {
  uint64_t left = count;
  __asm__ volatile("repe cmpsb" : "+S"(a), "+D"(b), "+c"(left) : : "memory", "cc");
  return count - left;
}

uint64_t short_strings(uint64_t size) {
  uint64_t state = 37, checksum = 0;
  for (int i = 0; i < BYTES + 64; i++) from[i] = (uint8_t)(next_random(&state) & 31);
  for (uint64_t round = 0; round < size; round++) {
    uint32_t random = next_random(&state);
    uint32_t place = random & (BYTES - 1), other = random >> 12 & (BYTES - 1), count = 1 + (random >> 24) % 40;
    copy(to + other, from + place, count);
    checksum += equal(to + other, from + place, count + 8) + length(from + place, 7, 40);
    fill(to + place, (uint8_t)random, count & 15);
  }
  for (int i = 0; i < BYTES; i++) checksum = mix(checksum, to[i]);
  return checksum;
}
