/**
 * The pixels of a machine's linear framebuffer on a canvas, in the worker: takes the rows that changed as they come and shows them
 * at the display's rate. It takes the place of `canvas-screen.ts` for a kernel that draws; there is no text to mirror, and themes
 * have no say in its colours.
 */

import type { ChangedPixelRows, Framebuffer } from '@longmode/machine';
import { HIDDEN_PAGE_MILLISECONDS } from './canvas-screen.ts';

/** Top byte of a word of `ImageData` on a little-endian host, which every host of Wasm is. */
const OPAQUE = 0xff000000;

export class GraphicsScreen {
  readonly #framebuffer: Framebuffer;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #image: ImageData;
  /** The guest's pixels, 0x00rrggbb, and those of the canvas, 0xffbbggrr. */
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  readonly #shown: () => void;
  #firstRow = Infinity;
  #endRow = 0;
  /** Set while the next frame of the display is waited for. */
  #cancelSchedule: (() => void) | undefined;

  /** Gives the canvas the framebuffer's size and fills it with black. `shown` is told after each picture. */
  constructor(canvas: OffscreenCanvas, framebuffer: Framebuffer, shown: () => void) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('the canvas gives no 2d context');
    const { width, height, pixels } = framebuffer;
    canvas.width = width;
    canvas.height = height;
    this.#framebuffer = framebuffer;
    this.#context = context;
    this.#image = new ImageData(width, height);
    this.#from = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
    this.#to = new Uint32Array(this.#image.data.buffer);
    this.#shown = shown;
  }

  /** Shows the rows with the next frame of the display. */
  show({ firstRow, rowCount }: ChangedPixelRows): void {
    this.#firstRow = Math.min(this.#firstRow, firstRow);
    this.#endRow = Math.max(this.#endRow, firstRow + rowCount);
    if (this.#cancelSchedule) return;
    const display = requestAnimationFrame(() => this.flush());
    const timer = setTimeout(() => this.flush(), HIDDEN_PAGE_MILLISECONDS);
    this.#cancelSchedule = () => {
      cancelAnimationFrame(display);
      clearTimeout(timer);
    };
  }

  /** Shows all rows that changed now. */
  flush(): void {
    this.#cancelSchedule?.();
    this.#cancelSchedule = undefined;
    const [firstRow, endRow] = [this.#firstRow, this.#endRow];
    if (endRow === 0) return;
    this.#firstRow = Infinity;
    this.#endRow = 0;
    const { width } = this.#framebuffer;
    for (let i = firstRow * width; i < endRow * width; i++) {
      const pixel = this.#from[i]!;
      this.#to[i] = OPAQUE | ((pixel & 0xff) << 16) | (pixel & 0xff00) | ((pixel >> 16) & 0xff);
    }
    this.#context.putImageData(this.#image, 0, 0, 0, firstRow, width, endRow - firstRow);
    this.#shown();
  }
}
