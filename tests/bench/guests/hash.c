/* A hash table with open addressing: 48-bit keys are added, looked up and taken out again; probes run over a megabyte. */
#include "guest.h"

#define SLOTS 65536
#define LIVE 40000

static struct slot {
  uint64_t key, value;
} slots[SLOTS];

static uint32_t home_of(uint64_t key) { return (uint32_t)(key * 0x9e3779b97f4a7c15u >> 48); }

/* The slot that has the key, or the free one where it belongs. */
static uint32_t find(uint64_t key) {
  uint32_t at = home_of(key);
  while (slots[at].key && slots[at].key != key) at = (at + 1) % SLOTS;
  return at;
}

/* Knuth's algorithm R: what a gap would cut off from its home moves into the gap. */
static void take_out(uint32_t at) {
  for (uint32_t gap = at;;) {
    slots[gap].key = 0;
    do {
      at = (at + 1) % SLOTS;
      if (!slots[at].key) return;
    } while ((at - home_of(slots[at].key)) % SLOTS < (at - gap) % SLOTS);
    slots[gap] = slots[at];
    gap = at;
  }
}

static uint64_t key_of(uint64_t number) { return ((number + 1) * 0xd1342543de82ef95u) >> 16 | 1; }

uint64_t hash(uint64_t size) {
  uint64_t checksum = 0, state = 23;
  for (uint32_t i = 0; i < SLOTS; i++) slots[i].key = 0;
  for (uint64_t i = 0; i < size; i++) {
    uint32_t at = find(key_of(i));
    if (slots[at].key) slots[at].value += i;
    else slots[at] = (struct slot){key_of(i), i};
    /* One of those that may be there, or may have gone. */
    at = find(key_of(i - next_random(&state) % (LIVE + LIVE / 4)));
    checksum += slots[at].key ? slots[at].value : 1;
    if (i < LIVE) continue;
    at = find(key_of(i - LIVE));
    checksum ^= slots[at].value;
    if (slots[at].key) take_out(at);
  }
  return mix(checksum, slots[find(key_of(size - 1))].value);
}
