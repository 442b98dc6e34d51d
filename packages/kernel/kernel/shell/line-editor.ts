// The line that is being typed: text, cursor, history, and how it looks on the screen's last row and on the serial line.
//
//     longmode> peek 0xb8000
//               ^ prompt ends     ^ cursor
import { moveCursor } from '../../library/cursor';
import { printByte, setColor } from '../../library/print';
import { mirrorByte } from '../../library/serial';
import { BUFFER_HEIGHT, BUFFER_WIDTH, Color, WRITER } from '../../library/vga-buffer';
import {
  Key,
  KEY_BACKSPACE,
  KEY_DELETE,
  KEY_DOWN,
  KEY_END,
  KEY_ENTER,
  KEY_HOME,
  KEY_LEFT,
  KEY_RIGHT,
  KEY_UP,
} from '../../drivers/scan-codes';

/** What the shell says when it waits. */
export const PROMPT: string = 'longmode> ';
/** The line has to fit on one row, cursor included. */
const MAXIMUM_LENGTH: i32 = <i32>BUFFER_WIDTH - 11;
/** Lines that can be called back. */
const HISTORY_LENGTH: i32 = 32;

const CONTROL_A: Key = 1;
const CONTROL_C: Key = 3;
const CONTROL_E: Key = 5;
const CONTROL_U: Key = 21;
const SPACE: u32 = 0x20;

/** Edits one line after the other. */
export class LineEditor {
  private text: string = '';
  private cursor: i32 = 0;
  private readonly history: string[] = [];
  /** Which line of the history is shown; its length = a new one. */
  private historyIndex: i32 = 0;

  /** Shows the prompt, for a new line. */
  begin(): void {
    this.text = '';
    this.cursor = 0;
    this.historyIndex = this.history.length;
    this.show();
  }

  /** Shows prompt and line again, after something else was printed. */
  show(): void {
    setColor(Color.LightGreen);
    for (let i = 0; i < PROMPT.length; i++) printByte(PROMPT.charCodeAt(i));
    setColor(Color.LightGray);
    for (let i = 0; i < this.text.length; i++) printByte(this.text.charCodeAt(i));
    this.placeCursor();
  }

  /** Takes the line off the screen, so that something else can be printed in its place. */
  hide(): void {
    mirrorByte(0x0d);
    printToTerminal('[K');
    WRITER.columnPosition = 0;
    for (let column: u32 = 0; column < BUFFER_WIDTH - 1; column++) WRITER.writeByte(SPACE);
    WRITER.columnPosition = 0;
  }

  /** Takes a key. Returns the line when it is complete, otherwise null. */
  press(key: Key): string | null {
    if (key === KEY_ENTER) return this.complete();
    if (key >= 0x20 && key < 0x7f) this.insert(key);
    else if (key === KEY_BACKSPACE) this.erase(this.cursor - 1);
    else if (key === KEY_DELETE) this.erase(this.cursor);
    else if (key === KEY_LEFT) this.moveTo(this.cursor - 1);
    else if (key === KEY_RIGHT) this.moveTo(this.cursor + 1);
    else if (key === KEY_HOME || key === CONTROL_A) this.moveTo(0);
    else if (key === KEY_END || key === CONTROL_E) this.moveTo(this.text.length);
    else if (key === KEY_UP) this.recall(this.historyIndex - 1);
    else if (key === KEY_DOWN) this.recall(this.historyIndex + 1);
    else if (key === CONTROL_U || key === CONTROL_C) this.replace('');
    return null;
  }

  private complete(): string {
    const line = this.text;
    WRITER.columnPosition = PROMPT.length + line.length;
    printByte(0x0a);
    const last = this.history.length - 1;
    if (line.length > 0 && (last < 0 || this.history[last] !== line)) {
      this.history.push(line);
      if (this.history.length > HISTORY_LENGTH) this.history.shift();
    }
    return line;
  }

  private insert(key: Key): void {
    if (this.text.length === MAXIMUM_LENGTH) return;
    const isAtEnd = this.cursor === this.text.length;
    this.text = this.text.slice(0, this.cursor) + String.fromCharCode(key) + this.text.slice(this.cursor);
    this.cursor++;
    if (isAtEnd) {
      printByte(key);
      this.placeCursor();
    } else {
      this.redraw();
    }
  }

  private erase(index: i32): void {
    if (index < 0 || index >= this.text.length) return;
    this.text = this.text.slice(0, index) + this.text.slice(index + 1);
    this.cursor = index;
    this.redraw();
  }

  private moveTo(index: i32): void {
    if (index < 0 || index > this.text.length) return;
    this.cursor = index;
    this.redraw();
  }

  private recall(index: i32): void {
    if (index < 0 || index > this.history.length) return;
    this.historyIndex = index;
    this.replace(index === this.history.length ? '' : this.history[index]);
  }

  private replace(text: string): void {
    this.text = text;
    this.cursor = text.length;
    this.redraw();
  }

  private redraw(): void {
    this.hide();
    this.show();
  }

  /** Puts the screen's cursor, and that of a terminal on the serial line, where the next character goes. */
  private placeCursor(): void {
    const column = PROMPT.length + this.cursor;
    moveCursor(BUFFER_HEIGHT - 1, column);
    WRITER.columnPosition = column;
    for (let back = this.text.length - this.cursor; back > 0; back--) mirrorByte(0x08);
  }
}

/** An escape sequence (ECMA-48), which only a terminal understands. */
function printToTerminal(sequence: string): void {
  mirrorByte(0x1b);
  for (let i = 0; i < sequence.length; i++) mirrorByte(sequence.charCodeAt(i));
}
