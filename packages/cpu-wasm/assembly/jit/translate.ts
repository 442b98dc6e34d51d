// Writes a region as a WebAssembly module (WebAssembly Core Specification 2.0, chapter 5): one function of type (i32) -> i32, called
// with the number of the entry, which returns the record where the interpreter goes on. The module imports the core's memory, the
// two helpers of memory accesses, and the handlers that it calls; it exports its function, which the host places in the core's
// function table.

import { byte, get, overflowed, position, raw, set, startBytes, u32leb } from './bytes';
import { REGION_I32, REGION_I64, REGION_STATE, forgetLocals, learnLocals, loadMirrored, storeMirrored } from './emit';
import { findNeeds } from './budget';
import { flowFlags } from './flag-flow';
import { resetCounts } from './flow';
import { KIND_UNKNOWN } from './flags';
import { chooseMode } from './float-mode';
import { FIRST_HANDLER, handlerCount, handlerIndex } from './handlers';
import { LEAVE, declareLocals } from './locals';
import { flowPlain } from './plain';
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
  storeMirrored(KIND_UNKNOWN);
  get(LEAVE);
  byte(0x0b);
}

const WASM_FUNCTION: u32 = 0;
const WASM_MEMORY: u32 = 2;
const TYPE_REGION: u32 = 0;
const TYPE_ACCESS: u32 = 1;
const TYPE_SETTLE: u32 = 2;
/** Three types: (i32) -> i32, (i64, i32) -> i32, (i32, i64, i64) -> (). */
const TYPES: usize = memory.data<u8>([
  3, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7e, 0x7f, 1, 0x7f, 0x60, 3, 0x7f, 0x7e, 0x7e, 0,
]);
const TYPES_BYTES: u32 = 18;

/** Where a section's body begins: behind five bytes for its length. */
let bodyStart: usize = 0;

function beginSection(id: u32): void {
  byte(id);
  raw(memory.data<u8>([0x80, 0x80, 0x80, 0x80, 0x00]), 5);
  bodyStart = position();
}

/** Fills in the length of the section that is being written. */
function endSection(): void {
  if (overflowed()) return;
  let rest = <u32>(position() - bodyStart);
  for (let i: usize = 0; i < 4; i++, rest >>= 7) store<u8>(bodyStart - 5 + i, <u8>((rest & 0x7f) | 0x80));
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
const MAY_GO_ON: usize = memory.data<u8>([0x6d, 0x61, 0x79, 0x47, 0x6f, 0x4f, 0x6e]); // mayGoOn
const SETTLE_FLAGS: usize = memory.data<u8>([0x73, 0x65, 0x74, 0x74, 0x6c, 0x65, 0x46, 0x6c, 0x61, 0x67, 0x73]); // settleFlags
const REGION: usize = memory.data<u8>([0x72, 0x65, 0x67, 0x69, 0x6f, 0x6e]); // region

/** An import named by a number in decimal digits. */
function importHandler(index: u32): void {
  name(TABLE, 5);
  let digits: u32 = 1;
  let power: u32 = 1;
  for (; index / power > 9; power *= 10) digits++;
  u32leb(digits);
  for (; power != 0; power /= 10) byte(0x30 + ((index / power) % 10));
  byte(WASM_FUNCTION);
  byte(TYPE_REGION);
}

function writeImports(): void {
  beginSection(2);
  u32leb(1 + FIRST_HANDLER + handlerCount);
  name(CORE, 4);
  name(JIT_READ, 7);
  byte(WASM_FUNCTION);
  byte(TYPE_ACCESS);
  name(CORE, 4);
  name(JIT_WRITE, 8);
  byte(WASM_FUNCTION);
  byte(TYPE_ACCESS);
  name(CORE, 4);
  name(SETTLE_FLAGS, 11);
  byte(WASM_FUNCTION);
  byte(TYPE_SETTLE);
  name(CORE, 4);
  name(MAY_GO_ON, 7);
  byte(WASM_FUNCTION);
  byte(TYPE_ACCESS);
  for (let n: u32 = 0; n < handlerCount; n++) importHandler(handlerIndex(n));
  name(CORE, 4);
  name(MEMORY, 6);
  byte(WASM_MEMORY);
  byte(0); // no maximum
  byte(1);
  endSection();
}

function writeModule(codeBytes: u32): void {
  startBytes(REGION_MODULE, REGION_MODULE_END);
  raw(memory.data<u8>([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]), 8);
  beginSection(1); // types
  raw(TYPES, TYPES_BYTES);
  endSection();
  writeImports();
  beginSection(3); // functions
  byte(1);
  byte(TYPE_REGION);
  endSection();
  beginSection(7); // exports
  byte(1);
  name(REGION, 6);
  byte(WASM_FUNCTION);
  u32leb(FIRST_HANDLER + handlerCount);
  endSection();
  beginSection(10); // code
  byte(1);
  u32leb(codeBytes);
  raw(REGION_CODE, codeBytes);
  endSection();
}

/** Writes the module of the region whose nodes have been formed. False when it is too long. */
export function translate(): bool {
  forgetLocals();
  findNeeds();
  chooseMode();
  flowFlags();
  flowPlain();
  writeFunction();
  if (overflowed()) return false;
  learnLocals();
  writeFunction();
  if (overflowed()) return false;
  writeModule(<u32>(position() - REGION_CODE));
  moduleBytes = <u32>(position() - REGION_MODULE);
  return !overflowed();
}
