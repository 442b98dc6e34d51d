// String instructions in regions. They are handlers of the interpreter, which may fault, write to code and stop in the middle, so all
// registers would have to be in the state around each. Most of them do none of that: a few bytes within pages that the TLB knows.
// So they are tried first, with no more than their own registers in the state (semantics/string-tried.ts, `tryRecord`).

import { callFunction, i32const, i64const } from './bytes';
import { loadBudget, loadFlagWords, loadRegister, storeBudget, storeRegister } from './emit';
import { settle } from './flags';
import { TRY_RECORD } from './handlers';
import { templateInfo } from './stitch';
import { KIND_SHIFT, STRING } from '../generated/templates';
import { OP } from '../record';

const RAX: u32 = 0;
const RCX: u32 = 1;
const RSI: u32 = 6;
const RDI: u32 = 7;

/** Whether the instruction of a record can be tried. */
export function canTry(r: usize): bool {
  return (templateInfo(<u32>load<u16>(r, OP)) & STRING) != 0;
}

/** Tries it, and pushes an i32: whether it has been done. `need`: budget that has to be left. The flag words hold afterwards. */
export function emitTry(r: usize, need: u32): void {
  settle();
  storeRegister(RAX);
  storeRegister(RCX);
  storeRegister(RSI);
  storeRegister(RDI);
  storeBudget();
  i64const(<i64>need);
  i32const(<i32>r);
  callFunction(TRY_RECORD);
}

/** Loads what it has changed. */
export function loadTried(r: usize): void {
  loadRegister(RAX);
  loadRegister(RCX);
  loadRegister(RSI);
  loadRegister(RDI);
  if (templateInfo(<u32>load<u16>(r, OP)) >> KIND_SHIFT != 0) loadFlagWords();
  loadBudget();
}
