/**
 * The screen of a machine, or a rectangle of it, as users read it. It keeps nothing: every read captures the frame of
 * that moment from the machine.
 */

import type { Limits, Match, Screen } from '../api.ts';
import { describePattern, findMatch } from '../pattern.ts';
import { frameToAnsi } from './ansi.ts';
import {
  cropFrame,
  decodeCell,
  frameLines,
  frameText,
  type TextCell,
  type TextCursor,
  type TextFrame,
} from './frame.ts';

/** Runs the machine until `test` gives something; see `Screen.waitFor`. */
export type WaitForScreen = (test: () => Match | undefined, what: string, limits?: Limits) => Promise<Match>;

export class ScreenView implements Screen {
  readonly #capture: () => TextFrame;
  readonly #wait: WaitForScreen;

  constructor(capture: () => TextFrame, wait: WaitForScreen) {
    this.#capture = capture;
    this.#wait = wait;
  }

  get columns(): number {
    return this.#capture().columns;
  }

  get rows(): number {
    return this.#capture().rows;
  }

  get cursor(): TextCursor {
    return this.#capture().cursor;
  }

  text(): string {
    return frameText(this.#capture());
  }

  lines(): string[] {
    return frameLines(this.#capture());
  }

  line(row: number): string {
    const frame = this.#capture();
    return frameLines(cropFrame(frame, 0, row, frame.columns, 1))[0] ?? '';
  }

  cell(column: number, row: number): TextCell {
    const frame = this.#capture();
    return decodeCell(cropFrame(frame, column, row, 1, 1).cells[0] ?? 0, frame.blinkEnabled);
  }

  region(column: number, row: number, columns: number, rows: number): Screen {
    cropFrame(this.#capture(), column, row, columns, rows); // refuse now what cannot fit
    return new ScreenView(() => cropFrame(this.#capture(), column, row, columns, rows), this.#wait);
  }

  frame(): TextFrame {
    return this.#capture();
  }

  toAnsi(): string {
    return frameToAnsi(this.#capture());
  }

  waitFor(pattern: string | RegExp | ((screen: Screen) => boolean), limits?: Limits): Promise<Match> {
    const test = (): Match | undefined => {
      const text = this.text();
      if (typeof pattern !== 'function') return findMatch(pattern, text);
      return pattern(this) ? { text, before: '', after: '', groups: {} } : undefined;
    };
    return this.#wait(test, `${describePattern(pattern)} on the screen`, limits);
  }
}
