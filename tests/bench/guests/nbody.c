/* Scalar SSE2: double precision. */
#define REAL double
#define NAME nbody
#define SQUARE_ROOT __builtin_sqrt
#include "nbody.h"
