/* Times one program, compiled natively, against its C version: both in this process, in turns.
   argv: image file, base, size in memory, run address, start address, parameter, rounds, name.
   Prints "result_c result_native" and then one line "seconds_c seconds_native" per round. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define PROGRAMS(X) X(sieve) X(sha256) X(sort) X(queens) X(tree) X(map) X(arithmetic)
#define DECLARE(name) uint64_t c_##name(int32_t);
PROGRAMS(DECLARE)

/* Time that this thread was running, so that other work on the machine counts less. */
static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  if (argc != 9) return 2;
  uint64_t base = strtoull(argv[2], 0, 16), size = strtoull(argv[3], 0, 16);
  uint64_t (*native)(uint32_t) = (void *)strtoull(argv[4], 0, 16);
  void (*start)(void) = (void *)strtoull(argv[5], 0, 16);
  int32_t parameter = atoi(argv[6]);
  int rounds = atoi(argv[7]);
  uint64_t (*c)(int32_t) = 0;
#define CHOOSE(name) if (strcmp(argv[8], #name) == 0) c = c_##name;
  PROGRAMS(CHOOSE)
  if (!c) return 3;
  void *memory = mmap((void *)base, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != (void *)base) { perror("mmap"); return 4; }
  FILE *image = fopen(argv[1], "rb");
  if (!image || fread(memory, 1, size, image) == 0) { perror("image"); return 5; }
  start();
  /* The first round fills caches and heaps. */
  uint64_t of_c = c(parameter), of_native = native(parameter);
  printf("%lx %lx\n", of_c, of_native);
  for (int round = 0; round < rounds; round++) {
    double begin = seconds();
    c(parameter);
    double middle = seconds();
    native(parameter);
    double end = seconds();
    printf("%.9f %.9f\n", middle - begin, end - middle);
  }
  return 0;
}
