/* Packed integers of SSE2: two pictures are blended with saturation, and the sums of absolute differences of their rows taken. */
#include <emmintrin.h>
#include "guest.h"

#define ROWS 64
#define ROW_BYTES 256

static uint8_t picture[ROWS][ROW_BYTES] __attribute__((aligned(16)));
static uint8_t overlay[ROWS][ROW_BYTES] __attribute__((aligned(16)));

/* Four channels of eight bits: picture + (overlay - picture) * weight / 256. */
static __m128i blend(__m128i below, __m128i above, __m128i weight) {
  const __m128i zero = _mm_setzero_si128();
  __m128i low = _mm_sub_epi16(_mm_unpacklo_epi8(above, zero), _mm_unpacklo_epi8(below, zero));
  __m128i high = _mm_sub_epi16(_mm_unpackhi_epi8(above, zero), _mm_unpackhi_epi8(below, zero));
  low = _mm_srai_epi16(_mm_mullo_epi16(low, weight), 8);
  high = _mm_srai_epi16(_mm_mullo_epi16(high, weight), 8);
  return _mm_add_epi8(below, _mm_packs_epi16(low, high));
}

uint64_t pixels(uint64_t size) {
  uint64_t checksum = 0, state = 11;
  for (int y = 0; y < ROWS; y++)
    for (int x = 0; x < ROW_BYTES; x++) {
      picture[y][x] = (uint8_t)next_random(&state);
      overlay[y][x] = (uint8_t)next_random(&state);
    }
  for (uint64_t round = 0; round < size; round++) {
    const __m128i weight = _mm_set1_epi16((short)(round & 127));
    const __m128i brightness = _mm_set1_epi8((char)(round * 3 & 31));
    __m128i distance = _mm_setzero_si128();
    for (int y = 0; y < ROWS; y++)
      for (int x = 0; x < ROW_BYTES; x += 16) {
        __m128i *below = (__m128i *)&picture[y][x];
        const __m128i above = _mm_load_si128((const __m128i *)&overlay[(y + round) % ROWS][x]);
        const __m128i mixed = _mm_adds_epu8(blend(*below, above, weight), brightness);
        distance = _mm_add_epi64(distance, _mm_sad_epu8(mixed, above));
        *below = _mm_avg_epu8(_mm_max_epu8(mixed, above), _mm_xor_si128(*below, above));
      }
    uint64_t sum;
    _mm_storel_epi64((__m128i *)&sum, _mm_add_epi64(distance, _mm_unpackhi_epi64(distance, distance)));
    checksum = mix(checksum, sum);
  }
  return checksum;
}
