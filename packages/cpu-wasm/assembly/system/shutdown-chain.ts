// The chain of exceptions under way, for the post mortem of a triple fault: each exception since the last successful
// delivery, with the machine's state and the reason why its own delivery failed (gen/delivery.ts has the layout).

import { SHUTDOWN_CHAIN } from '../layout';
import { readFlags } from '../flags';
import {
  CHAIN_CAPACITY,
  CHAIN_CR_2,
  CHAIN_CS_SELECTOR,
  CHAIN_ERROR_CODE,
  CHAIN_HAS_ERROR_CODE,
  CHAIN_IN_DELIVERY,
  CHAIN_KIND,
  CHAIN_RECORD_BYTES,
  CHAIN_RFLAGS,
  CHAIN_RIP,
  CHAIN_RSP,
  CHAIN_SS_SELECTOR,
  CHAIN_STEP,
  CHAIN_VECTOR,
} from '../generated/delivery';
import { cpu } from '../generated/state';

/** Forgets the chain: a new event is not a consequence of the ones before. */
@inline
export function clearChain(): void {
  cpu.chainCount = 0;
}

/** Appends an event, unless the chain is full. */
export function appendToChain(
  vector: u32,
  kind: u32,
  hasErrorCode: u32,
  errorCode: u32,
  rip: u64,
  inDelivery: bool,
): void {
  if (cpu.chainCount >= CHAIN_CAPACITY) return;
  const at = SHUTDOWN_CHAIN + <usize>cpu.chainCount * CHAIN_RECORD_BYTES;
  cpu.chainCount++;
  store<u64>(at, rip, CHAIN_RIP);
  store<u64>(at, cpu.rsp, CHAIN_RSP);
  store<u64>(at, cpu.cr2, CHAIN_CR_2);
  store<u64>(at, readFlags(), CHAIN_RFLAGS);
  store<u32>(at, vector, CHAIN_VECTOR);
  store<u32>(at, errorCode, CHAIN_ERROR_CODE);
  store<u32>(at, hasErrorCode, CHAIN_HAS_ERROR_CODE);
  store<u32>(at, kind, CHAIN_KIND);
  store<u32>(at, 0, CHAIN_STEP);
  store<u32>(at, cpu.csSelector, CHAIN_CS_SELECTOR);
  store<u32>(at, cpu.ssSelector, CHAIN_SS_SELECTOR);
  store<u32>(at, <u32>inDelivery, CHAIN_IN_DELIVERY);
}

/** Writes into the last record why its delivery failed. */
export function noteFailedStep(step: u32): void {
  if (cpu.chainCount == 0) return;
  store<u32>(SHUTDOWN_CHAIN + <usize>(cpu.chainCount - 1) * CHAIN_RECORD_BYTES, step, CHAIN_STEP);
}
