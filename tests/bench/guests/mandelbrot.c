/* Scalar double: how soon points of the complex plane escape, with the comparison that ends each loop. */
#include "guest.h"

#define COLUMNS 32
#define LIMIT 200

uint64_t mandelbrot(uint64_t size) {
  uint64_t checksum = 0;
  for (uint64_t row = 0; row < size; row++) {
    double c_imaginary = (double)(int32_t)(row % 64) / 32 - 1;
    uint32_t steps = 0;
    for (int column = 0; column < COLUMNS; column++) {
      double c_real = (double)column / 16 - 1.5, real = 0, imaginary = 0;
      for (int step = 0; step < LIMIT; step++) {
        double square_real = real * real, square_imaginary = imaginary * imaginary;
        if (square_real + square_imaginary > 4) break;
        imaginary = 2 * real * imaginary + c_imaginary;
        real = square_real - square_imaginary + c_real;
        steps++;
      }
    }
    checksum = mix(checksum, steps);
  }
  return checksum;
}
