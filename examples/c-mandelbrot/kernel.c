/*
 * The Mandelbrot set in 640 x 480 pixels, by the processor's own floating point (SSE2): freestanding C, compiled by gcc, in 64-bit
 * mode. start.S has brought us here with the address of the boot information (Multiboot2 2.0, 3.6), in which tag 8
 * says where the pixels are. The picture is drawn coarse first and then finer, eight times.
 */
#include <stdint.h>

enum { END_TAG = 0, FRAMEBUFFER_TAG = 8, MOST_STEPS = 256 };

struct tag {
  uint32_t type, size;
};

struct framebuffer {
  struct tag tag;
  uint64_t address;
  uint32_t pitch, width, height;
  uint8_t bits_per_pixel, type;
};

/* The tag with the framebuffer, or 0. Tags follow the total size and a reserved word; each begins at a multiple of 8. */
static const struct framebuffer *find_framebuffer(const uint8_t *information) {
  const uint8_t *at = information + 8;
  for (const struct tag *tag; (tag = (const struct tag *)at)->type != END_TAG; at += (tag->size + 7) & ~7u)
    if (tag->type == FRAMEBUFFER_TAG) return (const struct framebuffer *)tag;
  return 0;
}

/* How many times z = z * z + c stays within 2, beginning with 0. */
static int steps_inside(double real, double imaginary) {
  double x = 0, y = 0;
  int steps = 0;
  while (steps < MOST_STEPS && x * x + y * y <= 4) {
    double next = x * x - y * y + real;
    y = 2 * x * y + imaginary;
    x = next;
    steps++;
  }
  return steps;
}

/* Black inside, outside from dark blue over green and yellow to red: 0x00rrggbb. */
static uint32_t color_of(int steps) {
  if (steps == MOST_STEPS) return 0;
  double t = steps / 64.0;
  if (t > 1) t = 1;
  uint32_t red = (uint32_t)(255 * t);
  uint32_t green = (uint32_t)(1020 * t * (1 - t));
  uint32_t blue = (uint32_t)(255 * (1 - t) * (1 - t) / 2 + 32);
  return red << 16 | green << 8 | blue;
}

static void draw(const struct framebuffer *screen, uint32_t block) {
  double scale = 2.5 / screen->height;
  for (uint32_t top = 0; top < screen->height; top += block) {
    for (uint32_t left = 0; left < screen->width; left += block) {
      double real = ((double)left - screen->width * 0.7) * scale;
      double imaginary = ((double)top - screen->height * 0.5) * scale;
      uint32_t color = color_of(steps_inside(real, imaginary));
      for (uint32_t y = top; y < top + block && y < screen->height; y++) {
        uint32_t *row = (uint32_t *)(screen->address + (uint64_t)y * screen->pitch);
        for (uint32_t x = left; x < left + block && x < screen->width; x++) row[x] = color;
      }
    }
  }
}

/* For a machine that has only a text screen. */
static void print(const char *text) {
  volatile uint16_t *cell = (volatile uint16_t *)0xb8000;
  while (*text) *cell++ = 0x0700 | (uint8_t)*text++;
}

void kernel_main(const uint8_t *information) {
  const struct framebuffer *screen = find_framebuffer(information);
  if (!screen || screen->type != 1 || screen->bits_per_pixel != 32) {
    print("This kernel draws pixels, and there is no framebuffer of 32 bits per pixel.");
    return;
  }
  for (uint32_t block = 128; block > 0; block /= 2) draw(screen, block);
}
