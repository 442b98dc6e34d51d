import { byte, get, i64const } from './bytes';
import { FLAG_AUX, FLAG_CARRIES, FLAG_RESULT } from './locals';
import { leaveAt } from './emit';
export function templateInfo(op: u32): u32 { return 0; }
export function canStitch(record: usize): bool { return false; }
export function stitch(record: usize, faultDepth: u32, leaveValue: u32, flagsDead: bool, keepCompared: bool): void {}
export function deadFlags(first: usize, count: u32): u64 { return 0; }
export function comparedBytes(op: u32): u32 { return 0; }
export function pushValue(faultDepth: u32, leaveValue: u32): void { leaveAt(leaveValue); }
export function popValue(faultDepth: u32, leaveValue: u32): void { leaveAt(leaveValue); i64const(0); }
export function readOperand(record: usize, bytes: u32, faultDepth: u32, leaveValue: u32): void { leaveAt(leaveValue); i64const(0); }
function carry(): void { get(FLAG_CARRIES); i64const(63); byte(0x88); }
function overflow(): void { get(FLAG_CARRIES); get(FLAG_CARRIES); i64const(1); byte(0x86); byte(0x85); i64const(63); byte(0x88); }
function sign(): void { get(FLAG_RESULT); i64const(63); byte(0x88); get(FLAG_AUX); i64const(16); byte(0x88); i64const(1); byte(0x83); byte(0x85); }
function zero(): void { get(FLAG_RESULT); byte(0x50); byte(0xad); }
function parity(): void { get(FLAG_RESULT); get(FLAG_AUX); i64const(8); byte(0x88); byte(0x85); i64const(255); byte(0x83); byte(0x7b); i64const(1); byte(0x83); i64const(1); byte(0x85); }
export function condition(code: u32, compared: u32): void {
  const pair = code >> 1;
  if (pair == 0) overflow();
  else if (pair == 1) carry();
  else if (pair == 2) zero();
  else if (pair == 3) { carry(); zero(); byte(0x84); }
  else if (pair == 4) sign();
  else if (pair == 5) parity();
  else if (pair == 6) { sign(); overflow(); byte(0x85); }
  else { zero(); sign(); overflow(); byte(0x85); byte(0x84); }
  byte(0x50);
  if ((code & 1) == 0) byte(0x45);
}
