// Writes a region as a WebAssembly module (WebAssembly Core Specification 2.0, chapter 5): one function of type (i32) -> i32, called
// with the number of the entry, which returns the record where the interpreter goes on. The module imports the core's memory
// and function table, places its function in the table, and imports the two helpers of memory accesses.

import { byte, get, i32const, overflowed, position, raw, set, startBytes, u32leb } from './bytes';
import { REGION_I32, REGION_I64, REGION_STATE, forgetLocals, learnLocals, loadMirrored, storeMirrored } from './emit';
import { resetCounts } from './flow';
import { LEAVE, declareLocals } from './locals';
import { orderNodes } from './order';
import { emitStructure } from './structure';
import { REGION_CODE, REGION_CODE_END, REGION_MODULE, REGION_MODULE_END } from '../layout';

/** Length of the module that the last `translate` wrote to REGION_MODULE. */
export let moduleBytes: u32 = 0;

function writeFunction(): void {
  startBytes(REGION_CODE, REGION_CODE_END);
  resetCounts();
  declareLocals(REGION_I64, REGION_I32);
  loadMirrored();
  get(0);
  set(REGION_STATE);
  byte(0x02); // block: its end leaves the region
  byte(0x40);
  emitStructure();
  byte(0x00); // unreachable
  byte(0x0b);
  storeMirrored();
  get(LEAVE);
  byte(0x0b);
}

/** A section with a body of known bytes, of which `text` holds names in place of numbers: see `writeModule`. */
function section(id: u32, bytes: u32): void {
  byte(id);
  u32leb(bytes);
}

function lebBytes(value: u32): u32 {
  let count: u32 = 1;
  for (let rest = value >> 7; rest != 0; rest >>= 7) count++;
  return count;
}

/** A name of the import section: ASCII. */
function name(text: usize, length: u32): void {
  u32leb(length);
  raw(text, length);
}

const CORE: usize = memory.data<u8>([0x63, 0x6f, 0x72, 0x65]); // core
const MEMORY: usize = memory.data<u8>([0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79]); // memory
const TABLE: usize = memory.data<u8>([0x74, 0x61, 0x62, 0x6c, 0x65]); // table
const JIT_READ: usize = memory.data<u8>([0x6a, 0x69, 0x74, 0x52, 0x65, 0x61, 0x64]); // jitRead
const JIT_WRITE: usize = memory.data<u8>([0x6a, 0x69, 0x74, 0x57, 0x72, 0x69, 0x74, 0x65]); // jitWrite

function writeModule(slot: u32, codeBytes: u32): void {
  startBytes(REGION_MODULE, REGION_MODULE_END);
  raw(memory.data<u8>([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]), 8);
  section(1, 12); // types
  raw(memory.data<u8>([0x02, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x60, 0x02, 0x7e, 0x7f, 0x01, 0x7f]), 12);
  section(2, 62); // imports
  byte(4);
  name(CORE, 4);
  name(JIT_READ, 7);
  byte(0);
  byte(1);
  name(CORE, 4);
  name(JIT_WRITE, 8);
  byte(0);
  byte(1);
  name(CORE, 4);
  name(MEMORY, 6);
  byte(2);
  byte(0);
  byte(1);
  name(CORE, 4);
  name(TABLE, 5);
  byte(1);
  byte(0x70);
  byte(0);
  byte(0);
  section(3, 2); // functions
  byte(1);
  byte(0);
  const element = REGION_MODULE_END - 64; // scratch: the length of the slot's constant is not known before
  const start = position();
  startBytes(element, REGION_MODULE_END);
  i32const(<i32>slot);
  const constantBytes = <u32>(position() - element);
  startBytes(start, REGION_MODULE_END - 64);
  section(9, 6 - 1 + constantBytes); // elements: one active segment
  byte(1);
  byte(0);
  raw(element, constantBytes);
  byte(0x0b);
  byte(1);
  byte(2);
  section(10, 1 + lebBytes(codeBytes) + codeBytes); // code
  byte(1);
  u32leb(codeBytes);
  raw(REGION_CODE, codeBytes);
}

/** Writes the module of the region whose nodes have been formed. False when it is too long. */
export function translate(slot: u32): bool {
  forgetLocals();
  writeFunction();
  if (overflowed()) return false;
  learnLocals();
  writeFunction();
  if (overflowed()) return false;
  writeModule(slot, <u32>(position() - REGION_CODE));
  moduleBytes = <u32>(position() - REGION_MODULE);
  return !overflowed();
}
