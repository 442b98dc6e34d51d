// What machine is this? The memory map of the boot loader, what CPUID says, and a heap: this kernel uses AssemblyScript's
// own strings and arrays.
//
//     longmode build memory-map/kernel.ts --heap 1M && longmode boot memory-map/kernel.elf --memory 512M
import { BootInformation, Color, DEBUG_EXIT_SUCCESS, exit, println, setColor } from 'longmode/kernel';
import { cpuid } from 'longmode/kernel/x86';

const MIB: u64 = 1024 * 1024;

/** A stretch of memory that may be used. */
class Region {
  constructor(
    readonly start: u64,
    readonly bytes: u64,
  ) {}
}

export function main(): void {
  const regions = availableRegions();
  setColor(Color.LightCyan);
  println(`${regions.length} regions of memory:`);
  setColor(Color.LightGray);
  for (let i = 0; i < regions.length; i++) {
    println(`  from 0x${regions[i].start}: ${regions[i].bytes / 1024} KiB`);
  }
  const total = regions.reduce((sum, region) => sum + region.bytes, <u64>0);
  println(`together ${total / MIB} MiB`);
  println(`processor: ${vendor()}`);
  exit(DEBUG_EXIT_SUCCESS);
}

function availableRegions(): Region[] {
  const regions = new Array<Region>();
  let area = BootInformation.firstMemoryArea();
  while (area) {
    if (area.isAvailable) regions.push(new Region(area.base, area.length));
    area = BootInformation.nextMemoryArea(area);
  }
  // Largest first.
  return regions.sort((a, b) => (a.bytes < b.bytes ? 1 : a.bytes > b.bytes ? -1 : 0));
}

/** The manufacturer: twelve letters in EBX, EDX, ECX (SDM Vol. 2A, CPUID, leaf 0). */
function vendor(): string {
  const answer = memory.data(16);
  cpuid(0, 0, answer);
  return (
    String.UTF8.decodeUnsafe(answer + 4, 4) +
    String.UTF8.decodeUnsafe(answer + 12, 4) +
    String.UTF8.decodeUnsafe(answer + 8, 4)
  );
}
