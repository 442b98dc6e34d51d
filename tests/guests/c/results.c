/* Some forty results of integer code as compilers emit it: 64 and 128-bit arithmetic, sorting, hashing, strings, bit
 * operations, function pointers, varargs, setjmp. Freestanding; the only thing it needs is a function that prints a character. */
#include "results.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 u128;
typedef __int128 i128;

static void (*emit)(char);

static void text(const char *s) {
  while (*s) emit(*s++);
}

static void hex(uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) emit("0123456789abcdef"[(value >> shift) & 15]);
}

static void show(const char *name, uint64_t value) {
  text(name);
  emit(' ');
  hex(value);
  emit('\n');
}

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static volatile uint64_t opaque = 0x0123456789abcdefu;

/* --- arithmetic --- */
static uint64_t mix(uint64_t a, uint64_t b, int rounds) {
  for (int i = 0; i < rounds; i++) {
    a += b * 0x9e3779b97f4a7c15u;
    a ^= a >> 29;
    b -= a;
    b = (b << 23) | (b >> 41);
    a += b / ((a & 0xffff) + 1) + b % ((a >> 50) + 3);
  }
  return a ^ b;
}

static int64_t signed_mix(int64_t a, int32_t b, int16_t c, int8_t d) {
  int64_t sum = 0;
  for (int i = 0; i < 200; i++) {
    sum += a / (b | 1) + a % (c | 1) - (a >> 3) + d * (int64_t)b;
    a = (int64_t)((uint64_t)a * 6364136223846793005u + 1442695040888963407u);
    b = (int32_t)((uint32_t)b * 1664525u + 1013904223u);
    c = (int16_t)(c * 31 + 7);
    d = (int8_t)(d * 5 + 3);
  }
  return sum;
}

static uint64_t mulhi(uint64_t a, uint64_t b) { return (uint64_t)(((u128)a * b) >> 64); }

static uint64_t divide128(uint64_t high, uint64_t low, uint64_t by) {
  u128 value = ((u128)high << 64) | low, quotient = 0;
  for (int i = 0; i < 128; i++) {
    quotient <<= 1;
    if ((value >> (127 - i)) >= by) {
      value -= (u128)by << (127 - i);
      quotient |= 1;
    }
  }
  return (uint64_t)quotient ^ (uint64_t)(quotient >> 64) ^ (uint64_t)value;
}

static uint64_t power_mod(uint64_t base, uint64_t exponent, uint64_t modulus) {
  uint64_t result = 1;
  for (; exponent; exponent >>= 1) {
    u128 product;
    if (exponent & 1) {
      product = (u128)result * base;
      result = (uint64_t)(product >> 61) + (uint64_t)(product & modulus);
      if (result >= modulus) result -= modulus;
    }
    product = (u128)base * base;
    base = (uint64_t)(product >> 61) + (uint64_t)(product & modulus);
    if (base >= modulus) base -= modulus;
  }
  return result;
}

static uint64_t gcd(uint64_t a, uint64_t b) {
  while (b) {
    uint64_t t = a % b;
    a = b;
    b = t;
  }
  return a;
}

static uint32_t isqrt(uint64_t n) {
  uint64_t root = 0;
  for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
    if ((root | bit) * (root | bit) <= n) root |= bit;
  return (uint32_t)root;
}

static uint64_t fibonacci(unsigned n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static unsigned ackermann(unsigned m, unsigned n) {
  return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

/* --- sorting --- */
#define COUNT 500
static uint32_t numbers[COUNT];
static uint64_t wide[COUNT];

static void fill(void) {
  for (int i = 0; i < COUNT; i++) {
    numbers[i] = (uint32_t)next();
    wide[i] = next();
  }
}

static uint64_t checksum(void) {
  uint64_t sum = 0;
  for (int i = 0; i < COUNT; i++) sum = sum * 1099511628211u + numbers[i];
  return sum;
}

static void quicksort(uint32_t *a, int low, int high) {
  if (low >= high) return;
  uint32_t pivot = a[(low + high) / 2];
  int i = low, j = high;
  while (i <= j) {
    while (a[i] < pivot) i++;
    while (a[j] > pivot) j--;
    if (i <= j) {
      uint32_t t = a[i];
      a[i++] = a[j];
      a[j--] = t;
    }
  }
  quicksort(a, low, j);
  quicksort(a, i, high);
}

static void heapsort(uint64_t *a, int n) {
  for (int start = n / 2 - 1, end = n; end > 1;) {
    if (start >= 0) start--;
    else {
      end--;
      uint64_t t = a[0];
      a[0] = a[end];
      a[end] = t;
    }
    int root = start + 1 > 0 ? start + 1 : 0;
    for (int child; (child = 2 * root + 1) < end; root = child) {
      if (child + 1 < end && a[child] < a[child + 1]) child++;
      if (a[root] >= a[child]) break;
      uint64_t t = a[root];
      a[root] = a[child];
      a[child] = t;
    }
  }
}

static void sort_by(int16_t *a, int n, int (*before)(int, int)) {
  for (int i = 1; i < n; i++)
    for (int j = i; j > 0 && before(a[j], a[j - 1]); j--) {
      int16_t t = a[j];
      a[j] = a[j - 1];
      a[j - 1] = t;
    }
}

static int ascending(int a, int b) { return a < b; }
static int by_low_digit(int a, int b) { return (a & 15) < (b & 15) || ((a & 15) == (b & 15) && a > b); }

/* --- hashing --- */
static uint32_t crc32(const uint8_t *data, size_t n) {
  uint32_t crc = ~0u;
  while (n--) {
    crc ^= *data++;
    for (int i = 0; i < 8; i++) crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
  }
  return ~crc;
}

static uint32_t adler32(const uint8_t *data, size_t n) {
  uint32_t a = 1, b = 0;
  while (n--) {
    a = (a + *data++) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

static uint64_t fnv(const char *s) {
  uint64_t hash = 14695981039346656037u;
  while (*s) hash = (hash ^ (uint8_t)*s++) * 1099511628211u;
  return hash;
}

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* SHA-256 of one padded block of up to 55 bytes (FIPS 180-4). */
static uint64_t sha256(const char *message) {
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t block[64] = {0};
  unsigned length = 0;
  while (message[length]) block[length] = (uint8_t)message[length], length++;
  block[length] = 0x80;
  block[62] = (uint8_t)(length * 8 >> 8);
  block[63] = (uint8_t)(length * 8);
  uint32_t w[64];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t v[8];
  for (int i = 0; i < 8; i++) v[i] = h[i];
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
    uint32_t t2 = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    for (int j = 7; j > 0; j--) v[j] = v[j - 1];
    v[4] += t1;
    v[0] = t1 + t2;
  }
  return (uint64_t)(h[0] + v[0]) << 32 | (h[1] + v[1]);
}

/* --- strings --- */
static size_t length(const char *s) {
  size_t n = 0;
  while (s[n]) n++;
  return n;
}

static int compare(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (uint8_t)*a - (uint8_t)*b;
}

static const char *find(const char *haystack, const char *needle) {
  for (; *haystack; haystack++) {
    size_t i = 0;
    while (needle[i] && haystack[i] == needle[i]) i++;
    if (!needle[i]) return haystack;
  }
  return NULL;
}

static char buffer[128];

static void reverse(char *s) {
  for (size_t i = 0, j = length(s); i + 1 < j; i++) {
    char t = s[i];
    s[i] = s[--j];
    s[j] = t;
  }
}

static int64_t parse(const char *s, int base) {
  int negative = *s == '-';
  int64_t value = 0;
  for (s += negative; *s; s++) {
    int digit = *s <= '9' ? *s - '0' : (*s | 32) - 'a' + 10;
    value = value * base + digit;
  }
  return negative ? -value : value;
}

static char *decimal(char *to, int64_t value) {
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  char *p = to;
  do *p++ = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) *p++ = '-';
  *p = 0;
  reverse(to);
  return to;
}

/* --- bits --- */
static int bits(uint64_t x) {
  int n = 0;
  for (; x; x &= x - 1) n++;
  return n;
}

static uint64_t mirror(uint64_t x) {
  uint64_t y = 0;
  for (int i = 0; i < 64; i++) y = y << 1 | (x >> i & 1);
  return y;
}

static uint64_t gray(uint64_t n) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < n; i++) sum = (sum << 3 | sum >> 61) ^ (i ^ i >> 1);
  return sum;
}

/* --- function pointers, varargs, setjmp, structures --- */
static int64_t plus(int64_t a, int64_t b) { return a + b; }
static int64_t minus(int64_t a, int64_t b) { return a - b; }
static int64_t times(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static int64_t (*const operations[])(int64_t, int64_t) = {plus, minus, times, plus, times};

static int64_t sum_of(int count, ...) {
  va_list list;
  va_start(list, count);
  int64_t sum = 0;
  for (int i = 0; i < count; i++) sum = sum * 3 + (i & 1 ? va_arg(list, int64_t) : va_arg(list, int));
  va_end(list);
  return sum;
}

static void *jump_buffer[5];

static __attribute__((noinline)) void descend(int depth) {
  if (depth == 0) __builtin_longjmp(jump_buffer, 1);
  descend(depth - 1);
  opaque++;
}

static __attribute__((noinline)) int jump(void) {
  volatile int returned = 0;
  if (__builtin_setjmp(jump_buffer) == 0) {
    descend(20);
    returned = 1;
  } else returned += 42;
  return returned;
}

struct node {
  struct node *left, *right;
  int32_t key;
  uint16_t height;
};
static struct node pool[300];
static int used;

static struct node *insert(struct node *tree, int32_t key) {
  if (!tree) {
    tree = &pool[used++];
    tree->key = key;
  } else if (key < tree->key) tree->left = insert(tree->left, key);
  else tree->right = insert(tree->right, key);
  int l = tree->left ? tree->left->height : 0, r = tree->right ? tree->right->height : 0;
  tree->height = (uint16_t)(1 + (l > r ? l : r));
  return tree;
}

static uint64_t visit(struct node *tree, uint64_t sum) {
  if (!tree) return sum;
  return visit(tree->right, visit(tree->left, sum) * 31 + (uint32_t)tree->key);
}

static int queens(unsigned n, unsigned columns, unsigned left, unsigned right) {
  unsigned all = (1u << n) - 1;
  if (columns == all) return 1;
  int count = 0;
  for (unsigned free = all & ~(columns | left | right); free; free &= free - 1) {
    unsigned bit = free & -free;
    count += queens(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

static uint64_t sieve(void) {
  static uint8_t composite[20000];
  uint64_t count = 0;
  for (int i = 2; i < 20000; i++) {
    if (composite[i]) continue;
    count = count * 33 + (uint64_t)i;
    for (int j = i + i; j < 20000; j += i) composite[j] = 1;
  }
  return count;
}

static int interpret(const uint8_t *code) {
  int stack[16], top = 0;
  for (;;) {
    switch (*code++) {
      case 0: return stack[top - 1];
      case 1: stack[top++] = *code++; break;
      case 2: top--; stack[top - 1] += stack[top]; break;
      case 3: top--; stack[top - 1] *= stack[top]; break;
      case 4: top--; stack[top - 1] -= stack[top]; break;
      case 5: stack[top] = stack[top - 1]; top++; break;
      case 6: if (stack[--top]) code += (int8_t)*code; else code++; break;
      case 7: stack[top - 1] ^= stack[top - 2]; break;
      default: return -1;
    }
  }
}

static uint64_t matrix(void) {
  static int32_t a[24][24], b[24][24];
  uint64_t sum = 0;
  for (int i = 0; i < 24; i++)
    for (int j = 0; j < 24; j++) a[i][j] = (int32_t)next() % 1000, b[i][j] = (int32_t)next() % 1000;
  for (int i = 0; i < 24; i++)
    for (int j = 0; j < 24; j++) {
      int64_t cell = 0;
      for (int k = 0; k < 24; k++) cell += (int64_t)a[i][k] * b[k][j];
      sum = sum * 131 + (uint64_t)cell;
    }
  return sum;
}

void compute(void (*put)(char)) {
  emit = put;
  uint64_t x = opaque;
  show("mix64", mix(x, 7, 300));
  show("signed", (uint64_t)signed_mix((int64_t)x, -77777, 1234, -5));
  show("mulhi", mulhi(x * 3, ~x));
  show("mul128", (uint64_t)(((i128)(int64_t)~x * (int64_t)x) >> 64));
  show("add128", (uint64_t)((((u128)x << 64 | ~x) + ((u128)(x * 7) << 64 | x * 5)) >> 61));
  show("shift128", (uint64_t)((((u128)x << 64) | ~x) >> (x & 63)));
  show("divide128", divide128(x >> 5, ~x, (x >> 3) | 1));
  show("powmod", power_mod(x % 1000003, x, 0x1fffffffffffffffu));
  show("gcd", gcd(x & ~(uint64_t)255, 720720u * 1024u));
  show("isqrt", isqrt(x));
  show("fibonacci", fibonacci(17));
  show("ackermann", ackermann(2, 9));
  fill();
  quicksort(numbers, 0, COUNT - 1);
  show("quicksort", checksum());
  heapsort(wide, COUNT);
  show("heapsort", wide[0] ^ wide[17] ^ wide[250] ^ wide[COUNT - 1]);
  int16_t small[40];
  for (int i = 0; i < 40; i++) small[i] = (int16_t)next();
  sort_by(small, 40, ascending);
  show("insertion", (uint64_t)small[0] ^ (uint64_t)small[20] << 16 ^ (uint64_t)small[39] << 32);
  sort_by(small, 40, by_low_digit);
  show("callback", (uint64_t)small[0] ^ (uint64_t)small[20] << 16 ^ (uint64_t)small[39] << 32);
  show("crc32", crc32((const uint8_t *)numbers, sizeof numbers));
  show("adler32", adler32((const uint8_t *)numbers, sizeof numbers));
  show("fnv", fnv("the quick brown fox"));
  show("sha256", sha256("abc"));
  const char *sentence = "pack my box with five dozen liquor jugs";
  show("length", length(sentence));
  show("compare", (uint64_t)(int64_t)compare(sentence, "pack my bow"));
  show("find", (uint64_t)(find(sentence, "dozen") - sentence));
  show("notfound", (uint64_t)(find(sentence, "dozens") == NULL));
  show("parse", (uint64_t)parse("-7fffFFFF12345", 16));
  show("decimal", fnv(decimal(buffer, INT64_MIN + 1)));
  show("popcount", (uint64_t)(bits(x) * 100 + bits(~x ^ 5)));
  show("mirror", mirror(x));
  show("gray", gray(1000));
  show("clzctz", (uint64_t)(__builtin_clzll(x) * 1000 + __builtin_ctzll(x << 11)));
  show("bswap", __builtin_bswap64(x) ^ __builtin_bswap32((uint32_t)x));
  int64_t value = (int64_t)x;
  for (int i = 0; i < 25; i++) value = operations[(x >> i) % 5](value, i - 12);
  show("pointers", (uint64_t)value);
  show("varargs", (uint64_t)sum_of(9, -1, (int64_t)x, 3, (int64_t)-4, 5, (int64_t)6, -7, (int64_t)8, 9));
  show("setjmp", (uint64_t)jump());
  struct node *tree = NULL;
  for (int i = 0; i < 300; i++) tree = insert(tree, (int32_t)next());
  show("tree", visit(tree, tree->height));
  show("queens", (uint64_t)queens(7, 0, 0, 0));
  show("sieve", sieve());
  static const uint8_t program[] = {1, 1, 1, 200, 5, 7, 5, 1, 3, 3, 1, 9, 4, 2, 1, 7, 4, 5, 6, 2, 0, 0, 0};
  show("bytecode", (uint64_t)(uint32_t)interpret(program));
  show("matrix", matrix());
  uint8_t byte = (uint8_t)x;
  for (int i = 0; i < 100; i++) byte = (uint8_t)((uint8_t)(byte << 3 | byte >> 5) + i);
  show("bytes", byte);
  uint16_t half = (uint16_t)x;
  for (int i = 0; i < 100; i++) half = (uint16_t)((half >> 5 | half << 11) * 3 - i);
  show("words", half);
}
