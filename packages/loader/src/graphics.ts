/**
 * Which screen a kernel gets: the linear framebuffer that its header wishes for, where the machine has one, otherwise the text
 * screen. A wish is Multiboot 1 flag 2 with mode type 0 (Multiboot 0.6.96, 3.1.4) or the Multiboot 2 framebuffer header tag (Multiboot2 2.0,
 * 3.1.10). As with GRUB the kernel has to look at the boot information for what it really got: pixels have 32 bits, and a
 * picture larger than the machine's largest is cut down to it.
 */
import type { GraphicsAdapter } from './boot-plan.ts';
import type { Multiboot1Header } from './multiboot1/header.ts';
import { headerTag, type Multiboot2Header } from './multiboot2/header.ts';
import { FRAMEBUFFER_RGB, type Framebuffer } from './multiboot2/tags/framebuffer.ts';

/** For kernels that have no preference, which the header says with 0. */
const DEFAULT_WIDTH = 640;
const DEFAULT_HEIGHT = 480;
const BITS_PER_PIXEL = 32;
const BYTES_PER_PIXEL = BITS_PER_PIXEL / 8;
/** Position and size of red, green and blue in a pixel: 0x00rrggbb. */
const COLOR_INFO = Uint8Array.of(16, 8, 8, 8, 0, 8);

/** The picture that a header wishes for; undefined if it wishes for none. Sizes of 0 are no preference. */
export function wishedGraphics(
  header: Multiboot1Header | Multiboot2Header,
): { readonly width: number; readonly height: number; readonly depth: number } | undefined {
  if (header.protocol === 'multiboot2') return headerTag(header, 'framebuffer');
  return header.video?.modeType === 0 ? header.video : undefined;
}

/** The framebuffer for a header's wish. */
export function chooseFramebuffer(
  header: Multiboot1Header | Multiboot2Header,
  adapter: GraphicsAdapter | undefined,
): Framebuffer | undefined {
  const wish = wishedGraphics(header);
  if (!wish || !adapter) return undefined;
  const width = Math.min(wish.width || DEFAULT_WIDTH, adapter.maximumWidth);
  const height = Math.min(wish.height || DEFAULT_HEIGHT, adapter.maximumHeight);
  return {
    address: BigInt(adapter.address),
    pitch: width * BYTES_PER_PIXEL,
    width,
    height,
    bitsPerPixel: BITS_PER_PIXEL,
    type: FRAMEBUFFER_RGB,
    colorInfo: COLOR_INFO,
  };
}
