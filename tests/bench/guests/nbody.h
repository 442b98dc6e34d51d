/* Five bodies that attract each other, in steps of the leapfrog method: additions, multiplications, a division and a square root for
 * each pair. Included with REAL, the type of all numbers, and NAME, the guest's. */
#include "guest.h"

#define BODIES 5

static struct body {
  REAL position[3], velocity[3], mass;
} bodies[BODIES];

static void place_bodies(void) {
  uint64_t state = 7;
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) {
      bodies[i].position[axis] = (REAL)(int32_t)next_random(&state) / (REAL)(1 << 28);
      bodies[i].velocity[axis] = (REAL)(int32_t)next_random(&state) / (REAL)(1ll << 33);
    }
    bodies[i].mass = (REAL)(next_random(&state) >> 8) / (REAL)(1 << 24);
  }
}

static void attract(struct body *a, struct body *b, REAL time) {
  REAL distance[3], square = (REAL)0.01;
  for (int axis = 0; axis < 3; axis++) {
    distance[axis] = a->position[axis] - b->position[axis];
    square += distance[axis] * distance[axis];
  }
  REAL force = time / (square * SQUARE_ROOT(square));
  for (int axis = 0; axis < 3; axis++) {
    a->velocity[axis] -= distance[axis] * b->mass * force;
    b->velocity[axis] += distance[axis] * a->mass * force;
  }
}

uint64_t NAME(uint64_t size) {
  const REAL time = (REAL)0.001;
  uint64_t checksum = 0;
  place_bodies();
  for (uint64_t step = 0; step < size; step++) {
    for (int i = 0; i < BODIES; i++)
      for (int j = i + 1; j < BODIES; j++) attract(&bodies[i], &bodies[j], time);
    for (int i = 0; i < BODIES; i++)
      for (int axis = 0; axis < 3; axis++) bodies[i].position[axis] += bodies[i].velocity[axis] * time;
  }
  for (int i = 0; i < BODIES; i++)
    for (int axis = 0; axis < 3; axis++) {
      union {
        REAL number;
        uint64_t bits;
      } value = {bodies[i].position[axis]};
      checksum = mix(checksum, value.bits);
    }
  return checksum;
}
