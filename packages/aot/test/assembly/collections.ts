// The standard library on asc's own garbage-collected runtime: needs linear memory behind the data, so it is compiled
// with a high memory base.
import { exit, print } from "./console";
export { abort } from "./console";

class Process {
  wakeups: i32 = 0;
  constructor(public name: string) {}
}

let total = 0;

export function kmain(): void {
  const all = new Map<string, Process>();
  for (let i = 0; i < 3; i++) all.set("p" + i.toString(), new Process("process " + i.toString()));
  all.get("p1").wakeups++;
  print("processes: " + all.keys().join(", ") + "; p1 woke " + all.get("p1").wakeups.toString() + "\n");
  // Far more garbage than there is memory.
  for (let i = 0; i < 20000; i++) total += new Process("number " + i.toString()).name.length;
  print("total " + total.toString() + "\n");
  const sorted = [5, 3, 9, -4, 0].sort((a, b) => a - b);
  print(sorted.join(" ") + "\n");
  const list = new Array<i32>(2);
  print(list[total].toString()); // out of range
}
