/* The native program's stand-in for self-modifying.c: the same arithmetic without writing code. */
#include "self-modifying.h"

static uint32_t execute(uint8_t opcode, uint32_t value, uint32_t constant) {
  switch (opcode) {
    case 0x05: return value + constant;
    case 0x0d: return value | constant;
    case 0x35: return value ^ constant;
    default: return value - constant;
  }
}

uint64_t patch(uint64_t size) {
  uint64_t checksum = 0;
  for (uint64_t i = 0; i < size; i++) checksum = mix(checksum, execute(opcodes[0], (uint32_t)i, (uint32_t)i));
  return checksum;
}

uint64_t generate(uint64_t size) {
  uint64_t checksum = 0, state = 47;
  for (uint64_t i = 0; i < size; i++) {
    uint32_t constants[INSTRUCTIONS], value = (uint32_t)i;
    for (int j = 0; j < INSTRUCTIONS; j++) constants[j] = next_random(&state);
    for (int run = 0; run < RUNS; run++)
      for (int j = 0; j < INSTRUCTIONS; j++) value = execute(opcodes[constants[j] >> 30], value, constants[j]);
    checksum = mix(checksum, value);
  }
  return checksum;
}
