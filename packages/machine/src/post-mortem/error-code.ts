/** Error codes of exceptions in words. SDM Vol. 3A 6.13 (selectors), 4.7 (page faults). */

import { PAGE_FAULT, SELECTOR_ERROR, VECTOR } from '@longmode/x86';

/** The error code of an exception in words; empty for exceptions without one. */
export function describeErrorCode(vector: number, errorCode: number | undefined): string {
  if (errorCode === undefined) return '';
  if (vector === VECTOR.PF) return describePageFault(errorCode);
  if (vector === VECTOR.DF) return '';
  if (vector === VECTOR.TS || vector === VECTOR.NP || vector === VECTOR.SS || vector === VECTOR.GP) {
    return describeSelector(errorCode);
  }
  return errorCode === 0 ? '' : `error code 0x${errorCode.toString(16)}`;
}

function describePageFault(errorCode: number): string {
  const words: string[] = [];
  if (errorCode & PAGE_FAULT.RSVD) words.push('reserved bit set in a paging entry');
  else if (errorCode & PAGE_FAULT.PK) words.push('forbidden by a protection key');
  else words.push(errorCode & PAGE_FAULT.P ? 'page protection violation' : 'page not present');
  if (errorCode & PAGE_FAULT.ID) words.push('instruction fetch');
  else words.push(errorCode & PAGE_FAULT.WR ? 'write' : 'read');
  if (errorCode & PAGE_FAULT.SS) words.push('shadow stack');
  words.push(errorCode & PAGE_FAULT.US ? 'user' : 'supervisor');
  return words.join(', ');
}

function describeSelector(errorCode: number): string {
  const external = errorCode & SELECTOR_ERROR.EXT ? ', during delivery of an event' : '';
  if ((errorCode & ~SELECTOR_ERROR.EXT) === 0) return external.slice(2);
  if (errorCode & SELECTOR_ERROR.IDT) return `IDT entry ${errorCode >> 3}${external}`;
  const table = errorCode & SELECTOR_ERROR.TI ? 'LDT' : 'GDT';
  return `selector 0x${(errorCode & 0xfff8).toString(16)} (${table})${external}`;
}
