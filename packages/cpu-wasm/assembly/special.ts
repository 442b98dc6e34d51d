// Operations of records that stand for no instruction: bytes that the processor refuses, and rows that have no body yet.

import { GP, NM, UD } from './generated/vectors';
import { abandon, fault, faultWithCode } from './fault';
import { EXIT_UNIMPLEMENTED } from './generated/exits';
import { FEATURE_INSTRUCTION } from './generated/delivery';
import { cpu } from './generated/state';

export function undefinedOpcode(r: usize): usize {
  fault(r, UD);
  return 0;
}

export function deviceNotAvailable(r: usize): usize {
  fault(r, NM);
  return 0;
}

export function generalProtection(r: usize): usize {
  faultWithCode(r, GP, 0);
  return 0;
}

/** The table knows the instruction, the core does not: a host error, never a skip. */
export function unimplemented(r: usize): usize {
  cpu.unimplementedFeature = FEATURE_INSTRUCTION;
  abandon(r, EXIT_UNIMPLEMENTED);
  return 0;
}
