/* Products of matrices of doubles. */
#define NAME matrix_double
#define NUMBER double
#include "matrix.h"
