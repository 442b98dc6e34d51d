/**
 * The global descriptor table, decoded. SDM Vol. 3A 3.4.5 (segments), 3.5 (system descriptors; 16 bytes in IA-32e mode),
 * 7.2.3 (the TSS descriptor).
 */

import { decodeSegmentDescriptor, EFER, SEGMENT_TYPE, SYSTEM_TYPE } from '@longmode/x86';
import { type InspectedMachine, readOrUndefined } from './machine-view.ts';

const SEGMENT_REGISTERS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'] as const;

/** A descriptor of the table. */
export interface GlobalDescriptor {
  readonly selector: number;
  /** The 8 bytes as a number. */
  readonly raw: bigint;
  readonly kind: 'null' | 'code' | 'data' | 'system';
  /** What it describes, in words: `64-bit code, execute/read`, `busy 64-bit TSS`, ... */
  readonly text: string;
  readonly base: bigint;
  /** Last legal offset in bytes. */
  readonly limit: number;
  readonly privilegeLevel: number;
  readonly present: boolean;
  /** Segment registers that hold this selector now. */
  readonly usedBy: readonly string[];
}

/** The table and where it is. */
export interface GlobalDescriptorTable {
  readonly base: bigint;
  /** Offset of the last byte. */
  readonly limit: number;
  /** In order of selectors; empty slots behind the null descriptor are left out. */
  readonly descriptors: readonly GlobalDescriptor[];
  /** First selector that could not be read because nothing is mapped there. */
  readonly unreadableFrom: number | undefined;
}

/** Reads the table that GDTR points to. */
export function inspectGdt(machine: InspectedMachine): GlobalDescriptorTable {
  const { base, limit } = machine.cpu.registers.gdtr;
  const isLongMode = (machine.cpu.registers.efer & BigInt(EFER.LMA)) !== 0n;
  const descriptors: GlobalDescriptor[] = [];
  const word = (offset: number) => readOrUndefined(() => machine.memory.u64(BigInt.asUintN(64, base + BigInt(offset))));
  for (let selector = 0; selector + 7 <= limit; selector += 8) {
    const low = word(selector);
    if (low === undefined) return { base, limit, descriptors, unreadableFrom: selector };
    const isSystem = ((low >> 44n) & 1n) === 0n && low !== 0n;
    const high = isSystem && isLongMode && selector + 15 <= limit ? (word(selector + 8) ?? 0n) : 0n;
    if (low !== 0n || selector === 0) descriptors.push(describe(machine, selector, low, high, isLongMode));
    if (isSystem && isLongMode) selector += 8;
  }
  return { base, limit, descriptors, unreadableFrom: undefined };
}

function describe(
  { cpu }: InspectedMachine,
  selector: number,
  raw: bigint,
  high: bigint,
  isLongMode: boolean,
): GlobalDescriptor {
  const descriptor = decodeSegmentDescriptor(raw, high);
  const { base, limit, dpl, present, isCodeOrData, type, long, big } = descriptor;
  const used = SEGMENT_REGISTERS.filter((name) => (cpu.registers[name].selector & 0xfffc) === selector);
  const isCode = isCodeOrData && (type & SEGMENT_TYPE.CODE) !== 0;
  const common = { selector, raw, base, limit, privilegeLevel: dpl, present };
  if (raw === 0n) return { ...common, kind: 'null', text: 'null', usedBy: selector === 0 ? [] : used };
  if (!isCodeOrData) return { ...common, kind: 'system', text: systemText(type, isLongMode), usedBy: used };
  const width = isCode && long ? '64-bit' : big ? '32-bit' : '16-bit';
  const rights = isCode
    ? `${type & SEGMENT_TYPE.READABLE ? 'execute/read' : 'execute-only'}${type & SEGMENT_TYPE.CONFORMING ? ', conforming' : ''}`
    : `${type & SEGMENT_TYPE.WRITABLE ? 'read/write' : 'read-only'}${type & SEGMENT_TYPE.EXPAND_DOWN ? ', expand-down' : ''}`;
  const text = isCode ? `${width} code, ${rights}` : `data, ${rights}`;
  return { ...common, kind: isCode ? 'code' : 'data', text, usedBy: used };
}

function systemText(type: number, isLongMode: boolean): string {
  const width = isLongMode ? '64-bit' : '32-bit';
  switch (type) {
    case SYSTEM_TYPE.LDT:
      return 'LDT';
    case SYSTEM_TYPE.TSS_AVAILABLE:
      return `${width} TSS`;
    case SYSTEM_TYPE.TSS_BUSY:
      return `busy ${width} TSS`;
    case SYSTEM_TYPE.TSS16_AVAILABLE:
      return isLongMode ? 'reserved type 1' : '16-bit TSS';
    case SYSTEM_TYPE.TSS16_BUSY:
      return isLongMode ? 'reserved type 3' : 'busy 16-bit TSS';
    case SYSTEM_TYPE.CALL_GATE:
      return `${width} call gate`;
    case SYSTEM_TYPE.TASK_GATE:
      return isLongMode ? 'reserved type 5' : 'task gate';
    default:
      return `system type ${type}`;
  }
}
