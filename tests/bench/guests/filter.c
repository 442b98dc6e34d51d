/* Packed single precision: a filter with eight taps over a signal, four samples at a time, and its greatest magnitude. */
#include <emmintrin.h>
#include "guest.h"

#define SAMPLES 1024
#define TAPS 8

static float signal[SAMPLES + TAPS], filtered[SAMPLES];

uint64_t filter(uint64_t size) {
  uint64_t state = 43, checksum = 0;
  const __m128 magnitude = _mm_castsi128_ps(_mm_set1_epi32(0x7fffffff));
  for (int i = 0; i < SAMPLES + TAPS; i++) signal[i] = (float)((int32_t)next_random(&state) >> 8) / (1 << 20);
  for (uint64_t round = 0; round < size; round++) {
    __m128 greatest = _mm_setzero_ps();
    for (int i = 0; i < SAMPLES; i += 4) {
      __m128 sum = _mm_setzero_ps();
      for (int tap = 0; tap < TAPS; tap++)
        sum = _mm_add_ps(sum, _mm_mul_ps(_mm_loadu_ps(&signal[i + tap]), _mm_set1_ps(0.3f / (float)(tap + 1))));
      _mm_storeu_ps(&filtered[i], sum);
      greatest = _mm_max_ps(greatest, _mm_and_ps(sum, magnitude));
    }
    const __m128 scale = _mm_div_ps(_mm_set1_ps(8.0f), _mm_add_ps(greatest, _mm_set1_ps(1.0f)));
    for (int i = 0; i < SAMPLES; i += 4)
      _mm_storeu_ps(&signal[i], _mm_sub_ps(_mm_mul_ps(_mm_loadu_ps(&filtered[i]), scale), _mm_loadu_ps(&signal[i])));
    uint64_t words[2];
    _mm_storeu_si128((__m128i *)words, _mm_castps_si128(greatest));
    checksum = mix(mix(checksum, words[0]), words[1]);
  }
  return checksum;
}
