// `print` and `println`: text and numbers without a heap.
//
// A template literal needs a heap to build its string in, and the first chapters have none. So the build rewrites a
// `print` or `println` of a template literal to the calls below, one per piece (`library/build/print-template.ts`):
//
//     println(`start: 0x${base}, length: ${length}, first: ${isFirst}`);
//
// A number behind the text `0x` is written in hexadecimal, any other in decimal. Text is written as UTF-8: ASCII looks
// as expected, on the screen other characters show as their bytes in code page 437 (`ä` is c3 a4: two cells); the
// serial line carries them unharmed.
import { mirrorByte } from './serial';
import { WRITER, Color, colorCode } from './vga-buffer';

/** Prints a text. As a statement, a template literal with numbers, booleans and texts in it is welcome. */
export function print(text: string): void {
  printText(text);
}

/** Prints a text and starts a new line. */
export function println(text: string = ''): void {
  printText(text);
  printByte(0x0a);
}

/** Changes the colours of what is printed next. */
export function setColor(foreground: Color, background: Color = Color.Black): void {
  WRITER.colorCode = colorCode(foreground, background);
}

/** Prints one byte: a character of code page 437 on the screen, the byte itself on the serial line. */
export function printByte(byte: u32): void {
  WRITER.writeByte(byte);
  mirrorByte(byte);
}

/** Prints a number in decimal, with spaces in front up to `width` characters. */
export function printDecimal(value: u64, width: u32 = 1): void {
  // Digit by digit from the front, by recursion: no buffer, so an interrupt may print in the middle of it.
  if (value >= 10) printDecimal(value / 10, width > 1 ? width - 1 : 1);
  else for (; width > 1; width--) printByte(0x20);
  printByte(0x30 + <u32>(value % 10));
}

/** Prints a number in hexadecimal without `0x`, with zeros in front up to `digits` digits. */
export function printHexadecimal(value: u64, digits: u32 = 1): void {
  const significant = (67 - <u32>clz(value | 1)) >> 2;
  for (let digit = max(significant, digits); digit > 0; digit--) {
    const nibble = digit > 16 ? 0 : (<u32>(value >> ((digit - 1) * 4))) & 0xf;
    printByte(nibble < 10 ? 0x30 + nibble : 0x61 - 10 + nibble);
  }
}

// ---- what the rewriting calls; `@global`, so that a file needs to import nothing but `println` ----------------------

/** Prints the UTF-8 bytes of a text. A lone surrogate prints as U+FFFD, the replacement character. */
// @ts-ignore: decorator
@global
export function printText(text: string): void {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    let point: u32 = load<u16>(changetype<usize>(text) + ((<usize>i) << 1));
    if ((point & 0xf800) === 0xd800) {
      const next: u32 = i + 1 < length ? load<u16>(changetype<usize>(text) + ((<usize>(i + 1)) << 1)) : 0;
      const isPair = point < 0xdc00 && (next & 0xfc00) === 0xdc00;
      point = isPair ? 0x10000 + ((point & 0x3ff) << 10) + (next & 0x3ff) : 0xfffd;
      if (isPair) i++;
    }
    printUtf8(point);
  }
}

function printUtf8(point: u32): void {
  if (point < 0x80) {
    printByte(point);
    return;
  }
  if (point < 0x800) {
    printByte(0xc0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      printByte(0xe0 | (point >> 12));
    } else {
      printByte(0xf0 | (point >> 18));
      printByte(0x80 | ((point >> 12) & 0x3f));
    }
    printByte(0x80 | ((point >> 6) & 0x3f));
  }
  printByte(0x80 | (point & 0x3f));
}

/** Prints one `${...}`: text as it is, booleans as words, numbers in decimal. */
// @ts-ignore: decorator
@global
export function printHole<T>(value: T): void {
  if (isString<T>()) {
    printText(changetype<string>(value));
  } else if (isBoolean<T>()) {
    printText(value ? 'true' : 'false');
  } else if (isFloat<T>()) {
    ERROR('a kernel has no floating point registers: print an integer');
  } else if (isSigned<T>()) {
    const signed = <i64>value;
    if (signed < 0) printByte(0x2d);
    printDecimal(<u64>(signed < 0 ? -signed : signed));
  } else if (isInteger<T>()) {
    printDecimal(<u64>value);
  } else {
    ERROR('only text, numbers and booleans can be printed');
  }
}

/** Prints one `0x${...}`: as many hexadecimal digits as the number needs. */
// @ts-ignore: decorator
@global
export function printHexadecimalHole<T>(value: T): void {
  if (!isInteger<T>()) ERROR('only an integer can be printed behind `0x`');
  // A negative number prints in its own width: -1 as an i32 is ffffffff.
  const unusedBits: u64 = 64 - sizeof<T>() * 8;
  printHexadecimal(((<u64>value) << unusedBits) >> unusedBits);
}
