// Messages with a number in them, without a heap: a text with a blank field that is filled in before the panic prints it.
//
//     throwWithNumber('invalid address: 0x', 0x800000000000, 16);      invalid address: 0x800000000000

/** Room for the longest message: the header of a managed string, then its UTF-16 units. */
const HEADER_BYTES: usize = 20;
const MESSAGE_UNITS: usize = 96;
const BUFFER = memory.data(20 + 96 * 2, 16);

/**
 * `before`, the number in base `radix`, `after`, as one text. The text is overwritten by the next call, so it is for
 * messages of panics: `throw new Error(numberMessage(...))`.
 */
export function numberMessage(before: string, value: u64, radix: u32, after: string = ''): string {
  const text = BUFFER + HEADER_BYTES;
  let units = append(text, 0, before);
  let digits = 1;
  for (let rest = value / radix; rest > 0; rest /= radix) digits++;
  for (let i = digits - 1; i >= 0; i--) {
    const digit = <u32>(value % radix);
    value /= radix;
    store<u16>(text + ((units + i) << 1), digit < 10 ? 0x30 + digit : 0x61 - 10 + digit);
  }
  units = append(text, units + digits, after);
  store<u32>(text - 8, idof<string>()); // rtId
  store<u32>(text - 4, units << 1); // rtSize
  return changetype<string>(text);
}

function append(text: usize, units: usize, part: string): usize {
  for (let i = 0; i < part.length && units < MESSAGE_UNITS - 24; i++, units++) {
    store<u16>(text + (units << 1), part.charCodeAt(i));
  }
  return units;
}
