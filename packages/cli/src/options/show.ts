/** The value of `--show`: which parts of the machine's state to print at the end. */

/** What can be named; `walk` and `code` take an address. */
const names = ['pages', 'tables', 'walk', 'tlb', 'gdt', 'idt', 'tss', 'registers', 'stack', 'code'] as const;

/** One part of the state. */
export interface ShowItem {
  readonly what: (typeof names)[number];
  /** Linear address, or a symbol with an optional `+offset`. */
  readonly at?: bigint | string;
}

/** Reads `pages,idt,walk:0xb8000,code:kmain+0x10`. @throws Error of one line */
export function parseShow(text: string): ShowItem[] {
  return text.split(',').map((item) => {
    const colon = item.indexOf(':');
    const name = colon < 0 ? item : item.slice(0, colon);
    const what = names.find((known) => known === name);
    if (!what) throw new Error(`expected some of ${names.join(', ')}; found ${name === '' ? 'nothing' : `"${name}"`}`);
    if (colon < 0) {
      if (what === 'walk') throw new Error('walk needs an address, as in walk:0xb8000 or walk:kernel_main');
      return { what };
    }
    if (what !== 'walk' && what !== 'code') throw new Error(`${what} takes no address, found "${item}"`);
    return { what, at: parseAddress(item.slice(colon + 1), item) };
  });
}

function parseAddress(text: string, item: string): bigint | string {
  if (/^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(text)) return BigInt(text);
  if (!/^[^\d\s]/.test(text)) throw new Error(`expected an address or a symbol after the colon, found "${item}"`);
  return text;
}
