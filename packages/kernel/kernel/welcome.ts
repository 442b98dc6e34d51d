// What the kernel shows when it starts: who it is and what came to life on the way, in numbers that are the same on every
// machine; or, with the word `verbose`, what is different on every machine.
import { BootInformation } from '../library/boot-information';
import { printLoaderText } from '../library/command-line';
import { print, printByte, println, setColor } from '../library/print';
import { Color, WRITER } from '../library/vga-buffer';
import { cpuid, rdmsr, readCr0, readCr3, readCr4, readRflags } from '../library/x86';
import { KernelHeap } from '../memory/heap/kernel-heap';
import { MemoryController } from '../memory/memory-controller';

const MIB: u64 = 1024 * 1024;
const KIB: u64 = 1024;
const FRAME_BYTES: u64 = 4096;
const CR0_WP: u64 = 1 << 16;
const EFER: u32 = 0xc0000080;
const EFER_LMA: u64 = 1 << 10;
const EFER_NXE: u64 = 1 << 11;
const FLAG_INTERRUPTS: u64 = 1 << 9;
const EBX: usize = 1;
const ECX: usize = 2;
const EDX: usize = 3;
/** Code page 437: a cell filled with its foreground colour. */
const FULL_BLOCK: u32 = 0xdb;

/** The welcome screen: who this is, what works, and what can be tried next. */
export function showWelcome(): void {
  setColor(Color.White, Color.Blue);
  print('   Longmode                                    a 64-bit kernel in TypeScript    ');
  setColor(Color.LightGray); // before the new line, which blanks its row in the current colour
  println();
  println();
  setColor(Color.Yellow);
  print('   Hello World!');
  setColor(Color.LightGray);
  println();
  println();
  println('   Started in 32-bit mode by a Multiboot loader. Ready by now:');
  println();
  showChecks();
  println();
  showColors();
  println();
  println('   Commands to begin with: help, mem, ps, user, and fault, whose words can stand');
  println('   on the command line of the kernel too, as can verbose, test and faithful.');
  println();
}

function showChecks(): void {
  showCheck((rdmsr(EFER) & EFER_LMA) !== 0, 'long mode');
  println('this is 64-bit code');
  showCheck(MemoryController.frames().freeFrames > 0, 'frames');
  println(`${(MemoryController.frames().totalFrames * FRAME_BYTES + MIB / 2) / MIB} MiB of memory`);
  showCheck((readCr0() & CR0_WP) !== 0 && (rdmsr(EFER) & EFER_NXE) !== 0, 'paging');
  println('each section with its rights, guard pages below the stacks');
  showCheck(KernelHeap.isInitialized(), 'heap');
  println(`${<u64>KernelHeap.sizeBytes() / KIB} KiB to begin with; ${['new', 'Array', 'Map', 'string'].join(', ')}`);
  showCheck(MemoryController.guardPage() !== 0, 'exceptions');
  println('all of them are handled, a double fault on its own stack');
  showCheck((readRflags() & FLAG_INTERRUPTS) !== 0, 'interrupts');
  println('timer, keyboard and serial line');
}

/** The first half of a line: the verdict and the subject. */
function showCheck(isOk: bool, subject: string): void {
  setColor(Color.LightGray);
  print('   [');
  setColor(isOk ? Color.LightGreen : Color.LightRed);
  print(isOk ? ' ok ' : 'fail');
  setColor(Color.LightGray);
  print('] ');
  setColor(Color.White);
  print(subject);
  for (let column = subject.length; column < 12; column++) print(' ');
  setColor(Color.LightGray);
}

/** The sixteen colours side by side; on the screen only, they mean nothing on a serial line. */
function showColors(): void {
  print('   ');
  for (let color = Color.Black; color <= Color.White; color++) {
    setColor(color);
    for (let cell = 0; cell < 4; cell++) WRITER.writeByte(FULL_BLOCK);
  }
  setColor(Color.LightGray);
  println();
}

/** `verbose`: what differs from machine to machine. */
export function showMachine(magic: u32): void {
  setColor(Color.LightGray);
  println(`loader's magic number: 0x${magic}`);
  print('loader: ');
  printLoaderText(BootInformation.loaderName());
  println();
  print('command line: ');
  printLoaderText(BootInformation.commandLine());
  println();
  print('processor: ');
  printVendor();
  println();
  println(`cr0: 0x${readCr0()}, cr3: 0x${readCr3()}, cr4: 0x${readCr4()}, efer: 0x${rdmsr(EFER)}`);
  println('memory areas:');
  let area = BootInformation.firstMemoryArea();
  while (area) {
    if (area.isAvailable) println(`    start: 0x${area.base}, length: 0x${area.length}`);
    area = BootInformation.nextMemoryArea(area);
  }
}

/** The twelve letters that name the manufacturer (SDM Vol. 2A, CPUID, leaf 0). */
function printVendor(): void {
  printLetters(askProcessor(0, EBX));
  printLetters(askProcessor(0, EDX));
  printLetters(askProcessor(0, ECX));
}

function printLetters(four: u32): void {
  for (let shift = 0; shift < 32; shift += 8) printByte((four >> shift) & 0xff);
}

/** One of the registers that CPUID answers in, by its place in the answer. */
function askProcessor(leaf: u32, register: usize): u32 {
  const answer = memory.data(16);
  cpuid(leaf, 0, answer);
  return load<u32>(answer + register * 4);
}
