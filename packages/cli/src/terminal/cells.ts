/**
 * What a word of VGA text memory looks like on a terminal: its Unicode character (code page 437), its colours, and
 * whether a row of such words shows anything at all.
 */
import type { TextFrame } from '@longmode/machine';

/** Code page 437 as a PC's character generator draws it: also the 32 control codes have pictures. */
const codePage437 =
  ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼' +
  ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂' +
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** The character of a cell. */
export function characterOf(cell: number): string {
  return codePage437[cell & 0xff]!;
}

/** How a cell is drawn. */
export interface Look {
  readonly foreground: number;
  readonly background: number;
  readonly blink: boolean;
}

/** Colours and blinking of a cell; attribute bit 7 is one or the other (attribute mode control register, bit 3). */
export function lookOf(cell: number, blinkEnabled: boolean): Look {
  const background = (cell >> 12) & (blinkEnabled ? 7 : 15);
  return { foreground: (cell >> 8) & 15, background, blink: blinkEnabled && (cell & 0x8000) !== 0 };
}

/** True if the cell is a character without any ink (0, space, no-break space) on black. */
function isBlank(cell: number): boolean {
  const code = cell & 0xff;
  return (code === 0 || code === 0x20 || code === 0xff) && ((cell >> 12) & 7) === 0;
}

/** Rows up to and including the last one that shows anything; 0 for an empty screen. */
export function usedRows(frame: TextFrame): number {
  for (let index = frame.columns * frame.rows - 1; index >= 0; index--) {
    if (!isBlank(frame.cells[index]!)) return Math.floor(index / frame.columns) + 1;
  }
  return 0;
}
