// Loads the program between program_start and program_end by its program headers, runs it in ring 3, serves its system
// calls (int 0x80), and shows that a segment that is not writable cannot be written to.
import { exit, print, printDecimal, printHex } from "./console";
export { abort } from "./console";

// @ts-ignore: decorator
@external("x86", "lidt") declare function lidt(pointer: usize): void;
// @ts-ignore: decorator
@external("x86", "lgdt") declare function lgdt(pointer: usize): void;
// @ts-ignore: decorator
@external("x86", "ltr") declare function ltr(selector: u32): void;
// @ts-ignore: decorator
@external("x86", "loadSegments") declare function loadSegments(code: u32, data: u32): void;
// @ts-ignore: decorator
@external("x86", "int3") declare function int3(): void;
// @ts-ignore: decorator
@external("x86", "readCr3") declare function readCr3(): u64;
// @ts-ignore: decorator
@external("x86", "writeCr3") declare function writeCr3(value: u64): void;
// @ts-ignore: decorator
@external("link", "isr_stubs") declare function isrStubs(): usize;
// @ts-ignore: decorator
@external("link", "program_start") declare function programStart(): usize;

@unmanaged
class Frame {
  r15: u64; r14: u64; r13: u64; r12: u64; r11: u64; r10: u64; r9: u64; r8: u64;
  rdi: u64; rsi: u64; rbp: u64; rbx: u64; rdx: u64; rcx: u64; rax: u64;
  vector: u64; errorCode: u64; rip: u64; cs: u64; rflags: u64; rsp: u64; ss: u64;
}

const KERNEL_CODE: u64 = 8, USER_DATA: u64 = 0x18 | 3, USER_CODE: u64 = 0x20 | 3, TASK: u32 = 0x28;
const PRESENT: u64 = 1, WRITABLE: u64 = 2, USER: u64 = 4;
const NO_EXECUTE: u64 = 1 << 63;
const IDT = memory.data(256 * 16, 16);
const GDT = memory.data(7 * 8, 8);
const TSS = memory.data(104, 16);
const POINTER = memory.data(16, 16);
const KERNEL_STACK = memory.data(8192, 16);
const TABLE = memory.data(4096, 4096);
/** Fresh pages for what the program may write to. */
const FRAMES = memory.data(16 * 4096, 4096);
let nextFrame: usize = FRAMES;

export function interrupt(frame: Frame): void {
  if (frame.vector == 3) {
    // Ring 3 begins where this interrupt returns to.
    frame.rip = enter(programStart());
    frame.cs = USER_CODE;
    frame.ss = USER_DATA;
    frame.rflags = 2;
  } else if (frame.vector == 0x80) {
    systemCall(frame);
  } else {
    print("vector ");
    printHex(frame.vector);
    print(" cs ");
    printHex(frame.cs);
    print("\n");
    exit(2);
  }
}

function systemCall(frame: Frame): void {
  if (frame.rax == 1) {
    for (let i: u64 = 0; i < frame.rsi; i++) print(String.fromCharCode(load<u16>(<usize>(frame.rdi + 2 * i))));
  } else if (frame.rax == 2) {
    frame.rax = frame.rdi / frame.rsi;
  } else {
    print("exit code ");
    printDecimal(<u32>frame.rdi);
    print("\n");
    exit(0x10);
  }
}

/** Maps the program; returns its entry point. */
function enter(file: usize): u64 {
  const headers = file + load<u32>(file, 32);
  for (let i: usize = 0; i < load<u16>(file, 56); i++) {
    const header = headers + i * 56;
    if (load<u32>(header) == 1) mapSegment(file, header);
  }
  writeCr3(readCr3());
  return load<u64>(file, 24);
}

function mapSegment(file: usize, header: usize): void {
  const flags = load<u32>(header, 4);
  const contents = file + load<u32>(header, 8);
  const address = load<u32>(header, 16);
  const fileBytes = load<u32>(header, 32);
  const memoryBytes = load<u32>(header, 40);
  for (let offset: u32 = 0; offset < memoryBytes; offset += 4096) {
    let frame: usize = contents + offset;
    if (flags & 2) {
      frame = nextFrame;
      nextFrame += 4096;
      if (offset < fileBytes) memory.copy(frame, contents + offset, min<u32>(4096, fileBytes - offset));
    }
    const entry = <u64>frame | PRESENT | USER | (flags & 2 ? WRITABLE : 0) | (flags & 1 ? 0 : NO_EXECUTE);
    store<u64>(TABLE + (((address + offset) >>> 12) & 511) * 8, entry);
  }
}

function setGate(vector: i32, privilege: u64): void {
  const handler = <u64>(isrStubs() + 16 * vector);
  const gate = IDT + 16 * vector;
  store<u64>(gate, (handler & 0xffff) | (KERNEL_CODE << 16) | (<u64>0x8e00 << 32) | (privilege << 45) | ((handler >> 16) << 48));
  store<u64>(gate + 8, handler >> 32);
}

export function kmain(): void {
  store<u64>(GDT + 8, 0x00209a0000000000);
  store<u64>(GDT + 16, 0x0000920000000000);
  store<u64>(GDT + 24, 0x0000f20000000000);
  store<u64>(GDT + 32, 0x0020fa0000000000);
  const task = <u64>TSS;
  store<u64>(GDT + 40, 103 | ((task & 0xffffff) << 16) | (<u64>0x89 << 40) | ((task >> 24) << 56));
  store<u64>(TSS + 4, KERNEL_STACK + 8192);
  store<u16>(POINTER, 7 * 8 - 1);
  store<u64>(POINTER + 2, GDT);
  lgdt(POINTER);
  loadSegments(8, 16);
  ltr(TASK);
  for (let vector = 0; vector < 32; vector++) setGate(vector, 0);
  setGate(0x80, 3);
  store<u16>(POINTER, 256 * 16 - 1);
  store<u64>(POINTER + 2, IDT);
  lidt(POINTER);
  // The 2 MiB from 0x20000000 on: a table of its own in the place of a large page.
  const p4 = <usize>readCr3();
  const p3 = <usize>(load<u64>(p4) & ~0xfff);
  const p2 = <usize>(load<u64>(p3) & ~0xfff);
  store<u64>(p4, load<u64>(p4) | USER);
  store<u64>(p3, load<u64>(p3) | USER);
  store<u64>(p2 + 256 * 8, <u64>TABLE | PRESENT | WRITABLE | USER);
  int3();
}
