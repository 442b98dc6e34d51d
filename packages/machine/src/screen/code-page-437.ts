/**
 * Code page 437, the character set in the ROM of every PC display adapter, as Unicode.
 * Unicode mapping: https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/PC/CP437.TXT; the graphics of codes 0x01-0x1f
 * and 0x7f, which that table leaves to their control functions, are those of the IBM PC Technical Reference.
 *
 * Code 0x00 is an empty cell, shown as a space.
 */

const LOW = ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼';
const HIGH =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»' +
  '░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** The character of each code. */
export const CODE_PAGE_437: readonly string[] = Array.from({ length: 256 }, (_, code) => {
  if (code < 0x20) return LOW.charAt(code);
  if (code === 0x7f) return '⌂';
  return code < 0x80 ? String.fromCharCode(code) : HIGH.charAt(code - 0x80);
});
