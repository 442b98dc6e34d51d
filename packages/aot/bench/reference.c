/* The programs of programs/ written by hand in C, with the same algorithms and the same results. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- sieve ---- */
static uint8_t flags[1000001];
uint64_t c_sieve(int32_t limit) {
  for (int32_t i = 0; i <= limit; i++) flags[i] = 1;
  for (int32_t i = 2; i * i <= limit; i++)
    if (flags[i])
      for (int32_t j = i * i; j <= limit; j += i) flags[j] = 0;
  uint64_t sum = 0;
  for (int32_t i = 2; i <= limit; i++)
    if (flags[i]) sum += i;
  return sum;
}

/* ---- sha256 ---- */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static uint32_t w[64], h[8];
static inline uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }
static void compress(uint32_t *w, uint32_t *h) {
  for (int i = 16; i < 64; i++) {
    uint32_t x = w[i - 15], y = w[i - 2];
    uint32_t s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >> 3), s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], last = h[7];
  for (int i = 0; i < 64; i++) {
    uint32_t s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    uint32_t t1 = last + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i];
    uint32_t s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    last = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += last;
}
uint64_t c_sha256(int32_t blocks) {
  for (int i = 0; i < 8; i++) h[i] = K[i];
  for (int32_t block = 0; block < blocks; block++) {
    for (int i = 0; i < 16; i++) w[i] = block * 16 + i;
    compress(w, h);
  }
  uint64_t result = 0;
  for (int i = 0; i < 8; i++) result = result * 31 + h[i];
  return result;
}

/* ---- sort ---- */
static int32_t numbers[200000];
static void sort(int32_t *numbers, int32_t low, int32_t high) {
  while (high - low > 12) {
    int32_t pivot = numbers[(low + high) >> 1], i = low, j = high;
    while (i <= j) {
      while (numbers[i] < pivot) i++;
      while (numbers[j] > pivot) j--;
      if (i <= j) {
        int32_t other = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = other;
        i++, j--;
      }
    }
    if (j - low < high - i) {
      sort(numbers, low, j);
      low = i;
    } else {
      sort(numbers, i, high);
      high = j;
    }
  }
  for (int32_t i = low + 1; i <= high; i++) {
    int32_t value = numbers[i], j = i - 1;
    while (j >= low && numbers[j] > value) {
      numbers[j + 1] = numbers[j];
      j--;
    }
    numbers[j + 1] = value;
  }
}
uint64_t c_sort(int32_t count) {
  uint32_t seed = 12345;
  for (int32_t i = 0; i < count; i++) {
    seed = seed * 1664525 + 1013904223;
    numbers[i] = seed >> 3;
  }
  sort(numbers, 0, count - 1);
  uint64_t result = 0;
  for (int32_t i = 0; i < count; i++) result = result * 3 + numbers[i];
  return result;
}

/* ---- queens ---- */
static uint64_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  uint64_t count = 0;
  uint32_t free = all & ~(columns | left | right);
  while (free != 0) {
    uint32_t bit = free & -free;
    free ^= bit;
    count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}
uint64_t c_queens(int32_t size) { return place((1 << size) - 1, 0, 0, 0); }

/* ---- tree: freed after each round, as the collector does it ---- */
struct node {
  struct node *left, *right;
  uint32_t key;
};
static struct node *new_node(uint32_t key) {
  struct node *node = malloc(sizeof *node);
  node->left = node->right = 0;
  node->key = key;
  return node;
}
static struct node *insert(struct node *root, uint32_t key) {
  if (!root) return new_node(key);
  struct node *node = root;
  for (;;) {
    if (key < node->key) {
      if (!node->left) {
        node->left = new_node(key);
        return root;
      }
      node = node->left;
    } else {
      if (!node->right) {
        node->right = new_node(key);
        return root;
      }
      node = node->right;
    }
  }
}
static uint64_t sum(const struct node *node, uint32_t depth) {
  if (!node) return 0;
  return (uint64_t)node->key * depth + sum(node->left, depth + 1) + sum(node->right, depth + 1);
}
static void free_tree(struct node *node) {
  if (!node) return;
  free_tree(node->left);
  free_tree(node->right);
  free(node);
}
uint64_t c_tree(int32_t count) {
  uint64_t result = 0;
  for (uint32_t round = 1; round <= 5; round++) {
    uint32_t seed = round;
    struct node *root = 0;
    for (int32_t i = 0; i < count; i++) {
      seed = seed * 1664525 + 1013904223;
      root = insert(root, seed >> 4);
    }
    result += sum(root, 1);
    free_tree(root);
  }
  return result;
}

/* ---- map: chained buckets over an array of entries, keys are UTF-16, hash is XXH32: what the library's Map does ---- */
struct string {
  uint32_t length;
  uint16_t units[];
};
struct entry {
  const struct string *key;
  int32_t value;
  struct entry *next;
};
struct map {
  struct entry **buckets, *entries;
  uint32_t mask, capacity, count;
};
static const uint32_t P1 = 2654435761u, P2 = 2246822519u, P3 = 3266489917u, P4 = 668265263u, P5 = 374761393u;
static inline uint32_t rotl(uint32_t x, int n) { return x << n | x >> (32 - n); }
static inline uint32_t load32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}
static uint32_t hash_string(const struct string *key) {
  const uint8_t *at = (const uint8_t *)key->units;
  uint32_t length = key->length << 1, hash = length;
  if (length >= 16) {
    uint32_t s1 = P1 + P2, s2 = P2, s3 = 0, s4 = -P1;
    const uint8_t *end = at + length - 16;
    while (at <= end) {
      s1 = rotl(s1 + load32(at) * P2, 13) * P1;
      s2 = rotl(s2 + load32(at + 4) * P2, 13) * P1;
      s3 = rotl(s3 + load32(at + 8) * P2, 13) * P1;
      s4 = rotl(s4 + load32(at + 12) * P2, 13) * P1;
      at += 16;
    }
    hash += rotl(s1, 1) + rotl(s2, 7) + rotl(s3, 12) + rotl(s4, 18);
  } else hash += P5;
  const uint8_t *end = (const uint8_t *)key->units + length;
  for (; at + 4 <= end; at += 4) hash = rotl(hash + load32(at) * P3, 17) * P4;
  for (; at < end; at++) hash = rotl(hash + *at * P5, 11) * P1;
  hash = (hash ^ hash >> 15) * P2;
  hash = (hash ^ hash >> 13) * P3;
  return hash ^ hash >> 16;
}
static int equal(const struct string *a, const struct string *b) {
  return a == b || (a->length == b->length && memcmp(a->units, b->units, a->length * 2) == 0);
}
static struct entry *find(const struct map *map, const struct string *key, uint32_t hash) {
  for (struct entry *entry = map->buckets[hash & map->mask]; entry; entry = entry->next)
    if (equal(entry->key, key)) return entry;
  return 0;
}
static void rehash(struct map *map, uint32_t mask) {
  struct entry **buckets = calloc(mask + 1, sizeof *buckets);
  uint32_t capacity = (mask + 1) * 8 / 3;
  struct entry *entries = malloc(capacity * sizeof *entries);
  for (uint32_t i = 0; i < map->count; i++) {
    entries[i] = map->entries[i];
    uint32_t bucket = hash_string(entries[i].key) & mask;
    entries[i].next = buckets[bucket];
    buckets[bucket] = &entries[i];
  }
  free(map->buckets);
  free(map->entries);
  *map = (struct map){buckets, entries, mask, capacity, map->count};
}
static void set(struct map *map, const struct string *key, int32_t value) {
  uint32_t hash = hash_string(key);
  struct entry *entry = find(map, key, hash);
  if (entry) {
    entry->value = value;
    return;
  }
  if (map->count == map->capacity) rehash(map, (map->mask << 1) | 1);
  entry = &map->entries[map->count++];
  *entry = (struct entry){key, value, map->buckets[hash & map->mask]};
  map->buckets[hash & map->mask] = entry;
}
static int32_t get(const struct map *map, const struct string *key) { return find(map, key, hash_string(key))->value; }

enum { WORDS = 1000 };
uint64_t c_map(int32_t count) {
  struct string *words[WORDS];
  struct map map = {0};
  rehash(&map, 3);
  for (int i = 0; i < WORDS; i++) {
    char text[40];
    uint32_t length = snprintf(text, sizeof text, "word number %d", i * 7919);
    words[i] = malloc(sizeof(struct string) + 2 * length);
    words[i]->length = length;
    for (uint32_t j = 0; j < length; j++) words[i]->units[j] = text[j];
    set(&map, words[i], i);
  }
  uint32_t seed = 1;
  uint64_t result = 0;
  for (int32_t i = 0; i < count; i++) {
    seed = seed * 1664525 + 1013904223;
    set(&map, words[(seed >> 8) % WORDS], i);
    seed = seed * 1664525 + 1013904223;
    result = result * 7 + get(&map, words[(seed >> 8) % WORDS]);
  }
  result += map.count;
  for (int i = 0; i < WORDS; i++) free(words[i]);
  free(map.buckets);
  free(map.entries);
  return result;
}

/* ---- arithmetic ---- */
static uint64_t power(uint64_t base, uint64_t exponent, uint64_t modulus) {
  uint64_t result = 1;
  base %= modulus;
  while (exponent != 0) {
    if (exponent & 1) result = (result * base) % modulus;
    base = (base * base) % modulus;
    exponent >>= 1;
  }
  return result;
}
uint64_t c_arithmetic(int32_t rounds) {
  uint64_t state = 0x9e3779b97f4a7000, result = 0;
  for (int32_t i = 0; i < rounds; i++) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    uint64_t value = state * 0x2545f4914f6cdd1d;
    result += power(value >> 40, (value & 0xff) | 1, 0xfffffffb);
    result = (result << 7 | result >> 57) ^ (value / ((state >> 48) | 1));
    result += (value ? __builtin_clzll(value) : 64) + ((uint64_t)__builtin_ctzll(value | 1ull << 40) << 1);
    result ^= (uint64_t)(((int64_t)value >> 5) % 1000003);
  }
  return result;
}
