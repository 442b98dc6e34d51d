// What the core exports: the run loop, and the few services that the TypeScript façade needs. Everything is i32 or goes through
// the state in memory, because 64-bit values at this border cost a BigInt each.

import { enter, forgetAllBlocks, initializeBlocks, listRecentRips, noteWrite, refreshAttention } from './blocks';
import { locateRip, unretiredNow } from './fault';
import { EXIT_BUDGET } from './generated/exits';
import { decodeLone } from './decode';
import { initializeHandlers, runSwitch, runTable } from './generated/dispatch';
import { SWITCH_CASES } from './generated/operations';
import { NO_DELIVERY } from './generated/delivery';
import { cpu } from './generated/state';
import { overflowed, position, startBytes } from './jit/bytes';
import { canStitch, condition, stitch } from './jit/stitch';
import { startFlags } from './jit/flags';
import { assumeUsual } from './jit/float-mode';
import { forgetPlain } from './jit/plain';
import {
  CPUID_TABLE,
  CPUID_TABLE_END,
  DENIED_FEATURES,
  FETCH_BUFFER,
  LONE_RECORD,
  RECENT_RIPS,
  REGION_USE,
  SECOND_TLB,
  SHUTDOWN_CHAIN,
  TRANSLATION,
  TRANSLATION_END,
  placeRam,
  ramBase,
} from './layout';
import { updateMode } from './mode';
import { placeHandlers } from './jit/handlers';
import { enableTranslator, statistic } from './jit/policy';
import { callKeepingLocals, keepsLocals } from './jit/x87-calls';
import { readFlags, writeArithmeticFlags, ARITHMETIC } from './flags';
import { LENGTH } from './record';
import { updateBreakpoints } from './system/breakpoints';
import { beginPending } from './system/deliver';
import { flushAll } from './tlb';
import { assertIgnne } from './x87/exceptions';

export { calledHandler, calledHandlers, tryRecord } from './jit/handlers';
export { mayGoOn, transfer } from './jit/policy';
export { jitRead, jitWrite } from './jit/slow';
export { settleFlags } from './lazy-flags';

/** Sizes linear memory for `ramPages` frames of guest RAM. Returns the address of guest RAM, 0 when memory is too small. */
export function initialize(ramPages: u32): u32 {
  const end = placeRam(ramPages << 12);
  if (end > (<u64>memory.size()) << 16) return 0;
  cpu.deliveringVector = NO_DELIVERY;
  flushAll();
  initializeBlocks();
  placeHandlers(initializeHandlers());
  return <u32>ramBase;
}

/** The host has changed registers: recompute all that is derived from them, drop translations. */
export function stateChanged(): void {
  flushAll();
  updateMode();
  updateBreakpoints();
}

/** The host or a device has written guest memory. */
export function memoryChanged(physical: u32, bytes: u32): void {
  noteWrite(physical, bytes);
}

/** Begins a run of at most `budget` instructions. */
export function begin(budget: i32): void {
  cpu.budget = budget;
  cpu.budgetStart = budget;
  cpu.exitReason = EXIT_BUDGET;
  refreshAttention();
}

/** Runs until something ends the run. Leaves by a host exception for a fault; calling it again delivers the fault. */
export function run(): void {
  if (cpu.faultPending != 0 && cpu.faultVector == NO_DELIVERY) {
    // An instruction is to run again; it may have been INT n, in the middle of its delivery.
    cpu.faultPending = 0;
    cpu.deliveringVector = NO_DELIVERY;
  }
  if (cpu.faultPending != 0 && !beginPending()) return;
  const first = enter();
  if (isDefined(JS_ENGINE)) runTable(first);
  else runSwitch(first);
}

/** Ends a run: adds what was retired to the guest's time. */
export function end(): void {
  cpu.instructions += <u64>(cpu.budgetStart - cpu.budget);
  cpu.budgetStart = 0;
  cpu.budget = 0;
}

/** Asserts or clears INTR. */
export function setInterruptLine(asserted: u32): void {
  cpu.interruptLine = asserted;
  refreshAttention();
}

/** The chip set asserts IGNNE#. */
export function ignoreNumericError(): void {
  assertIgnne();
}

/** Leaves the run loop after the current instruction. */
export function requestStop(): void {
  cpu.stopRequested = 1;
  cpu.attention = 1;
}

/** From a callback of the host: the run ends after `count` more instructions, the current one included, if not earlier. */
export function limitRun(count: i32): void {
  // The block that is running has been charged as a whole and runs to its end; what is left is for the blocks behind it.
  const left = max(count - unretiredNow(), 0);
  if (left >= cpu.budget) return;
  cpu.budgetStart -= cpu.budget - left;
  cpu.budget = left;
}

/** Puts RFLAGS into `instructions`-style pair of words: low word (RFLAGS has no more than 22 bits). */
export function getFlags(): u32 {
  return <u32>readFlags();
}

export function setFlags(flags: u32): void {
  writeArithmeticFlags(flags);
  cpu.flagsSystem = ((<u64>flags) & ~ARITHMETIC) | 2;
}

/** From a callback of the host: charged instructions that are not retired yet. */
export function unretiredInstructions(): i32 {
  return unretiredNow();
}

/** From a callback of the host: makes the RIP field exact. */
export function synchronizeRip(): void {
  locateRip();
}

/** Lists the last executed instructions at `recentRips`, newest first; returns their number. */
export function listRecent(includesCurrent: u32): u32 {
  return listRecentRips(includesCurrent != 0);
}

/** Where `listRecent` writes. */
export function recentRips(): u32 {
  return <u32>RECENT_RIPS;
}

/** Where the records of the shutdown chain are (gen/delivery.ts). */
export function shutdownChain(): u32 {
  return <u32>SHUTDOWN_CHAIN;
}

/** Where the host writes what CPUID answers (system/cpuid.ts). */
export function cpuidTable(): u32 {
  return <u32>CPUID_TABLE;
}

/** Room for it. */
export function cpuidTableBytes(): u32 {
  return <u32>(CPUID_TABLE_END - CPUID_TABLE);
}

/** Where the host writes which sets of features the processor model denies (gen/features.ts). */
export function deniedFeatures(): u32 {
  return <u32>DENIED_FEATURES;
}

/** Where the second level of the TLB is (gen/translations.ts). */
export function translations(): u32 {
  return <u32>SECOND_TLB;
}

/** Empties the code cache. */
export function forgetCode(): void {
  forgetAllBlocks();
}

/** Where `decodeOnly` finds the bytes: 15 of them. */
export function fetchBuffer(): u32 {
  return <u32>FETCH_BUFFER;
}

/** Decodes the bytes in the fetch buffer in the current mode, without executing them: dispatch id, and length << 16. */
export function decodeOnly(): u32 {
  decodeLone(LONE_RECORD);
  return (<u32>load<u16>(LONE_RECORD)) | ((<u32>load<u8>(LONE_RECORD, LENGTH)) << 16);
}

/**
 * Decodes the instruction in the fetch buffer and translates it as if it stood alone: what jit/stitch.ts or jit/x87-calls.ts
 * appends, with a fault label at depth 0, at `translation`. Returns the number of bytes; 0 for an instruction that the interpreter
 * has to execute.
 * `flagsDead`: the template that sets no flags. `isUsual`: MXCSR will be in the usual mode (jit/float-mode.ts).
 */
export function translateOnly(leave: i32, flagsDead: u32, isUsual: u32): u32 {
  decodeLone(LONE_RECORD);
  assumeUsual(isUsual != 0);
  const isX87Call = keepsLocals(LONE_RECORD);
  if (!isX87Call && !canStitch(LONE_RECORD)) return 0;
  startBytes(TRANSLATION, TRANSLATION_END);
  startFlags(0);
  forgetPlain();
  if (isX87Call) callKeepingLocals(LONE_RECORD, 0, leave);
  else stitch(LONE_RECORD, 0, leave, flagsDead != 0);
  return overflowed() ? 0 : <u32>(position() - TRANSLATION);
}

/** Appends to the translation the value of a condition after that instruction: an i32. Returns the number of bytes. */
export function translateCondition(code: u32): u32 {
  condition(code);
  return overflowed() ? 0 : <u32>(position() - TRANSLATION);
}

/** Where `translateOnly` writes. */
export function translation(): u32 {
  return <u32>TRANSLATION;
}

/** Cases of the one switch, for the test that counts them in the binary. */
export function switchCases(): u32 {
  return SWITCH_CASES;
}

/** Turns the translator on, with the values of a `TranslatorPolicy` (src/translator.ts); see jit/policy.ts. */
export function translateHotCode(
  threshold: u32,
  moduleCost: u32,
  instructionCost: u32,
  blocks: u32,
  firstSlot: u32,
  slots: u32,
  regionsPerTable: u32,
): void {
  enableTranslator(threshold, moduleCost, instructionCost, blocks, firstSlot, slots, regionsPerTable);
}

/** How much the slots of regions were used, see jit/policy.ts: the host reads and clears it. */
export function regionUse(): u32 {
  return <u32>REGION_USE;
}

/** A number about the translator, see jit/policy.ts. */
export function translatorStatistic(number: u32): u32 {
  return statistic(number);
}
