/*
 * Reads "name size" from the end of the Multiboot command line, maps memory with 4 KiB pages if the word before is "4k", runs that
 * guest, prints its checksum through COM1 and leaves through isa-debug-exit (the 32-bit image halts). The transmitter is not
 * polled: neither QEMU's nor ours is ever busy, and a loop there would make the instruction count depend on the device.
 */
#include "guest.h"
#include "pages.h"

#define COM1 0x3f8
#define DEBUG_EXIT 0xf4
#define HAS_COMMAND_LINE 4

struct multiboot_information {
  uint32_t flags, memory_lower, memory_upper, boot_device, command_line;
};

static void print(const char *text) {
  for (; *text; text++) __asm__ volatile("outb %b0, %w1" : : "a"(*text), "d"(COM1));
}

static void leave(uint32_t code) {
#ifdef __x86_64__
  __asm__ volatile("outl %0, %w1" : : "a"(code), "d"(DEBUG_EXIT));
#else
  /* v86 has no such device. It ends a run when it has seen the line. */
  (void)code;
  for (;;) __asm__ volatile("cli\n\thlt");
#endif
}

/* QEMU puts the path of the image before the arguments, so the words are found from the end. */
static const char *last_word(const char *from, const char *end) {
  while (end > from && end[-1] != ' ') end--;
  return end;
}

static int same_word(const char *word, const char *end, const char *name) {
  while (word < end && *name && *word == *name) word++, name++;
  return word == end && !*name;
}

void bench_main(const struct multiboot_information *information) {
  const char *line = information->flags & HAS_COMMAND_LINE ? (const char *)(uintptr_t)information->command_line : "";
  const char *end = line;
  while (*end) end++;
  const char *digits = last_word(line, end);
  uint64_t size = 0;
  for (const char *digit = digits; *digit >= '0' && *digit <= '9'; digit++) size = size * 10 + (uint64_t)(*digit - '0');
  const char *name_end = digits > line ? digits - 1 : line;
  const char *name = last_word(line, name_end);
#ifdef __x86_64__
  const char *pages_end = name > line ? name - 1 : line;
  if (same_word(last_word(line, pages_end), pages_end, "4k")) map_small_pages();
#endif
  for (int i = 0; i < guest_count; i++) {
    if (!same_word(name, name_end, guests[i].name)) continue;
    uint64_t checksum = guests[i].run(size);
    char text[] = "................\n";
    for (int digit = 0; digit < 16; digit++) text[digit] = "0123456789abcdef"[checksum >> (60 - 4 * digit) & 15];
    print(text);
    leave(0);
  }
  print("no such guest\n");
  leave(1);
}
