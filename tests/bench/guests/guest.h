/* The bench guests. Each does `size` rounds of one kind of work and returns a checksum of everything it computed. */
#pragma once
#include <stdint.h>

typedef uint64_t guest_function(uint64_t size);

/*
 * X(name): mostly one C file each, the same source in the images and in the native program that gives the expected checksums. There,
 * models of the same work (files whose names end in -model.c) stand for the last two lists.
 */
#define PORTABLE_GUESTS(X) \
  X(empty) X(alu32) X(alu64) X(collatz) X(fib) X(sieve) X(crc32) X(sha256) X(sort) X(copy_loop) X(bytecode) X(bits) X(text) \
  X(hash) X(chase) X(matrix) X(queens) X(dispatch) X(coroutine) X(nbody) X(nbody_x87) X(mandelbrot) X(matrix_double) \
  X(filter) X(pixels) X(packed) X(atomic) X(page_inside) X(page_across) X(page_split) X(cold_code)
#define SELF_MODIFYING_GUESTS(X) X(patch) X(generate)
/* The 32-bit image does without: full products of 64 bits, moves of quadwords, the tables of 64-bit mode. */
#ifdef __x86_64__
#define GUESTS_64(X) X(divide) X(bignum) X(rep_movs) X(short_strings)
#define SYSTEM_GUESTS(X) X(page_fault) X(soft_interrupt) X(breakpoint) X(address_space) X(screen) X(ports)
#else
#define GUESTS_64(X)
#define SYSTEM_GUESTS(X)
#endif
#define ALL_GUESTS(X) PORTABLE_GUESTS(X) GUESTS_64(X) SELF_MODIFYING_GUESTS(X) SYSTEM_GUESTS(X)

#define DECLARE(name) guest_function name;
ALL_GUESTS(DECLARE)
#undef DECLARE

struct guest {
  const char *name;
  guest_function *run;
};
extern const struct guest guests[];
extern const int guest_count;

/* What the page guests share with their model: one page table's worth of pages over a few frames. */
#define WINDOW_PAGES 512
#define WINDOW_FRAMES 64

static inline uint64_t mix(uint64_t checksum, uint64_t value) {
  return (checksum ^ value) * 0x9e3779b97f4a7c15u + (checksum >> 29);
}

/* A linear congruential generator (constants of MMIX); its high half is the useful one. */
static inline uint32_t next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 32);
}
