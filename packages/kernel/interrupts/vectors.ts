// The vectors that the processor itself uses (SDM Vol. 3A, table 6-1) and those that this kernel gives a meaning to.
//
//     0x00-0x1f  exceptions of the processor
//     0x20-0x2f  interrupt lines of the two 8259 controllers
//     0x80       system calls of user programs
//     0x81,0x82  the kernel's own: a checkpoint, and the way into a user program
import { print } from '../library/print';

export const DIVIDE_ERROR: u32 = 0;
export const DEBUG: u32 = 1;
export const NON_MASKABLE_INTERRUPT: u32 = 2;
export const BREAKPOINT: u32 = 3;
export const INVALID_OPCODE: u32 = 6;
export const DOUBLE_FAULT: u32 = 8;
export const INVALID_TSS: u32 = 10;
export const SEGMENT_NOT_PRESENT: u32 = 11;
export const STACK_SEGMENT_FAULT: u32 = 12;
export const GENERAL_PROTECTION: u32 = 13;
export const PAGE_FAULT: u32 = 14;
export const MACHINE_CHECK: u32 = 18;
/** How many vectors belong to the processor. */
export const EXCEPTION_COUNT: u32 = 32;

/** Vector of the first interrupt line; line n has vector 32 + n. */
export const FIRST_INTERRUPT_LINE: u32 = 0x20;
export const TIMER: u32 = FIRST_INTERRUPT_LINE + 0;
export const KEYBOARD: u32 = FIRST_INTERRUPT_LINE + 1;
export const SERIAL_PORT: u32 = FIRST_INTERRUPT_LINE + 4;

export const SYSTEM_CALL: u32 = 0x80;
export const CHECKPOINT: u32 = 0x81;
export const ENTER_USER_PROGRAM: u32 = 0x82;

export const VECTOR_COUNT: u32 = 256;

/** The manual's name of an exception, in capitals as the book prints them, or `RESERVED`. */
export function exceptionName(vector: u32): string {
  switch (vector) {
    case 0:
      return 'DIVIDE BY ZERO';
    case 1:
      return 'DEBUG';
    case 2:
      return 'NON-MASKABLE INTERRUPT';
    case 3:
      return 'BREAKPOINT';
    case 4:
      return 'OVERFLOW';
    case 5:
      return 'BOUND RANGE EXCEEDED';
    case 6:
      return 'INVALID OPCODE';
    case 7:
      return 'DEVICE NOT AVAILABLE';
    case 8:
      return 'DOUBLE FAULT';
    case 9:
      return 'COPROCESSOR SEGMENT OVERRUN';
    case 10:
      return 'INVALID TSS';
    case 11:
      return 'SEGMENT NOT PRESENT';
    case 12:
      return 'STACK-SEGMENT FAULT';
    case 13:
      return 'GENERAL PROTECTION FAULT';
    case 14:
      return 'PAGE FAULT';
    case 16:
      return 'X87 FLOATING-POINT';
    case 17:
      return 'ALIGNMENT CHECK';
    case 18:
      return 'MACHINE CHECK';
    case 19:
      return 'SIMD FLOATING-POINT';
    case 20:
      return 'VIRTUALIZATION';
    case 21:
      return 'CONTROL PROTECTION';
    case 28:
      return 'HYPERVISOR INJECTION';
    case 29:
      return 'VMM COMMUNICATION';
    case 30:
      return 'SECURITY';
    default:
      return 'RESERVED';
  }
}

/** Whether the error code of an exception is a selector. */
export function hasSelectorErrorCode(vector: u32): bool {
  return vector >= INVALID_TSS && vector <= GENERAL_PROTECTION;
}

/**
 * Prints the error code of the exceptions that name a descriptor (SDM Vol. 3A 6.13).
 *
 *      15                3  2   1   0
 *     +-------------------+---+---+---+
 *     | index             |TI |IDT|EXT|   TI: 0 = GDT, 1 = LDT; IDT: the index is a vector;
 *     +-------------------+---+---+---+   EXT: it happened while an interrupt was delivered
 */
export function printSelectorErrorCode(errorCode: u64): void {
  if (errorCode === 0) {
    print('0 (no descriptor involved)');
    return;
  }
  const index = (errorCode >> 3) & 0x1fff;
  print(`0x${errorCode} (`);
  if (errorCode & 2) print(`gate of vector ${index}`);
  else print(`descriptor ${index} of the ${errorCode & 4 ? 'LDT' : 'GDT'}`);
  if (errorCode & 1) print(', while an interrupt was delivered');
  print(')');
}
