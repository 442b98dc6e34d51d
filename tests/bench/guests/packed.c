/* Packed integers of SSE2 on words and doublewords: dot products of 16-bit samples, running maxima by comparison and mask, shuffles,
 * shifts, and 32-bit products. */
#include <emmintrin.h>
#include "guest.h"

#define VECTORS 512

static __m128i samples[VECTORS], weights[VECTORS];

static __m128i choose(__m128i mask, __m128i yes, __m128i no) {
  return _mm_or_si128(_mm_and_si128(mask, yes), _mm_andnot_si128(mask, no));
}

uint64_t packed(uint64_t size) {
  uint64_t state = 41, checksum = 0;
  for (int i = 0; i < VECTORS; i++) {
    uint32_t random[8];
    for (int j = 0; j < 8; j++) random[j] = next_random(&state);
    samples[i] = _mm_loadu_si128((const __m128i *)random);
    weights[i] = _mm_loadu_si128((const __m128i *)(random + 4));
  }
  for (uint64_t round = 0; round < size; round++) {
    __m128i sum = _mm_setzero_si128(), greatest = _mm_set1_epi32((int)round), parity = sum;
    const __m128i bias = _mm_set1_epi16((short)(round & 0xff));
    for (int i = 0; i < VECTORS; i++) {
      const __m128i sample = _mm_add_epi16(samples[i], bias);
      const __m128i product = _mm_madd_epi16(sample, weights[i]);
      sum = _mm_add_epi32(sum, product);
      greatest = choose(_mm_cmpgt_epi32(product, greatest), product, greatest);
      parity = _mm_xor_si128(parity, _mm_mul_epu32(_mm_shuffle_epi32(product, 0xb1), _mm_srli_epi32(sum, 7)));
      samples[i] = _mm_xor_si128(_mm_unpacklo_epi16(sample, weights[i]), _mm_slli_epi64(product, 3));
    }
    uint64_t words[2];
    _mm_storeu_si128((__m128i *)words, _mm_add_epi64(_mm_xor_si128(sum, parity), greatest));
    checksum = mix(mix(checksum, words[0]), words[1]);
  }
  return checksum;
}
