// Numbers as people type them.

/** The value of a word: hexadecimal behind `0x`, otherwise decimal; `otherwise` if it isn't a number of 64 bits. */
export function parseNumber(word: string, otherwise: u64): u64 {
  const isHexadecimal = word.startsWith('0x');
  const radix: u64 = isHexadecimal ? 16 : 10;
  const first = isHexadecimal ? 2 : 0;
  if (word.length === first || word.length > first + (isHexadecimal ? 16 : 19)) return otherwise;
  let value: u64 = 0;
  for (let i = first; i < word.length; i++) {
    const digit = digitOf(word.charCodeAt(i));
    if (digit >= radix) return otherwise;
    value = value * radix + digit;
  }
  return value;
}

/** Value of a digit up to f; 255 if it is none. */
function digitOf(character: i32): u64 {
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  if (character >= 0x61 && character <= 0x66) return character - 0x61 + 10;
  if (character >= 0x41 && character <= 0x46) return character - 0x41 + 10;
  return 255;
}
