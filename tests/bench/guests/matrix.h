/* Products of square matrices, the inner loop over a row and a column. Included with NUMBER, the type of the elements, and NAME,
 * the guest's. */
#include "guest.h"

#define ORDER 60

static NUMBER left[ORDER][ORDER], right[ORDER][ORDER], product[ORDER][ORDER];

uint64_t NAME(uint64_t size) {
  uint64_t state = 31, checksum = 0;
  for (int i = 0; i < ORDER; i++)
    for (int j = 0; j < ORDER; j++) {
      left[i][j] = (NUMBER)(int32_t)(next_random(&state) >> 20) / 3;
      right[i][j] = (NUMBER)(int32_t)(next_random(&state) >> 20) / 3;
    }
  for (uint64_t round = 0; round < size; round++) {
    left[round % ORDER][round / ORDER % ORDER] = (NUMBER)(int32_t)(round & 0xfff) / 3;
    for (int i = 0; i < ORDER; i++)
      for (int j = 0; j < ORDER; j++) {
        NUMBER sum = 0;
        for (int k = 0; k < ORDER; k++) sum += left[i][k] * right[k][j];
        product[i][j] = sum;
      }
    for (int i = 0; i < ORDER; i++) checksum = mix(checksum, (uint64_t)(int64_t)product[i][(i + round) % ORDER]);
  }
  return checksum;
}
