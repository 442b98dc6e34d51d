/** The boot code of every kernel that goes on in TypeScript: chapter 3 onwards and the whole kernel. */
import { boot32 } from './boot32.ts';
import { longModeStart } from './long-mode-start.ts';
import { MULTIBOOT1_HEADER, MULTIBOOT2_HEADER } from './multiboot-header.ts';

/** Both headers, the way to 64-bit mode, then `kmain`. */
const kernelBootText = (recursive: boolean) =>
  [MULTIBOOT2_HEADER, MULTIBOOT1_HEADER, boot32({ acceptMultiboot1: true, recursive }), longModeStart('compiled')].join(
    '',
  );

/** Chapters 3 to 5. */
export const KERNEL_BOOT_TEXT = kernelBootText(false);

/** Chapter 6 onwards: the page tables contain themselves. */
export const PAGING_BOOT_TEXT = kernelBootText(true);
