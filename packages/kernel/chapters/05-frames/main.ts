// Chapter 5: which memory is there, which of it is taken, and handing out the rest in frames of 4 KiB.
//
// Words on the command line: `faithful` (the book's allocator), `all` (counts what there is, by taking everything),
// `free` (gives a frame back, which the book's allocator cannot).
import { BootInformation } from '../../library/boot-information';
import { KernelSections } from '../../library/boot-memory';
import { hasWord } from '../../library/command-line';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { freeFrame } from '../../memory/frame-scenarios';
import { FRAMES } from '../../memory/kernel-frames';

export { abort } from '../../library/panic';

/** The kernel: prints what the loader tells, then hands out frames. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  showMemoryAreas();
  showSections();
  println(`kernel start: 0x${KernelSections.start()}, kernel end: 0x${KernelSections.end()}`);
  if (hasWord('verbose')) {
    println(`multiboot start: 0x${BootInformation.start()}, multiboot end: 0x${BootInformation.end()}`);
  }

  FRAMES.initialize();
  if (hasWord('free')) freeFrame();
  if (hasWord('all')) takeAllFrames();
  else takeThreeFrames();
  halt();
}

function showMemoryAreas(): void {
  println('memory areas:');
  let area = BootInformation.firstMemoryArea();
  while (area) {
    if (area.isAvailable) println(`    start: 0x${area.base}, length: 0x${area.length}`);
    area = BootInformation.nextMemoryArea(area);
  }
}

function showSections(): void {
  println('kernel sections:');
  for (let i: u32 = 0, n = KernelSections.count(); i < n; i++) {
    const section = KernelSections.at(i);
    const isLoaded = section.flags !== 0;
    if (section.sizeBytes === 0 && !isLoaded) continue; // the table begins with an entry that means nothing
    if (!isLoaded && !hasWord('verbose')) continue; // symbols and the like: where loaders put them varies
    println(`    addr: 0x${section.address}, size: 0x${section.sizeBytes}, flags: 0x${section.flags}`);
  }
}

function takeThreeFrames(): void {
  for (let i = 0; i < 3; i++) {
    const frame = FRAMES.allocateFrame();
    if (frame === null) throw new Error('no frames available');
    println(`allocated frame 0x${frame.number}`);
  }
}

function takeAllFrames(): void {
  let count: u64 = 0;
  let last: u64 = 0;
  for (let frame = FRAMES.allocateFrame(); frame; frame = FRAMES.allocateFrame()) {
    count++;
    last = frame.number;
  }
  const isOver = FRAMES.allocateFrame() === null;
  println(`all frames taken: ${count}, the last is 0x${last}; none left: ${isOver}`);
}
