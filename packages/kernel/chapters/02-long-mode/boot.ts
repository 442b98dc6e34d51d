/** Chapter 2: check the machine, build page tables, enter 64-bit mode, and say so from there. */
import { boot32 } from '../../library/boot/boot32.ts';
import { longModeStart } from '../../library/boot/long-mode-start.ts';
import { MULTIBOOT1_HEADER, MULTIBOOT2_HEADER } from '../../library/boot/multiboot-header.ts';

/** The whole kernel. Its Multiboot 1 header is a trap: loaders may start it that way, but the check says `ERR: 0`. */
export const BOOT_TEXT = [
  MULTIBOOT2_HEADER,
  MULTIBOOT1_HEADER,
  boot32({ acceptMultiboot1: false }),
  longModeStart('nothing'),
].join('');
