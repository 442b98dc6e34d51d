/*
 * Code that changes: `patch` writes another constant into an instruction before each call of it; `generate` writes functions of
 * forty instructions, each to another place, and runs each 32 times, as a compiler at run time does. self-modifying-model.c
 * computes the same checksums. Stores to code need nothing else on x86 (SDM Vol. 3A 13.1.3: a branch comes between).
 */
#include "self-modifying.h"

typedef uint32_t code_function(uint32_t);

#define CODE_BYTES 65536
static uint8_t code[CODE_BYTES] __attribute__((aligned(4096)));

/* eax = argument: mov eax, edi; in 32-bit code the argument is on the stack: mov eax, [esp + 4]. */
#ifdef __x86_64__
#define LOAD_ARGUMENT {0x89, 0xf8}
#else
#define LOAD_ARGUMENT {0x8b, 0x44, 0x24, 0x04}
#endif
static const uint8_t load_argument[] = LOAD_ARGUMENT;
#define RET 0xc3

static uint8_t *put(uint8_t *at, uint8_t opcode, uint32_t constant) {
  *at = opcode;
  for (int i = 0; i < 4; i++) at[1 + i] = (uint8_t)(constant >> 8 * i);
  return at + 5;
}

static uint8_t *put_start(uint8_t *at) {
  for (unsigned i = 0; i < sizeof load_argument; i++) *at++ = load_argument[i];
  return at;
}

uint64_t patch(uint64_t size) {
  uint64_t checksum = 0;
  uint8_t *constant = put_start(code) + 1;
  *put(put_start(code), opcodes[0], 0) = RET;
  for (uint64_t i = 0; i < size; i++) {
    *(volatile uint32_t *)constant = (uint32_t)i;
    checksum = mix(checksum, ((code_function *)code)((uint32_t)i));
  }
  return checksum;
}

uint64_t generate(uint64_t size) {
  uint64_t checksum = 0, state = 47;
  uint32_t place = 0;
  for (uint64_t i = 0; i < size; i++) {
    uint8_t *start = code + place, *at = put_start(start);
    for (int j = 0; j < INSTRUCTIONS; j++) {
      uint32_t random = next_random(&state);
      at = put(at, opcodes[random >> 30], random);
    }
    *at = RET;
    uint32_t value = (uint32_t)i;
    for (int run = 0; run < RUNS; run++) value = ((code_function *)start)(value);
    checksum = mix(checksum, value);
    place = (place + 256) % CODE_BYTES;
  }
  return checksum;
}
