/**
 * Runs scripts of memory operations (`guests/memory-script.ts`) as WebAssembly on the host, and builds the image that
 * runs them in a machine. The emulator's tests compare both with a model.
 */
import { buildImage } from '@longmode/aot';
import { bootCode, tablesAndStack } from '../library/boot/boot-code.ts';
import { PAGING_BOOT_TEXT } from '../library/boot/kernel-boot.ts';
import { compileGuest } from '../library/build/build-kernel.ts';
import { type Guest, startGuest } from './guest.ts';
import { putMultiboot2Record } from './multiboot2-record.ts';

const ENTRY = 'test/guests/memory-script.ts';
const MULTIBOOT2 = 0x36d76289;
const RECORD = 0x500;
const PAGE_TABLES = 0x1_0000;
const STACK_BYTES = 16 * 1024;
/** Memory of the guest on the host: its heaps are at 64 MiB. */
const MEMORY_END = 0x420_0000;

/** The code of the scripts in both forms. */
export interface MemoryScript {
  /** A kernel that takes a script as its first module and leaves the results in its place. */
  readonly image: Uint8Array;
  /** The same code for the host. */
  readonly module: WebAssembly.Module;
}

/** Compiles the guest, once for both. */
export async function compileMemoryScript(): Promise<MemoryScript> {
  const compiled = await compileGuest(ENTRY, 'library/panic/abort');
  const boot = bootCode('memory-script.asm', PAGING_BOOT_TEXT, tablesAndStack(STACK_BYTES));
  return {
    image: buildImage({ ...compiled, boot }).elf,
    module: new WebAssembly.Module(new Uint8Array(compiled.wasm)),
  };
}

/** Starts it on the host, on page tables as the boot code makes them, with memory from 1 MiB to 32 MiB to hand out. */
export function startMemoryScript(module: WebAssembly.Module): Guest {
  const guest = startGuest(module);
  guest.growMemory(MEMORY_END);
  const areas = [
    { base: 0n, length: 0x9_fc00n, type: 1 },
    { base: 0x10_0000n, length: 0x1f0_0000n, type: 1 },
  ];
  // What stands for the kernel: the static data of the module is in it.
  const sections = [{ address: 0x10_0000n, sizeBytes: 0x10_0000n, flags: 3n }];
  putMultiboot2Record(guest.memory, RECORD, areas, sections);
  guest.paging.identityMap(PAGE_TABLES);
  guest.call('initialize', RECORD, MULTIBOOT2);
  return guest;
}
