/*
 * Indirect jumps: an interpreter of a small stack machine, through a table of labels. Its program computes the number of
 * steps of a subtractive Euclid for many pairs; `size` pairs.
 */
#include "guest.h"

enum { PUSH, LOAD, STORE, SUBTRACT, ADD, JUMP, JUMP_UNLESS_LESS, JUMP_UNLESS_EQUAL, HALT };

/* Variables: 0 = a, 1 = b, 2 = steps. Branch targets are indices. */
static const uint8_t program[] = {
  /*  0 */ LOAD, 0, LOAD, 1, JUMP_UNLESS_EQUAL, 7, HALT,
  /*  7 */ LOAD, 2, PUSH, 1, ADD, STORE, 2,
  /* 14 */ LOAD, 0, LOAD, 1, JUMP_UNLESS_LESS, 29,
  /* 20 */ LOAD, 1, LOAD, 0, SUBTRACT, STORE, 1, JUMP, 0,
  /* 29 */ LOAD, 0, LOAD, 1, SUBTRACT, STORE, 0, JUMP, 0,
};

static uint64_t interpret(uint64_t variables[3]) {
  static const void *const labels[] = {
    &&push, &&load, &&store, &&subtract, &&add, &&jump, &&jump_unless_less, &&jump_unless_equal, &&halt,
  };
  uint64_t stack[8], *top = stack;
  const uint8_t *at = program;
#define NEXT goto *labels[*at++]
  NEXT;
push: *top++ = *at++; NEXT;
load: *top++ = variables[*at++]; NEXT;
store: variables[*at++] = *--top; NEXT;
subtract: top--; top[-1] -= *top; NEXT;
add: top--; top[-1] += *top; NEXT;
jump: at = program + *at; NEXT;
jump_unless_less: top -= 2; at = top[0] < top[1] ? at + 1 : program + *at; NEXT;
jump_unless_equal: top -= 2; at = top[0] == top[1] ? at + 1 : program + *at; NEXT;
halt: return variables[2];
}

uint64_t bytecode(uint64_t size) {
  uint64_t checksum = 0, state = 5;
  for (uint64_t i = 0; i < size; i++) {
    uint64_t variables[3] = {(next_random(&state) & 1023) + 1, (next_random(&state) & 1023) + 1, 0};
    checksum = mix(checksum, interpret(variables) << 32 | variables[0]);
  }
  return checksum;
}
