/* Products of 128 bits and long carries: numbers of 512 bits squared modulo 2^521 - 1, `size` times. */
#include "guest.h"

#define LIMBS 9
#define TOP_BITS 9
#define TOP_MASK ((UINT64_C(1) << TOP_BITS) - 1)

typedef unsigned __int128 uint128;

/* product = a * b, twice as long. */
static void multiply(uint64_t product[2 * LIMBS], const uint64_t a[LIMBS], const uint64_t b[LIMBS]) {
  for (int i = 0; i < 2 * LIMBS; i++) product[i] = 0;
  for (int i = 0; i < LIMBS; i++) {
    uint64_t carry = 0;
    for (int j = 0; j < LIMBS; j++) {
      uint128 sum = (uint128)a[i] * b[j] + product[i + j] + carry;
      product[i + j] = (uint64_t)sum;
      carry = (uint64_t)(sum >> 64);
    }
    product[i + LIMBS] = carry;
  }
}

/* The bits from 521 on count once more from 0 on. */
static void reduce(uint64_t number[LIMBS], const uint64_t product[2 * LIMBS]) {
  uint64_t carry = 0;
  for (int i = 0; i < LIMBS; i++) {
    uint64_t low = i == LIMBS - 1 ? product[i] & TOP_MASK : product[i];
    uint64_t high = product[i + LIMBS - 1] >> TOP_BITS | product[i + LIMBS] << (64 - TOP_BITS);
    uint128 sum = (uint128)low + high + carry;
    number[i] = (uint64_t)sum;
    carry = (uint64_t)(sum >> 64);
  }
  carry = number[LIMBS - 1] >> TOP_BITS;
  number[LIMBS - 1] &= TOP_MASK;
  for (int i = 0; i < LIMBS; i++) {
    uint128 sum = (uint128)number[i] + carry;
    number[i] = (uint64_t)sum;
    carry = (uint64_t)(sum >> 64);
  }
}

uint64_t bignum(uint64_t size) {
  uint64_t state = 31, number[LIMBS], product[2 * LIMBS];
  for (int i = 0; i < LIMBS; i++) number[i] = (uint64_t)next_random(&state) << 32 | next_random(&state);
  number[LIMBS - 1] &= TOP_MASK;
  for (uint64_t round = 0; round < size; round++) {
    multiply(product, number, number);
    reduce(number, product);
    number[0] ^= round;
  }
  uint64_t checksum = 0;
  for (int i = 0; i < LIMBS; i++) checksum = mix(checksum, number[i]);
  return checksum;
}
