/* Locked instructions: a ticket lock, counters and a set of bits, as if several processors shared them; `size` rounds. */
#include "guest.h"

#define COUNTERS 64

static uint32_t next_ticket, now_serving, held, counters[COUNTERS];
static uintptr_t head;

uint64_t atomic(uint64_t size) {
  uint64_t checksum = 0;
  uint32_t value = 17;
  for (uint64_t i = 0; i < size; i++) {
    value = value * 1664525 + 1013904223;
    uint32_t ticket = __atomic_fetch_add(&next_ticket, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&now_serving, __ATOMIC_ACQUIRE) != ticket);
    uint32_t *counter = &counters[value >> 26];
    __atomic_add_fetch(counter, value & 7, __ATOMIC_SEQ_CST);
    __atomic_fetch_or(&held, (uint32_t)1 << (value >> 27), __ATOMIC_SEQ_CST);
    if (value & 1) __atomic_fetch_and(&held, ~((uint32_t)1 << (value & 31)), __ATOMIC_SEQ_CST);
    uintptr_t old = __atomic_load_n(&head, __ATOMIC_RELAXED);
    __atomic_compare_exchange_n(&head, &old, old + ticket, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    checksum += __atomic_exchange_n(counter, *counter + 1, __ATOMIC_SEQ_CST) ^ held;
    __atomic_fetch_add(&now_serving, 1, __ATOMIC_SEQ_CST);
  }
  return mix(checksum, (uint32_t)head);
}
