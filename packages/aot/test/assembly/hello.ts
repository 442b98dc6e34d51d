// @ts-ignore: decorator
@external("x86", "outb") declare function outb(port: u32, value: u32): void;
// @ts-ignore: decorator
@external("x86", "outd") declare function outd(port: u32, value: u32): void;
// @ts-ignore: decorator
@external("x86", "hlt") declare function hlt(): void;

function print(text: string): void {
  for (let i = 0; i < text.length; i++) outb(0x3f8, text.charCodeAt(i));
}

export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  if (message) print(message);
  outd(0xf4, 1);
  while (true) hlt();
}

let greeting: string = "Hello";

export function kmain(): void {
  for (let i: i32 = 0; i < greeting.length; i++) store<u16>(0xb8000 + 2 * i, <u16>(0x0a00 | greeting.charCodeAt(i)));
  print(greeting + " from TypeScript\n");
  outd(0xf4, 0x10);
}
