// What the boot loader tells the kernel: command line, loader name, memory map, modules, ELF sections. Two formats
// behind one face: Multiboot 2 (specification 3.6: a list of tags) and Multiboot 1 (0.6.96, 3.3: a fixed structure with
// flags).
// The records are read where the loader left them; nothing is copied. Left out: the framebuffer.

/** In eax at the entry: which of the two formats it is. */
const MULTIBOOT2_BOOTLOADER_MAGIC: u32 = 0x36d76289;

const TAG_HEADER_BYTES: u32 = 8;
const TAG_END: u32 = 0;
const TAG_COMMAND_LINE: u32 = 1;
const TAG_LOADER_NAME: u32 = 2;
const TAG_MODULE: u32 = 3;
const TAG_MEMORY_MAP: u32 = 6;
const TAG_ELF_SECTIONS: u32 = 9;

const FLAG_COMMAND_LINE: u32 = 1 << 2;
const FLAG_MODULES: u32 = 1 << 3;
const FLAG_MEMORY_MAP: u32 = 1 << 6;
const FLAG_LOADER_NAME: u32 = 1 << 9;

/** Type of an area that the kernel may use as it likes. */
const MEMORY_AVAILABLE: u32 = 1;

/** An area of physical memory, as both formats store it. */
@unmanaged
export class MemoryArea {
  /** Physical address of the first byte. */
  base: u64;
  /** Length in bytes. */
  length: u64;
  /** 1 = available; everything else belongs to the firmware, the hardware or nobody. */
  type: u32;

  /** Whether the area is ordinary memory. */
  get isAvailable(): bool {
    return this.type === MEMORY_AVAILABLE;
  }
}

/** A file that the loader put into memory beside the kernel; both formats store it so. */
@unmanaged
export class BootModule {
  /** Physical address of the first byte. */
  start: u32;
  /** Physical address of the first byte behind it. */
  end: u32;
}

/** The loader's record. `read()` first. */
export namespace BootInformation {
  let address: usize = 0;
  let isTagged: bool = false;

  /** Notes where the record is: `kmain`'s two arguments. */
  export function read(informationAddress: u32, magic: u32): void {
    address = informationAddress;
    isTagged = magic === MULTIBOOT2_BOOTLOADER_MAGIC;
  }

  /** Whether the record is one block of tags; otherwise it is Multiboot 1's structure with texts and tables elsewhere. */
  export function isMultiboot2(): bool {
    return isTagged;
  }

  /** Physical address of the record. */
  export function start(): u64 {
    return address;
  }

  /** Physical address of the first byte behind the record itself. */
  export function end(): u64 {
    return address + (isTagged ? load<u32>(address) : MULTIBOOT1_INFORMATION_BYTES);
  }

  /** Address of the zero-terminated command line, or 0 if there is none. QEMU puts the kernel's file name in front. */
  export function commandLine(): usize {
    return text(TAG_COMMAND_LINE, FLAG_COMMAND_LINE, offsetof<Multiboot1Information>('commandLine'));
  }

  /** Address of the zero-terminated name of the boot loader, or 0. */
  export function loaderName(): usize {
    return text(TAG_LOADER_NAME, FLAG_LOADER_NAME, offsetof<Multiboot1Information>('loaderName'));
  }

  /** The first area of the memory map, or null if the loader gave none. */
  export function firstMemoryArea(): MemoryArea | null {
    if (!isTagged) {
      const information = changetype<Multiboot1Information>(address);
      if (!(information.flags & FLAG_MEMORY_MAP) || information.memoryMapLength === 0) return null;
      return changetype<MemoryArea>(<usize>information.memoryMapAddress + 4);
    }
    const tag = findTag(TAG_MEMORY_MAP);
    if (tag === 0 || load<u32>(tag, 4) <= 16) return null;
    return changetype<MemoryArea>(tag + 16);
  }

  /** The area behind `area`, or null after the last. */
  export function nextMemoryArea(area: MemoryArea): MemoryArea | null {
    const here = changetype<usize>(area);
    let next: usize;
    let end: usize;
    if (isTagged) {
      const tag = findTag(TAG_MEMORY_MAP);
      next = here + load<u32>(tag, 8); // entry_size: later versions may have longer entries
      end = tag + load<u32>(tag, 4);
    } else {
      const information = changetype<Multiboot1Information>(address);
      next = here + load<u32>(here - 4) + 4; // each entry is preceded by its size, which doesn't count itself
      end = <usize>information.memoryMapAddress + 4 + information.memoryMapLength;
    }
    return next < end ? changetype<MemoryArea>(next) : null;
  }

  /** Physical address of the memory map's bytes and how many there are (`rangeBytes`); 0 if there is none. */
  export function memoryMapStart(): usize {
    if (isTagged) return findTag(TAG_MEMORY_MAP);
    const information = changetype<Multiboot1Information>(address);
    return information.flags & FLAG_MEMORY_MAP ? <usize>information.memoryMapAddress : 0;
  }

  /** Length of the memory map in bytes. */
  export function memoryMapBytes(): u32 {
    if (!isTagged) return changetype<Multiboot1Information>(address).memoryMapLength;
    const tag = findTag(TAG_MEMORY_MAP);
    return tag === 0 ? 0 : load<u32>(tag, 4);
  }

  /** How many modules the loader put into memory. */
  export function moduleCount(): u32 {
    if (!isTagged) {
      const information = changetype<Multiboot1Information>(address);
      return information.flags & FLAG_MODULES ? information.moduleCount : 0;
    }
    let count: u32 = 0;
    while (findTag(TAG_MODULE, count) !== 0) count++;
    return count;
  }

  /** A module by its number, from 0, which is less than `moduleCount()`. */
  export function module(index: u32): BootModule {
    if (isTagged) return changetype<BootModule>(findTag(TAG_MODULE, index) + TAG_HEADER_BYTES);
    return changetype<BootModule>(
      <usize>changetype<Multiboot1Information>(address).moduleAddress + index * MULTIBOOT1_MODULE_BYTES,
    );
  }

  /** Number of entries in the kernel's ELF section table (Multiboot 2 only), or -1 if the loader left none. */
  export function elfSectionCount(): i32 {
    const tag = isTagged ? findTag(TAG_ELF_SECTIONS) : 0;
    return tag === 0 ? -1 : load<u32>(tag, 8);
  }

  /** Address of an entry of the ELF section table, an Elf64_Shdr; `index` is less than `elfSectionCount()`. */
  export function elfSection(index: u32): usize {
    const tag = findTag(TAG_ELF_SECTIONS);
    return tag + 20 + index * load<u32>(tag, 12);
  }

  /** The address of a text that is a tag in one format and a flagged pointer in the other. */
  function text(tagType: u32, flag: u32, pointerOffset: usize): usize {
    if (isTagged) {
      const tag = findTag(tagType);
      return tag === 0 ? 0 : tag + TAG_HEADER_BYTES;
    }
    if (!(changetype<Multiboot1Information>(address).flags & flag)) return 0;
    return load<u32>(address + pointerOffset);
  }

  /** A tag of a type, by default the first, or 0. Tags are aligned to 8 bytes: {type: u32, size: u32, ...}. */
  function findTag(type: u32, skip: u32 = 0): usize {
    const end = address + load<u32>(address); // total_size
    for (let tag = address + 8; tag < end; tag += (load<u32>(tag, 4) + 7) & ~7) {
      if (load<u32>(tag) === type && skip-- === 0) return tag;
      if (load<u32>(tag) === TAG_END || load<u32>(tag, 4) < TAG_HEADER_BYTES) break;
    }
    return 0;
  }
}

/** Length of the whole structure of Multiboot 1, with the fields not used here. */
const MULTIBOOT1_INFORMATION_BYTES: u32 = 116;
const MULTIBOOT1_MODULE_BYTES: u32 = 16;

/** The fixed structure of Multiboot 1, up to the last field used here. */
@unmanaged
class Multiboot1Information {
  /** Bit n set = the n-th group of fields is valid. */
  flags: u32;
  memoryLower: u32;
  memoryUpper: u32;
  bootDevice: u32;
  commandLine: u32;
  moduleCount: u32;
  moduleAddress: u32;
  symbols0: u32;
  symbols1: u32;
  symbols2: u32;
  symbols3: u32;
  memoryMapLength: u32;
  memoryMapAddress: u32;
  drivesLength: u32;
  drivesAddress: u32;
  configurationTable: u32;
  loaderName: u32;
}
