#!/bin/sh
# Builds mandelbrot.elf, or the file that is named. The committed image is by gcc 12.2 and binutils 2.40.
cd "$(dirname "$0")" || exit
exec gcc -O2 -g1 "-ffile-prefix-map=$PWD=." -m64 -ffreestanding -fno-pic -no-pie -mno-red-zone \
  -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -nostdlib -static -Wall -Wextra \
  -Wl,-T,kernel.ld,-n,--build-id=none,--no-warn-rwx-segments -o "${1:-mandelbrot.elf}" start.S kernel.c
