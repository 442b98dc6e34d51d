// What the kernel shows: the welcome screen, and with the word `verbose` what it found out about the machine.
//
// The welcome screen holds nothing that differs between machines that can run this kernel at all (no processor name, no
// loader name, no address), so that it is the same in every emulator and under every loader.
import { BootInformation } from '../assembly/boot-information';
import { printLoaderText } from '../assembly/command-line';
import { identityMappedPages, HUGE_PAGE_SIZE } from '../assembly/memory-layout';
import { print, println, setColor } from '../assembly/print';
import { Color, WRITER } from '../assembly/vga-buffer';
import { readCr0, readCr3, readCr4, rdmsr } from '../assembly/x86';

const MIB: u64 = 1024 * 1024;
const CR0_PG: u64 = 1 << 31;
const EFER: u32 = 0xc0000080;
const EFER_LMA: u64 = 1 << 10;
/** Code page 437: a cell filled with its foreground colour. */
const FULL_BLOCK: u32 = 0xdb;

/** One screen: who this is, what was checked on the way, and what can be tried next. */
export function showWelcome(): void {
  setColor(Color.White, Color.Blue);
  print('   Longmode                                       a 64-bit kernel in TypeScript   ');
  setColor(Color.LightGreen);
  println();
  println();
  setColor(Color.Yellow);
  println('   Hello World!');
  println();
  setColor(Color.LightGray);
  println('   Started in 32-bit mode by a Multiboot loader. On the way here:');
  println();
  showChecks();
  println();
  showColors();
  println();
  setColor(Color.LightGray);
  println('   Not here yet: a heap, interrupts, a keyboard. So an error ends in a panic or a');
  println('   triple fault. Words on the command line show how:');
  println();
  showWord('panic', 'an error in a nested call, with message, file and line');
  showWord('fault', 'a page fault that nobody handles');
  showWord('exit', 'power off through the debug exit port');
  showWord('verbose', 'what the kernel knows about this machine');
  println();
  setColor(Color.LightGray);
  print('   Nothing left to do: the processor sleeps.');
}

function showChecks(): void {
  showCheck(BootInformation.firstMemoryArea() !== null, 'Multiboot');
  println('the loader left a memory map');
  showCheck((rdmsr(EFER) & EFER_LMA) != 0, 'long mode');
  println('64-bit code runs');
  const pages = identityMappedPages();
  showCheck((readCr0() & CR0_PG) != 0 && pages == 512, 'paging');
  println(`${pages} pages of ${HUGE_PAGE_SIZE / MIB} MiB, each at its own physical address`);
  const memory = availableMemory();
  showCheck(memory > 0, 'memory');
  println(`${(memory + MIB / 2) / MIB} MiB`);
}

/** The first half of a line: the verdict and the subject. */
function showCheck(isOk: bool, subject: string): void {
  setColor(Color.LightGray);
  print('   [ ');
  setColor(isOk ? Color.LightGreen : Color.LightRed);
  print(isOk ? ' ok ' : 'fail');
  setColor(Color.LightGray);
  print(' ] ');
  setColor(Color.White);
  print(subject);
  for (let column = subject.length; column < 12; column++) print(' ');
  setColor(Color.LightGray);
}

/** The sixteen colours side by side; on the screen only, they mean nothing on a serial line. */
function showColors(): void {
  setColor(Color.LightGray);
  print('   ');
  for (let color = Color.Black; color <= Color.White; color++) {
    setColor(color);
    for (let cell = 0; cell < 4; cell++) WRITER.writeByte(FULL_BLOCK);
  }
  println();
}

function showWord(word: string, meaning: string): void {
  setColor(Color.LightCyan);
  print('      ');
  print(word);
  for (let column = word.length; column < 10; column++) print(' ');
  setColor(Color.LightGray);
  println(meaning);
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
  println(`cr0: 0x${readCr0()}, cr3: 0x${readCr3()}, cr4: 0x${readCr4()}, efer: 0x${rdmsr(EFER)}`);
  println('memory areas:');
  let area = BootInformation.firstMemoryArea();
  while (area) {
    if (area.isAvailable) println(`    start: 0x${area.base}, length: 0x${area.length}`);
    area = BootInformation.nextMemoryArea(area);
  }
}

/** Bytes of ordinary memory. */
function availableMemory(): u64 {
  let bytes: u64 = 0;
  let area = BootInformation.firstMemoryArea();
  while (area) {
    if (area.isAvailable) bytes += area.length;
    area = BootInformation.nextMemoryArea(area);
  }
  return bytes;
}
