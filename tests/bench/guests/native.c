/* The guests as a program of the host: `native name size` prints the checksum that the guest has to print. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guest.h"

int main(int count, char **arguments) {
  for (int i = 0; count == 3 && i < guest_count; i++) {
    if (strcmp(arguments[1], guests[i].name) != 0) continue;
    printf("%016" PRIx64 "\n", guests[i].run(strtoull(arguments[2], NULL, 10)));
    return 0;
  }
  fputs("native: guest and size\n", stderr);
  return 1;
}
