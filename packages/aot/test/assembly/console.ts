// Serial output, debug exit and panic for the test kernels.
// @ts-ignore: decorator
@external("x86", "outb") declare function outb(port: u32, value: u32): void;
// @ts-ignore: decorator
@external("x86", "outd") declare function outd(port: u32, value: u32): void;
// @ts-ignore: decorator
@external("x86", "hlt") declare function hlt(): void;

export function print(text: string): void {
  for (let i = 0; i < text.length; i++) outb(0x3f8, text.charCodeAt(i));
}

export function printHex(value: u64): void {
  print("0x");
  let started = false;
  for (let shift: i32 = 60; shift >= 0; shift -= 4) {
    const digit = <i32>((value >> shift) & 15);
    if (digit != 0 || shift == 0) started = true;
    if (started) outb(0x3f8, digit < 10 ? 48 + digit : 87 + digit);
  }
}

export function printDecimal(value: u32): void {
  if (value >= 10) printDecimal(value / 10);
  outb(0x3f8, 48 + (value % 10));
}

/** Ends QEMU with status (code << 1) | 1. */
export function exit(code: u32): void {
  outd(0xf4, code);
  while (true) hlt();
}

export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  print("PANIC: ");
  if (message) print(message);
  print(" at ");
  if (file) print(file);
  print(":");
  printDecimal(line);
  print(":");
  printDecimal(column);
  print("\n");
  exit(1);
}
