/* What the guests that write code share with their model. */
#pragma once
#include "guest.h"

#define INSTRUCTIONS 40
#define RUNS 32

/* ADD, OR, XOR and SUB of EAX and a 32-bit constant, by the top bits of a random number. */
static const uint8_t opcodes[4] = {0x05, 0x0d, 0x35, 0x2d};
