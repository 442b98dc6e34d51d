/* The x87 unit: double extended precision. */
#define REAL long double
#define NAME nbody_x87
#define SQUARE_ROOT __builtin_sqrtl
#include "nbody.h"
