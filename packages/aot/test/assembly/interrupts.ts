// Intrinsics, link symbols and interrupt entry points.
import { exit, print, printHex } from "./console";
export { abort } from "./console";

// @ts-ignore: decorator
@external("x86", "lidt") declare function lidt(pointer: usize): void;
// @ts-ignore: decorator
@external("x86", "lgdt") declare function lgdt(pointer: usize): void;
// @ts-ignore: decorator
@external("x86", "loadSegments") declare function loadSegments(code: u32, data: u32): void;
// @ts-ignore: decorator
@external("x86", "int3") declare function int3(): void;
// @ts-ignore: decorator
@external("x86", "readCr0") declare function readCr0(): u64;
// @ts-ignore: decorator
@external("x86", "readCr2") declare function readCr2(): u64;
// @ts-ignore: decorator
@external("x86", "readCr3") declare function readCr3(): u64;
// @ts-ignore: decorator
@external("x86", "writeCr3") declare function writeCr3(value: u64): void;
// @ts-ignore: decorator
@external("x86", "rdmsr") declare function rdmsr(index: u32): u64;
// @ts-ignore: decorator
@external("x86", "wrmsr") declare function wrmsr(index: u32, value: u64): void;
// @ts-ignore: decorator
@external("x86", "rdtsc") declare function rdtsc(): u64;
// @ts-ignore: decorator
@external("x86", "cpuid") declare function cpuid(leaf: u32, subleaf: u32, out: usize): void;
// @ts-ignore: decorator
@external("x86", "readRsp") declare function readRsp(): u64;
// @ts-ignore: decorator
@external("x86", "readRflags") declare function readRflags(): u64;
// @ts-ignore: decorator
@external("x86", "invlpg") declare function invlpg(address: u64): void;
// @ts-ignore: decorator
@external("x86", "load64") declare function load64(address: u64): u64;
// @ts-ignore: decorator
@external("x86", "store64") declare function store64(address: u64, value: u64): void;
// @ts-ignore: decorator
@external("x86", "inb") declare function inb(port: u32): u32;
// @ts-ignore: decorator
@external("link", "isr_stubs") declare function isrStubs(): usize;
// @ts-ignore: decorator
@external("link", "p4_table") declare function p4Table(): usize;
// @ts-ignore: decorator
@external("link", "stack_bottom") declare function stackBottom(): usize;
// @ts-ignore: decorator
@external("link", "stack_top") declare function stackTop(): usize;

@unmanaged
class Frame {
  r15: u64; r14: u64; r13: u64; r12: u64; r11: u64; r10: u64; r9: u64; r8: u64;
  rdi: u64; rsi: u64; rbp: u64; rbx: u64; rdx: u64; rcx: u64; rax: u64;
  vector: u64; errorCode: u64; rip: u64; cs: u64; rflags: u64; rsp: u64; ss: u64;
}

const IDT = memory.data(256 * 16, 16);
const GDT = memory.data(24, 8);
const POINTER = memory.data(16, 16);
const IDENTITY = memory.data(16, 4);

let breakpoints: i32 = 0;

export function interrupt(frame: Frame): void {
  if (frame.vector == 3) {
    breakpoints++;
    print("breakpoint, cs ");
    printHex(frame.cs);
    print("\n");
    return;
  }
  print("exception ");
  printHex(frame.vector);
  print(" error ");
  printHex(frame.errorCode);
  if (frame.vector == 14) {
    print(" cr2 ");
    printHex(readCr2());
  }
  print("\n");
  exit(breakpoints == 2 ? 0x10 : 2);
}

function setGate(vector: i32): void {
  const handler = <u64>(isrStubs() + 16 * vector);
  const gate = IDT + 16 * vector;
  store<u64>(gate, (handler & 0xffff) | (8 << 16) | (<u64>0x8e00 << 32) | ((handler >> 16) << 48));
  store<u64>(gate + 8, handler >> 32);
}

function check(what: string, ok: bool): void {
  if (ok) return;
  print("wrong: " + what + "\n");
  exit(3);
}

export function kmain(): void {
  store<u64>(GDT + 8, 0x00209a0000000000);
  store<u64>(GDT + 16, 0x0000920000000000);
  store<u16>(POINTER, 23);
  store<u64>(POINTER + 2, GDT);
  lgdt(POINTER);
  loadSegments(8, 16);
  for (let vector = 0; vector < 32; vector++) setGate(vector);
  store<u16>(POINTER, 256 * 16 - 1);
  store<u64>(POINTER + 2, IDT);
  lidt(POINTER);
  const before = breakpoints * 7 + 1;
  int3();
  int3();
  check("locals across an interrupt", before == 1);

  check("CR0", (readCr0() & 0x80000001) == 0x80000001);
  check("CR3", readCr3() == p4Table());
  writeCr3(readCr3());
  check("EFER", (rdmsr(0xc0000080) & 0x500) == 0x500);
  wrmsr(0xc0000080, rdmsr(0xc0000080) | 1);
  check("EFER.SCE", (rdmsr(0xc0000080) & 1) == 1);
  check("TSC", rdtsc() < rdtsc());
  check("stack", readRsp() > stackBottom() && readRsp() < stackTop());
  check("interrupt flag", (readRflags() & 0x200) == 0);
  cpuid(0, 0, IDENTITY);
  print("vendor ");
  for (let i = 4; i < 16; i++) {
    const at = i < 8 ? i : i < 12 ? i + 4 : i - 4; // ebx, edx, ecx
    print(String.fromCharCode(load<u8>(IDENTITY + at)));
  }
  print("\n");
  check("line status", inb(0x3fd) != 0);
  // An address above 4 GiB, mapped by hand: entry 256 of level 4 to the same tables as entry 0.
  const p4 = <u64>p4Table();
  store64(p4 + 256 * 8, load64(p4));
  invlpg(0xffff800000000000);
  store64(0xffff800000700008, 0x1122334455667788);
  check("64-bit address", load64(0x700008) == 0x1122334455667788);
  store64(p4 + 256 * 8, 0);
  writeCr3(readCr3());
  load64(0xffff800000700008);
}
