// What a page fault means: the error code in words, the entry of the page tables that caused it, and the place in memory
// that was hit.
//
//      error code (SDM Vol. 3A 4.7)
//
//       4    3    2    1    0
//     +----+----+----+----+----+
//     |I/D |RSVD|U/S |W/R | P  |     P: 0 = not present, 1 = present, but not allowed
//     +----+----+----+----+----+
//       I/D: instruction fetch; RSVD: reserved bit set in an entry; U/S: from ring 3; W/R: write
import { print, println } from '../library/print';
import { tableIndex, walkPageTables } from '../memory/paging/page-walk';
import { Regions } from './regions';

export const PROTECTION_VIOLATION: u64 = 1 << 0;
export const CAUSED_BY_WRITE: u64 = 1 << 1;
export const USER_MODE: u64 = 1 << 2;
export const MALFORMED_TABLE: u64 = 1 << 3;
export const INSTRUCTION_FETCH: u64 = 1 << 4;
const ALL_FLAGS: u64 = (1 << 5) - 1;

const NO_EXECUTE: u64 = 1 << 63;
const USER_ACCESSIBLE: u64 = 1 << 2;
const WRITABLE: u64 = 1 << 1;

/** Prints the set bits of an error code by their names, `(empty)` if there is none. */
export function printPageFaultErrorCode(errorCode: u64): void {
  if ((errorCode & ALL_FLAGS) === 0) print('(empty)');
  printFlag(errorCode, PROTECTION_VIOLATION, 'PROTECTION_VIOLATION');
  printFlag(errorCode, CAUSED_BY_WRITE, 'CAUSED_BY_WRITE');
  printFlag(errorCode, USER_MODE, 'USER_MODE');
  printFlag(errorCode, MALFORMED_TABLE, 'MALFORMED_TABLE');
  printFlag(errorCode, INSTRUCTION_FETCH, 'INSTRUCTION_FETCH');
}

function printFlag(errorCode: u64, flag: u64, name: string): void {
  if ((errorCode & flag) === 0) return;
  if ((errorCode & (flag - 1)) !== 0) print(' | '); // one with a lower bit stands in front of it
  print(name);
}

/** Prints where the address is and why the processor refused the access, in two lines. */
export function explainPageFault(address: u64, errorCode: u64): void {
  print('place: ');
  Regions.printPlace(address);
  println();
  print('cause: ');
  printCause(address, errorCode);
  println();
}

function printCause(address: u64, errorCode: u64): void {
  // The tables may have changed since, or the translation came from an old entry in the TLB: so say what is there now.
  const walk = walkPageTables(address);
  const level = walk.level;
  const entry = walk.entry;
  if (errorCode & MALFORMED_TABLE) {
    print(`a reserved bit is set in the level-${level} entry, 0x${entry}`);
  } else if (!(errorCode & PROTECTION_VIOLATION)) {
    if (walk.isMapped) print('nothing was mapped there at that time');
    else
      print(`nothing is mapped there: entry ${tableIndex(level, address)} of the level-${level} table is not present`);
  } else if (errorCode & USER_MODE && !(entry & USER_ACCESSIBLE)) {
    print('the page belongs to the kernel');
  } else if (errorCode & INSTRUCTION_FETCH) {
    print(entry & NO_EXECUTE ? 'the page is data: it must not be executed' : 'the page must not be executed');
  } else if (errorCode & CAUSED_BY_WRITE) {
    print(entry & WRITABLE ? 'a table above the page is read-only' : 'the page is read-only');
  } else {
    print('the page must not be read');
  }
}
