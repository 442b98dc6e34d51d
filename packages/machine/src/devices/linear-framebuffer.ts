/**
 * A linear framebuffer: memory of a graphics adapter whose pixels are what the screen shows, 32 bits each, blue in the lowest
 * byte, then green and red; the top byte means nothing. A boot loader has set it up and told the kernel (Multiboot 3.3, Multiboot2
 * 3.6.12); there is no way to change its mode, and no BIOS, VBE or PCI function to find it by.
 *
 * It is not RAM of the machine but a device behind physical addresses, so every access of the guest comes here.
 */

import type { ChangedPixelRows, Framebuffer } from '../api.ts';
import type { AccessSize } from '../bus/port-bus.ts';

/** Where QEMU and Bochs have theirs: above all RAM (3 GiB at most), below the interrupt controllers. */
export const FRAMEBUFFER_ADDRESS = 0xfd000000;
export const FRAMEBUFFER_MAXIMUM_WIDTH = 1024;
export const FRAMEBUFFER_MAXIMUM_HEIGHT = 768;

export class LinearFramebuffer implements Framebuffer {
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly pitch: number;
  /** Row by row from the top left; blue, green, red and one unused byte for each pixel. */
  readonly pixels: Uint8Array;
  readonly #view: DataView;
  /** Offsets of the first byte that was written since the last look, and of the one behind the last. */
  #changedStart = Infinity;
  #changedEnd = 0;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pitch = width * 4;
    this.pixels = new Uint8Array(this.pitch * height);
    this.#view = new DataView(this.pixels.buffer);
  }

  /** The rows that were written since the last call; undefined if none was. */
  takeChangedRows(): ChangedPixelRows | undefined {
    if (this.#changedEnd === 0) return undefined;
    const firstRow = Math.floor(this.#changedStart / this.pitch);
    const rowCount = Math.ceil(this.#changedEnd / this.pitch) - firstRow;
    this.#changedStart = Infinity;
    this.#changedEnd = 0;
    return { firstRow, rowCount };
  }

  mmioRead(offset: number, sizeBytes: AccessSize): number {
    if (sizeBytes === 1) return this.#view.getUint8(offset);
    return sizeBytes === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint32(offset, true);
  }

  mmioWrite(offset: number, sizeBytes: AccessSize, value: number): void {
    if (sizeBytes === 1) this.#view.setUint8(offset, value);
    else if (sizeBytes === 2) this.#view.setUint16(offset, value, true);
    else this.#view.setUint32(offset, value, true);
    this.#changedStart = Math.min(this.#changedStart, offset);
    this.#changedEnd = Math.max(this.#changedEnd, offset + sizeBytes);
  }
}
