// Lines that the debug information tests look for; keep their numbers.
// @ts-ignore: decorator
@external("x86", "int3") declare function int3(): void;

let depth: i32 = 0;

function inner(n: i32): i32 {
  depth += n;
  int3();
  return depth * 3;
}

function outer(n: i32): i32 {
  const first = inner(n + 1);
  return first + inner(n);
}

export function kmain(): void {
  outer(4);
}
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {}
