import { exit, print } from "./console";
export { abort } from "./console";

const greeting: string = "Hello from TypeScript\n";

export function kmain(): void {
  for (let i: i32 = 0; i < 5; i++) store<u16>(0xb8000 + 2 * i, <u16>(0x0a00 | greeting.charCodeAt(i)));
  print(greeting);
  exit(0x10);
}
