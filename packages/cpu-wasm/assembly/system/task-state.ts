// The task-state segment as a source of stack pointers (SDM Vol. 3A 7.2.1 32-bit, 7.6 16-bit, 7.7 64-bit TSS). Task
// switches are in task-switch.ts.

import { TS } from '../generated/vectors';
import { STEP_READ_TSS, STEP_TSS_LIMIT } from '../generated/delivery';
import { cpu } from '../generated/state';
import { loadSupervisor } from '../slow-memory';
import { SELECTOR_MASK, systemAddress, isPresent } from './descriptors';
import { refuse } from './refuse';

/** Bit of the TSS type that tells the 32-bit form from the 16-bit one. */
const TSS_32_BIT: u32 = 8;

/** SS of the last `readInnerStack`. */
export let innerSelector: u32 = 0;

function tssField(r: usize, offset: u32, bytes: u32, ext: u32): u64 {
  if (!isPresent(cpu.trRights) || offset + bytes - 1 > cpu.trLimit) {
    refuse(r, STEP_TSS_LIMIT, TS, (cpu.trSelector & SELECTOR_MASK) | ext);
  }
  cpu.deliveryStep = STEP_READ_TSS;
  return systemAddress(cpu.trBase + offset);
}

/** IA-32e mode: RSP for privilege level `cpl`. */
export function readInnerStack64(r: usize, cpl: u32, ext: u32): u64 {
  return loadSupervisor<u64>(r, tssField(r, 4 + cpl * 8, 8, ext));
}

/** IA-32e mode: RSP of interrupt stack table entry `index` (1-7). */
export function readInterruptStack(r: usize, index: u32, ext: u32): u64 {
  return loadSupervisor<u64>(r, tssField(r, 28 + index * 8, 8, ext));
}

/** Legacy modes: returns the stack pointer for privilege level `cpl` and leaves the selector in `innerSelector`. */
export function readInnerStack(r: usize, cpl: u32, ext: u32): u64 {
  let pointer: u64;
  if ((cpu.trRights & TSS_32_BIT) != 0) {
    const address = tssField(r, 4 + cpl * 8, 6, ext);
    pointer = loadSupervisor<u32>(r, address);
    innerSelector = loadSupervisor<u16>(r, systemAddress(address + 4));
  } else {
    const address = tssField(r, 2 + cpl * 4, 4, ext);
    pointer = loadSupervisor<u16>(r, address);
    innerSelector = loadSupervisor<u16>(r, systemAddress(address + 2));
  }
  return pointer;
}
