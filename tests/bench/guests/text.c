/* Strings and linked lists: words made of bytes, counted in a hash table with chains; signed compares, pointer chasing. */
#include "guest.h"

#define BUCKETS 256
#define WORDS 1024

struct entry {
  struct entry *next;
  int32_t uses;
  int16_t length;
  char letters[10];
};

static struct entry entries[WORDS];
static struct entry *buckets[BUCKETS];

static int compare(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (unsigned char)*a - (unsigned char)*b;
}

uint64_t text(uint64_t size) {
  uint64_t state = 19, checksum = 0;
  int used = 0;
  for (int i = 0; i < BUCKETS; i++) buckets[i] = 0;
  for (uint64_t i = 0; i < size; i++) {
    char word[10];
    uint32_t random = next_random(&state);
    int length = 1 + (int)(random & 3);
    for (int j = 0; j < length; j++) word[j] = (char)('a' + (random >> (4 + 3 * j) & 7));
    word[length] = 0;
    uint32_t hash = 0;
    for (const char *at = word; *at; at++) hash = hash * 33 + (unsigned char)*at;
    struct entry **link = &buckets[hash % BUCKETS], *entry = *link;
    while (entry && compare(entry->letters, word) < 0) link = &entry->next, entry = *link;
    if (entry && compare(entry->letters, word) == 0) {
      checksum += (uint64_t)++entry->uses;
    } else if (used < WORDS) {
      struct entry *made = &entries[used++];
      made->next = entry;
      made->uses = -3;
      made->length = (int16_t)length;
      for (int j = 0; j <= length; j++) made->letters[j] = word[j];
      *link = made;
    } else {
      checksum -= hash;
    }
  }
  for (int i = 0; i < used; i++) {
    checksum = mix(checksum, (uint64_t)(int64_t)(entries[i].uses < 0 ? entries[i].length : entries[i].uses));
  }
  return checksum;
}
