/** The image's symbols and source lines as users ask for them, and as addresses in the rest of the API. */

import type { SymbolTable } from '@longmode/loader';
import type { Address, CodeLocation, ImageSection, Symbols } from './api.ts';

const OFFSET_SYNTAX = /^(.*?)(?:\+(0x[0-9a-f]+|\d+))?$/i;

export class SymbolView implements Symbols {
  readonly #table: SymbolTable;

  constructor(table: SymbolTable) {
    this.#table = table;
  }

  address(name: string): bigint | undefined {
    return this.#table.find(name)?.address;
  }

  locate(address: bigint): CodeLocation {
    const symbol = this.#table.lookup(address);
    const line = this.#table.lineAt(address);
    return {
      address,
      ...(symbol && { symbol: symbol.name, offset: Number(symbol.offset) }),
      ...(line && { file: line.file, line: line.line }),
    };
  }

  get sections(): readonly ImageSection[] {
    return this.#table.sections;
  }

  /** Resolves an address as the API takes it. @throws RangeError if it is none */
  resolve(at: Address): bigint {
    if (typeof at === 'bigint') return BigInt.asUintN(64, at);
    if (typeof at === 'number') {
      if (!Number.isSafeInteger(at) || at < 0) throw new RangeError(`${at} is no address: give large ones as bigint`);
      return BigInt(at);
    }
    const [, name = '', offset = '0'] = OFFSET_SYNTAX.exec(at) ?? [];
    const address = this.address(at) ?? this.address(name);
    if (address === undefined) throw new RangeError(`the image has no symbol named ${JSON.stringify(name)}`);
    return this.address(at) ?? BigInt.asUintN(64, address + BigInt(offset));
  }
}
