/* Products of matrices of 32-bit integers. */
#define NAME matrix
#define NUMBER int32_t
#include "matrix.h"
