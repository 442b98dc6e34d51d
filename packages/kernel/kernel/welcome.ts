// What the kernel shows: the welcome screen, and with the word `verbose` what it found out about the machine.
//
// The welcome screen holds nothing that differs between machines that can run this kernel at all (no processor name, no
// loader name, no address), so that it is the same in every emulator and under every loader.
import { BootInformation } from '../library/boot-information';
import { printLoaderText } from '../library/command-line';
import { HUGE_PAGE_SIZE, identityMappedPages } from '../memory/memory-layout';
import { print, printByte, println, setColor } from '../library/print';
import { Color, WRITER } from '../library/vga-buffer';
import { cpuid, rdmsr, readCr0, readCr3, readCr4 } from '../library/x86';

const MIB: u64 = 1024 * 1024;
const CR0_PG: u64 = 1 << 31;
const EFER: u32 = 0xc0000080;
const EFER_LMA: u64 = 1 << 10;
const CPUID_EXTENDED_FEATURES: u32 = 0x80000001;
const CPUID_LONG_MODE: u32 = 1 << 29;
const EBX: usize = 1;
const ECX: usize = 2;
const EDX: usize = 3;
/** Code page 437: a cell filled with its foreground colour. */
const FULL_BLOCK: u32 = 0xdb;

/** The welcome screen: who this is, what was checked on the way, and what can be tried next. */
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
  println('   Started in 32-bit mode by a Multiboot loader. Found on the way here:');
  println();
  showChecks();
  println();
  showColors();
  showColors();
  println();
  println('   No heap yet, no interrupts, no keyboard: an error ends in a panic or in a');
  println('   triple fault. To see one, put a word on the command line of the kernel:');
  println();
  showWord('panic', 'an error in a nested call, with message, file and line');
  showWord('fault', 'a page fault that nobody handles');
  showWord('exit', 'leave through the debug exit port');
  showWord('verbose', 'show what is different on every machine');
  println();
}

function showChecks(): void {
  showCheck(BootInformation.firstMemoryArea() !== null, 'Multiboot');
  println('the loader left a memory map');
  showCheck((askProcessor(CPUID_EXTENDED_FEATURES, EDX) & CPUID_LONG_MODE) !== 0, 'CPUID');
  println('the processor has a long mode');
  showCheck((rdmsr(EFER) & EFER_LMA) !== 0, 'long mode');
  println('it is on: this is 64-bit code');
  const pages = identityMappedPages();
  showCheck((readCr0() & CR0_PG) !== 0 && pages === 512, 'paging');
  println(`${pages} pages of ${HUGE_PAGE_SIZE / MIB} MiB, each at its own physical address`);
  const memoryBytes = availableMemory();
  showCheck(memoryBytes > 0, 'memory');
  println(`${(memoryBytes + MIB / 2) / MIB} MiB`);
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
