/* Indirect calls: objects of four classes, each with a table of methods, in an order without pattern; and a table of functions that
 * is called through. */
#include "guest.h"

#define SHAPES 512

struct shape;
struct methods {
  uint32_t (*area)(const struct shape *);
  void (*grow)(struct shape *, uint32_t);
};
struct shape {
  const struct methods *methods;
  uint32_t width, height;
};

static uint32_t square_area(const struct shape *shape) { return shape->width * shape->width; }
static uint32_t rectangle_area(const struct shape *shape) { return shape->width * shape->height; }
static uint32_t triangle_area(const struct shape *shape) { return shape->width * shape->height / 2; }
static uint32_t circle_area(const struct shape *shape) { return shape->width * shape->width * 355 / 113; }
static void grow_width(struct shape *shape, uint32_t by) { shape->width = (shape->width + by) & 0xfff; }
static void grow_height(struct shape *shape, uint32_t by) { shape->height = (shape->height ^ by) & 0xfff; }

static const struct methods classes[] = {
  {square_area, grow_width}, {rectangle_area, grow_height}, {triangle_area, grow_width}, {circle_area, grow_width}};
static struct shape shapes[SHAPES];

static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t subtract(uint32_t a, uint32_t b) { return a - b; }
static uint32_t exclusive_or(uint32_t a, uint32_t b) { return a ^ b; }
static uint32_t multiply(uint32_t a, uint32_t b) { return a * (b | 1); }
static uint32_t (*const volatile operations[])(uint32_t, uint32_t) = {add, subtract, exclusive_or, multiply};

uint64_t dispatch(uint64_t size) {
  uint64_t state = 37, checksum = 0;
  for (int i = 0; i < SHAPES; i++) {
    uint32_t random = next_random(&state);
    shapes[i] = (struct shape){&classes[random >> 30], random & 0xff, random >> 8 & 0xff};
  }
  for (uint64_t round = 0; round < size; round++) {
    uint32_t sum = (uint32_t)round;
    for (int i = 0; i < SHAPES; i++) {
      struct shape *shape = &shapes[i];
      sum = operations[sum & 3](sum, shape->methods->area(shape));
      shape->methods->grow(shape, sum >> 16 & 0xff);
    }
    checksum = mix(checksum, sum);
  }
  return checksum;
}
