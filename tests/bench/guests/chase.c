/* Pointers that lead all over 8 MiB, a cache line each: every load waits for the one before and needs another page. */
#include "guest.h"

#define NODES (1 << 17)

static struct node {
  struct node *next;
  uint64_t value;
} __attribute__((aligned(64))) nodes[NODES];

uint64_t chase(uint64_t size) {
  uint64_t state = 29, checksum = 0;
  /* Sattolo's shuffle: one cycle through all nodes. */
  for (uint32_t i = 0; i < NODES; i++) nodes[i] = (struct node){&nodes[i], i};
  for (uint32_t i = NODES - 1; i > 0; i--) {
    uint32_t other = (uint32_t)((uint64_t)next_random(&state) * i >> 32);
    struct node *next = nodes[i].next;
    nodes[i].next = nodes[other].next;
    nodes[other].next = next;
  }
  const struct node *at = nodes;
  for (uint64_t i = 0; i < size; i++) {
    checksum += at->value;
    at = at->next;
  }
  return mix(checksum, at->value);
}
