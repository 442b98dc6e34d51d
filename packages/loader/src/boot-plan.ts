/**
 * What goes into the loader and what comes out of it. The plan is data: which bytes go where in physical memory, where
 * execution starts, and what is in the registers; the machine carries it out.
 */
import type { Protocol } from './header-search.ts';
import type { ImageInfo } from './image-info.ts';
import type { ApmTable } from './multiboot2/tags/apm.ts';
import type { BootDeviceTag } from './multiboot2/tags/boot-device.ts';
import type { Framebuffer } from './multiboot2/tags/framebuffer.ts';
import type { SymbolTable } from './symbols.ts';

/** A file handed to the kernel beside the kernel itself. */
export interface BootModule {
  readonly bytes: Uint8Array;
  /** The module's string; `name` if absent. */
  readonly commandLine?: string;
  /** For messages, and for the string. */
  readonly name?: string;
}

/** What the firmware would have told the boot loader; each is passed on only if the machine really has it. */
export interface Firmware {
  readonly apm?: ApmTable;
  readonly bootDevice?: Omit<BootDeviceTag, 'tag'>;
  /** The 20 bytes of ACPI 1.0 or the 36 bytes of ACPI 2.0. */
  readonly rsdp?: Uint8Array;
}

/** What the machine has for kernels that wish for graphics: memory of 32 bits for each pixel, which it shows. */
export interface GraphicsAdapter {
  /** Physical address of the first pixel. */
  readonly address: number;
  readonly maximumWidth: number;
  readonly maximumHeight: number;
}

/** Options of `loadImage`. */
export interface LoadOptions {
  /** RAM of the machine: 1 MiB to 3 GiB, a multiple of 4096. */
  readonly memoryBytes: number;
  /** Without the kernel's file name, as GRUB 2 passes it. At most 4096 bytes of UTF-8. */
  readonly commandLine?: string;
  readonly modules?: readonly BootModule[];
  /** Name of the boot loader; `longmode` if absent. */
  readonly loaderName?: string;
  /** Insist on one protocol; if absent, Multiboot 2 is preferred where the image has both headers. */
  readonly protocol?: Protocol;
  /** The screen; the 80x25 EGA text screen if absent. */
  readonly framebuffer?: Framebuffer;
  /** If absent, kernels that wish for graphics get `framebuffer`, and a warning. */
  readonly graphics?: GraphicsAdapter;
  readonly firmware?: Firmware;
}

/** Bytes to put into physical memory, zero-filled up to `memoryBytes`. */
export interface PlannedSegment {
  readonly physicalAddress: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes: number;
  /** For people: `segment 0`, `section .symtab`, `module 0 (initrd)`, `boot information`. */
  readonly what: string;
}

/** How to boot an image. */
export interface BootPlan {
  readonly protocol: Protocol;
  /** Not overlapping, inside usable RAM. */
  readonly segments: readonly PlannedSegment[];
  /** Physical address of the first instruction, executed in 32-bit protected mode without paging. */
  readonly entry: number;
  /** All other general registers are 0. */
  readonly registers: { readonly eax: number; readonly ebx: number; readonly esp: number };
  /** The screen as the kernel is told. */
  readonly framebuffer: Framebuffer;
  readonly symbols: SymbolTable;
  readonly image: ImageInfo;
  readonly warnings: readonly string[];
}
