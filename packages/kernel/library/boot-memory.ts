// Which memory is taken before the kernel hands out any: its own sections, the loader's record and the modules. The
// sections come from the ELF table that a Multiboot 2 loader leaves (tag 9, specification 3.6.7); a Multiboot 1 loader
// may leave none, because the addresses in its header stand for the file format: then the linker's symbols tell.
import { BootInformation } from './boot-information';

// @ts-ignore: decorator
@external("link", "boot_start") declare function bootStart(): usize;
// @ts-ignore: decorator
@external("link", "boot_end") declare function bootEnd(): usize;
// @ts-ignore: decorator
@external("link", "wasm_data_start") declare function wasmDataStart(): usize;
// @ts-ignore: decorator
@external("link", "wasm_data_end") declare function wasmDataEnd(): usize;
// @ts-ignore: decorator
@external("link", "text_start") declare function textStart(): usize;
// @ts-ignore: decorator
@external("link", "text_end") declare function textEnd(): usize;
// @ts-ignore: decorator
@external("link", "rodata_start") declare function rodataStart(): usize;
// @ts-ignore: decorator
@external("link", "rodata_end") declare function rodataEnd(): usize;
// @ts-ignore: decorator
@external("link", "data_start") declare function dataStart(): usize;
// @ts-ignore: decorator
@external("link", "data_end") declare function dataEnd(): usize;
// @ts-ignore: decorator
@external("link", "bss_start") declare function bssStart(): usize;
// @ts-ignore: decorator
@external("link", "image_end") declare function imageEnd(): usize;

/** ELF section flags (System V ABI, figure 4-11). */
export namespace SectionFlag {
  /** SHF_WRITE. */
  export const WRITE: u64 = 1;
  /** SHF_ALLOC: it is in memory while the kernel runs. */
  export const ALLOC: u64 = 2;
  /** SHF_EXECINSTR. */
  export const EXECUTE: u64 = 4;
}

/** A section of the kernel. */
@unmanaged
export class KernelSection {
  address: u64;
  sizeBytes: u64;
  /** `SectionFlag`. */
  flags: u64;
}

/** The record that `KernelSections.at` fills: one section at a time, because there is no heap yet. */
const CURRENT = changetype<KernelSection>(memory.data(offsetof<KernelSection>(), 8));

/** Sections without an ELF table: .boot, .data.as, .text, .rodata, .data, .bss. */
const LINKED_SECTIONS: u32 = 6;

/** The sections of the kernel, of whatever kind, by number. */
export namespace KernelSections {
  /** How many there are. @throws if a Multiboot 2 loader left no ELF table */
  export function count(): u32 {
    if (!BootInformation.isMultiboot2()) return LINKED_SECTIONS;
    const sections = BootInformation.elfSectionCount();
    if (sections < 0) throw new Error('Elf sections tag required');
    return <u32>sections;
  }

  /** The section with a number. The record is used again by the next call. */
  export function at(index: u32): KernelSection {
    if (BootInformation.isMultiboot2()) {
      const header = BootInformation.elfSection(index);
      // Elf64_Shdr: {name: u32, type: u32, flags: u64, addr: u64, offset: u64, size: u64, ...}; type 0 is unused.
      const isUsed = load<u32>(header, 4) !== 0;
      CURRENT.flags = isUsed ? load<u64>(header, 8) : 0;
      CURRENT.address = isUsed ? load<u64>(header, 16) : 0;
      CURRENT.sizeBytes = isUsed ? load<u64>(header, 32) : 0;
      return CURRENT;
    }
    switch (index) {
      case 0:
        return linked(bootStart(), bootEnd(), SectionFlag.EXECUTE);
      case 1:
        return linked(wasmDataStart(), wasmDataEnd(), SectionFlag.WRITE);
      case 2:
        return linked(textStart(), textEnd(), SectionFlag.EXECUTE);
      case 3:
        return linked(rodataStart(), rodataEnd(), 0);
      case 4:
        return linked(dataStart(), dataEnd(), SectionFlag.WRITE);
      default:
        return linked(bssStart(), imageEnd(), SectionFlag.WRITE);
    }
  }

  function linked(start: usize, end: usize, flags: u64): KernelSection {
    CURRENT.address = start;
    CURRENT.sizeBytes = end - start;
    CURRENT.flags = flags | SectionFlag.ALLOC;
    return CURRENT;
  }

  /** Address of the first byte of the kernel: the lowest of the sections in memory. */
  export function start(): u64 {
    let lowest = u64.MAX_VALUE;
    for (let i: u32 = 0, n = count(); i < n; i++) {
      const section = at(i);
      if ((section.flags & SectionFlag.ALLOC) !== 0) lowest = min(lowest, section.address);
    }
    return lowest;
  }

  /** Address of the first byte behind the kernel. */
  export function end(): u64 {
    let highest: u64 = 0;
    for (let i: u32 = 0, n = count(); i < n; i++) {
      const section = at(i);
      if ((section.flags & SectionFlag.ALLOC) !== 0) highest = max(highest, section.address + section.sizeBytes);
    }
    return highest;
  }
}

/** A piece of memory that the loader filled and the kernel may still read. */
@unmanaged
export class BootRange {
  /** Physical address of the first byte. */
  start: u64;
  /** Physical address of the first byte behind it; equal to `start` if there is nothing. */
  end: u64;
}

const RANGE = changetype<BootRange>(memory.data(offsetof<BootRange>(), 8));

/** The loader's memory by number: the record, what a Multiboot 1 record points to, and the modules. */
export namespace BootRanges {
  /** Record, memory map, command line, loader's name. */
  const FIXED: u32 = 4;

  /** How many ranges there are, empty ones included. */
  export function count(): u32 {
    return FIXED + BootInformation.moduleCount();
  }

  /** The range with a number. The record is used again by the next call. */
  export function at(index: u32): BootRange {
    if (index === 0) return range(BootInformation.start(), BootInformation.end());
    if (index >= FIXED) {
      const module = BootInformation.module(index - FIXED);
      return range(module.start, module.end);
    }
    if (BootInformation.isMultiboot2()) return range(0, 0); // inside the record
    if (index === 1) {
      const start = BootInformation.memoryMapStart();
      return range(start, start + BootInformation.memoryMapBytes());
    }
    return text(index === 2 ? BootInformation.commandLine() : BootInformation.loaderName());
  }

  function text(address: usize): BootRange {
    let end = address;
    if (address !== 0) while (load<u8>(end++) !== 0) {}
    return range(address, end);
  }

  function range(start: u64, end: u64): BootRange {
    RANGE.start = start;
    RANGE.end = end;
    return RANGE;
  }
}
