/** The state after RESET (SDM Vol. 3A table 9-1): real-address mode at the reset vector, caches off, MSRs from their table. */
import { msrs } from './generated/msrs.ts';
import { stateLayout } from './generated/state-layout.ts';
import type { Registers, SegmentName } from './registers.ts';
import { deliveryNone } from './shutdown-chain.ts';

/** Read/write data or code segment of real-address mode: present, accessed, 16 bits wide. */
const REAL_DATA_RIGHTS = 0x93;
const REAL_CODE_RIGHTS = 0x9b;
const LDT_RIGHTS = 0x82;
const BUSY_TSS_RIGHTS = 0x8b;
/** Family, model and stepping in EDX tell firmware what it runs on; the same number as CPUID.1:EAX. */
const SIGNATURE = 0x6f1n;

/** Puts every register of the state into its RESET value. Does not touch RAM. */
export function resetRegisters(registers: Registers): void {
  for (const name of Object.keys(stateLayout) as (keyof typeof stateLayout)[]) {
    if (name !== 'cpuidIndex') registers.setField(name, 0n);
  }
  registers.setField('deliveringVector', deliveryNone);
  for (const { field, reset } of msrs) if (field !== undefined) registers.setField(field, reset);
  registers.setField('rip', 0xfff0n);
  registers.setField('rdx', SIGNATURE);
  registers.setField('cr0', 0x6000_0010n);
  registers.setField('dr6', 0xffff_0ff0n);
  registers.setField('dr7', 0x400n);
  registers.setField('x87Control', 0x40n);
  registers.setField('x87Tags', 0xffn);
  registers.setField('mxcsr', 0x1f80n);
  registers.setField('xcr0', 1n);
  for (const name of ['es', 'ss', 'ds', 'fs', 'gs'] satisfies SegmentName[]) {
    registers.setSegmentFields(name, { selector: 0, base: 0n, limit: 0xffff, rights: REAL_DATA_RIGHTS });
  }
  registers.setSegmentFields('cs', { selector: 0xf000, base: 0xffff_0000n, limit: 0xffff, rights: REAL_CODE_RIGHTS });
  registers.setSegmentFields('ldtr', { selector: 0, base: 0n, limit: 0xffff, rights: LDT_RIGHTS });
  registers.setSegmentFields('tr', { selector: 0, base: 0n, limit: 0xffff, rights: BUSY_TSS_RIGHTS });
  registers.setDescriptorTable('gdtr', { base: 0n, limit: 0xffff });
  registers.setDescriptorTable('idtr', { base: 0n, limit: 0xffff });
  registers.setField('cpl', 0n);
  // Last, because it recomputes all that depends on the state.
  registers.set('rflags', 2n);
}
