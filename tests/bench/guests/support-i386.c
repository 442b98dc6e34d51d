/* What gcc leaves to its library in 32-bit code. */
#include <stdint.h>

int __ctzdi2(uint64_t value) {
  uint32_t low = (uint32_t)value;
  return low ? __builtin_ctz(low) : 32 + __builtin_ctz((uint32_t)(value >> 32));
}
