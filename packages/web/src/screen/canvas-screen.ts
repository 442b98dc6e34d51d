/**
 * The screen of a machine on a canvas, in the worker: takes frames as they come, shows the newest at the display's
 * rate, keeps cursor and text blinking, and tells which rows changed for the text mirror.
 */

import type { TextFrame } from '@longmode/machine';
import { CELL_HEIGHT, CELL_WIDTH } from './cell-size.ts';
import { type ChangedRow, changedRows, mirrorLines } from './changed-rows.ts';
import { type BlinkPhase, STEADY, TextPainter } from './paint.ts';
import { applyTheme, type ThemePalette } from './theme-palette.ts';

/** A VGA cursor changes every 8 frames of 70 Hz, text every 16. */
const BLINK_MILLISECONDS = (8 / 70) * 1000;

/** A hidden page gets no frames of the display; its screen is brought up to date this much later. */
export const HIDDEN_PAGE_MILLISECONDS = 250;

/** Told after a frame was shown: the rows whose text differs from the frame before. */
export type FrameListener = (columns: number, rows: number, changed: readonly ChangedRow[]) => void;

export class CanvasScreen {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #listener: FrameListener;
  #palette: ThemePalette;
  #painter: TextPainter;
  #image: ImageData;
  #frame: TextFrame | undefined;
  /** The lines that the listener knows. */
  #toldLines: readonly string[] = [];
  #hasShownText = false;
  /** Set while the next frame of the display is waited for. */
  #cancelSchedule: (() => void) | undefined;
  #blinkTicks = 0;

  /** Takes the canvas at once and fills it with black, so that the first frame costs only its cells. */
  constructor(
    canvas: OffscreenCanvas,
    { blink, palette }: { readonly blink: boolean; readonly palette: ThemePalette },
    listener: FrameListener,
  ) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('the canvas gives no 2d context');
    this.#canvas = canvas;
    this.#context = context;
    this.#listener = listener;
    this.#palette = palette;
    [this.#painter, this.#image] = this.#resize(80, 25);
    if (blink) setInterval(() => this.#blink(), BLINK_MILLISECONDS);
  }

  /** Other colours for the same picture. */
  setPalette(palette: ThemePalette): void {
    this.#palette = palette;
    if (this.#frame && !this.#cancelSchedule) this.#paint(this.#frame);
  }

  /** Shows the frame with the next frame of the display; at once as long as nothing is on the screen, because somebody waits. */
  show(frame: TextFrame): void {
    this.#frame = frame;
    if (this.#cancelSchedule) return;
    if (!this.#hasShownText) {
      this.flush();
      return;
    }
    const display = requestAnimationFrame(() => this.flush());
    const timer = setTimeout(() => this.flush(), HIDDEN_PAGE_MILLISECONDS);
    this.#cancelSchedule = () => {
      cancelAnimationFrame(display);
      clearTimeout(timer);
    };
  }

  /** Shows the newest frame now. */
  flush(): void {
    this.#cancelSchedule?.();
    this.#cancelSchedule = undefined;
    const frame = this.#frame;
    if (!frame) return;
    this.#paint(frame);
    const lines = mirrorLines(frame);
    const changed = changedRows(lines, this.#toldLines);
    this.#toldLines = lines;
    this.#hasShownText ||= lines.some((line) => line.trim() !== '');
    if (changed.length > 0) this.#listener(frame.columns, frame.rows, changed);
  }

  #paint(frame: TextFrame): void {
    if (frame.columns !== this.#painter.columns || frame.rows !== this.#painter.rows) {
      [this.#painter, this.#image] = this.#resize(frame.columns, frame.rows);
    }
    const themed = { ...frame, palette: applyTheme(frame.palette, this.#palette) };
    for (const row of this.#painter.paint(themed, this.#phase)) {
      this.#context.putImageData(this.#image, 0, 0, 0, row * CELL_HEIGHT, this.#painter.width, CELL_HEIGHT);
    }
  }

  #resize(columns: number, rows: number): [TextPainter, ImageData] {
    this.#canvas.width = columns * CELL_WIDTH;
    this.#canvas.height = rows * CELL_HEIGHT;
    const painter = new TextPainter(columns, rows);
    return [painter, new ImageData(painter.pixels, painter.width, painter.height)];
  }

  get #phase(): BlinkPhase {
    if (this.#blinkTicks === 0) return STEADY;
    return { cursorShown: this.#blinkTicks % 2 === 0, textShown: this.#blinkTicks % 4 < 2 };
  }

  #blink(): void {
    this.#blinkTicks++;
    if (this.#frame && !this.#cancelSchedule) this.#paint(this.#frame);
  }
}
