/* The work of the guest `screen`, on the cells of the text screen or on memory that stands for them. */
#pragma once
#include "guest.h"

#define COLUMNS 80
#define ROWS 25

/* Lines of text come in at the bottom and move up; `size` lines. */
static uint64_t fill_and_scroll(volatile uint16_t *cells, uint64_t size) {
  uint64_t state = 41, checksum = 0;
  for (int cell = 0; cell < ROWS * COLUMNS; cell++) cells[cell] = 0x0720;
  for (uint64_t line = 0; line < size; line++) {
    for (int cell = 0; cell < (ROWS - 1) * COLUMNS; cell++) cells[cell] = cells[cell + COLUMNS];
    for (int column = 0; column < COLUMNS; column++)
      cells[(ROWS - 1) * COLUMNS + column] = (uint16_t)(0x0700 | (32 + (next_random(&state) & 63)));
    checksum += cells[line % (ROWS * COLUMNS)];
  }
  for (int cell = 0; cell < ROWS * COLUMNS; cell++) checksum = mix(checksum, cells[cell]);
  return checksum;
}
