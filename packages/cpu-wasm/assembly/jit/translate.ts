// Writes a region as a WebAssembly module (WebAssembly Core Specification 2.0, chapter 5): one function of type (i32) -> i32, called
// with the number of the entry, which returns the record where the interpreter goes on. The module imports the core's memory and
// its helpers (handlers.ts); it exports its function, which the host places in the core's function table.

import { byte, get, hintCount, overflowed, position, raw, set, startBytes, u32leb } from './bytes';
import { REGION_I32, REGION_I64, REGION_STATE, forgetLocals, learnLocals, loadMirrored, storeMirrored } from './emit';
import { findNeeds } from './budget';
import { flowFlags } from './flag-flow';
import { resetCounts } from './flow';
import { KIND_UNKNOWN } from './flags';
import { chooseMode } from './float-mode';
import { HELPERS, TYPE_REGION, typeOfHelper, writeHelper } from './handlers';
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
const WASM_TABLE: u32 = 1;
const WASM_MEMORY: u32 = 2;
const WASM_FUNCREF: u32 = 0x70;
/** The types of handlers.ts. */
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
const HELPERS_NAME: usize = memory.data<u8>([0x68, 0x65, 0x6c, 0x70, 0x65, 0x72, 0x73]); // helpers
const REGION: usize = memory.data<u8>([0x72, 0x65, 0x67, 0x69, 0x6f, 0x6e]); // region

// metadata.code.branch_hint
const HINTS_NAME: usize = memory.data<u8>([
  0x6d, 0x65, 0x74, 0x61, 0x64, 0x61, 0x74, 0x61, 0x2e, 0x63, 0x6f, 0x64, 0x65, 0x2e, 0x62, 0x72, 0x61, 0x6e, 0x63,
  0x68, 0x5f, 0x68, 0x69, 0x6e, 0x74,
]);
const HINTS_NAME_BYTES: u32 = 25;

function writeImports(): void {
  beginSection(2);
  byte(2);
  name(CORE, 4);
  name(HELPERS_NAME, 7);
  byte(WASM_TABLE);
  byte(WASM_FUNCREF);
  byte(0); // no maximum
  byte(HELPERS);
  name(CORE, 4);
  name(MEMORY, 6);
  byte(WASM_MEMORY);
  byte(0); // no maximum
  byte(1);
  endSection();
}

/**
 * How branches likely go: a custom section (WebAssembly Core Specification 3.0, B "Branch hints"). Node 20 looks at it only with
 * a flag of V8's; whoever does not know it ignores it.
 */
function writeHints(count: u32): void {
  beginSection(0);
  name(HINTS_NAME, HINTS_NAME_BYTES);
  byte(1);
  byte(HELPERS); // the region's function
  u32leb(count);
  for (let i: u32 = 1; i <= count; i++) {
    const entry = load<u32>(REGION_CODE_END - ((<usize>i) << 2));
    u32leb(entry >> 1);
    byte(1); // length
    byte(entry & 1);
  }
  endSection();
}

function writeModule(codeBytes: u32, hints: u32): void {
  startBytes(REGION_MODULE, REGION_MODULE_END);
  raw(memory.data<u8>([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]), 8);
  beginSection(1); // types
  raw(TYPES, TYPES_BYTES);
  endSection();
  writeImports();
  beginSection(3); // functions
  byte(HELPERS + 1);
  for (let n: u32 = 0; n < HELPERS; n++) byte(typeOfHelper(n));
  byte(TYPE_REGION);
  endSection();
  beginSection(7); // exports
  byte(1);
  name(REGION, 6);
  byte(WASM_FUNCTION);
  byte(HELPERS);
  endSection();
  writeHints(hints);
  beginSection(10); // code
  byte(HELPERS + 1);
  for (let n: u32 = 0; n < HELPERS; n++) writeHelper(n);
  u32leb(codeBytes);
  raw(REGION_CODE, codeBytes);
  endSection();
}

/** Writes the module of the region whose nodes have been formed. False when it is too long. */
export function translate(): bool {
  forgetLocals();
  chooseMode();
  findNeeds();
  flowFlags();
  flowPlain();
  writeFunction();
  if (overflowed()) return false;
  learnLocals();
  writeFunction();
  if (overflowed()) return false;
  writeModule(<u32>(position() - REGION_CODE), hintCount());
  moduleBytes = <u32>(position() - REGION_MODULE);
  return !overflowed();
}
