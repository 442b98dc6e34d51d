/* String instructions: 16 KiB moved by REP MOVSQ, 1 KiB by REP MOVSB, 4 KiB filled by REP STOSQ, `size` times. */
#include "guest.h"

#define WORDS 2048
static uint64_t from[WORDS], to[WORDS + 1];

static void move_words(void *target, const void *source, uint64_t count) {
  __asm__ volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(count) : : "memory");
}

static void move_bytes(void *target, const void *source, uint64_t count) {
  __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(count) : : "memory");
}

static void fill_words(void *target, uint64_t value, uint64_t count) {
  __asm__ volatile("rep stosq" : "+D"(target), "+c"(count) : "a"(value) : "memory");
}

uint64_t rep_movs(uint64_t size) {
  uint64_t state = 13;
  for (int i = 0; i < WORDS; i++) from[i] = next_random(&state);
  for (uint64_t round = 0; round < size; round++) {
    from[round % WORDS] += round;
    move_words(to, from, WORDS);
    move_bytes((uint8_t *)to + 1024 + round % 7, from, 1024);
    fill_words(from + WORDS / 2, to[round % WORDS], 512);
  }
  uint64_t checksum = 0;
  for (int i = 0; i < WORDS; i++) checksum = mix(checksum, to[i] ^ from[i]);
  return checksum;
}
