/**
 * The screen of a machine on a canvas, in the worker: takes frames as they come, shows the newest at the display's
 * rate, keeps cursor and text blinking, and tells which rows changed for the text mirror.
 */

import type { TextFrame } from '@longmode/machine';
import { type BlinkPhase, CELL_HEIGHT, CELL_WIDTH, STEADY, TextPainter } from './paint.ts';
import type { ChangedRow } from './protocol.ts';
import { textRuns } from './text-runs.ts';

/** A VGA cursor changes every 8 frames of 70 Hz, text every 16. */
const BLINK_MILLISECONDS = (8 / 70) * 1000;

/** Told after a frame was shown: the rows whose text or colours differ from the frame before. */
export type FrameListener = (columns: number, rows: number, changed: readonly ChangedRow[]) => void;

export class CanvasScreen {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #listener: FrameListener;
  #painter: TextPainter;
  #image: ImageData;
  #frame: TextFrame | undefined;
  /** The frame that the listener knows. */
  #told: TextFrame | undefined;
  #isScheduled = false;
  #blinkTicks = 0;

  /** Takes the canvas at once and fills it with black, so that the first frame costs only its cells. */
  constructor(canvas: OffscreenCanvas, blink: boolean, listener: FrameListener) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('the canvas gives no 2d context');
    this.#canvas = canvas;
    this.#context = context;
    this.#listener = listener;
    [this.#painter, this.#image] = this.#resize(80, 25);
    if (blink) setInterval(() => this.#blink(), BLINK_MILLISECONDS);
  }

  /** Shows the frame with the next frame of the display. */
  show(frame: TextFrame): void {
    this.#frame = frame;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      if (this.#isScheduled) this.flush();
    });
  }

  /** Shows the newest frame now: a hidden page gets no frames of the display, but the last picture must not be lost. */
  flush(): void {
    this.#isScheduled = false;
    const frame = this.#frame;
    if (!frame) return;
    this.#paint(frame);
    const changed = changedRows(frame, this.#told);
    this.#told = frame;
    if (changed.length > 0) this.#listener(frame.columns, frame.rows, changed);
  }

  #paint(frame: TextFrame): void {
    if (frame.columns !== this.#painter.columns || frame.rows !== this.#painter.rows) {
      [this.#painter, this.#image] = this.#resize(frame.columns, frame.rows);
    }
    for (const row of this.#painter.paint(frame, this.#phase)) {
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
    if (this.#frame && !this.#isScheduled) this.#paint(this.#frame);
  }
}

function changedRows(frame: TextFrame, before: TextFrame | undefined): ChangedRow[] {
  const isNewLook =
    !before ||
    before.columns !== frame.columns ||
    before.rows !== frame.rows ||
    before.blinkEnabled !== frame.blinkEnabled ||
    before.palette.some((colour, i) => colour !== frame.palette[i]);
  const changed: ChangedRow[] = [];
  for (let row = 0; row < frame.rows; row++) {
    const end = (row + 1) * frame.columns;
    let at = row * frame.columns;
    while (!isNewLook && at < end && frame.cells[at] === before.cells[at]) at++;
    if (at < end) changed.push({ row, runs: textRuns(frame, row) });
  }
  return changed;
}
