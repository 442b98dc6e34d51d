/**
 * The interrupt descriptor table, decoded, with what would go wrong on the way through each gate. SDM Vol. 3A 6.10-6.12,
 * 6.14 (IA-32e mode: gates of 16 bytes, interrupt stack table).
 */

import { ACCESS, decodeGateDescriptor, EFER, exceptionOf, isCanonical, SEGMENT_TYPE, SYSTEM_TYPE } from '@longmode/x86';
import type { CodeLocation } from '../api.ts';
import { inspectGdt } from './global-descriptors.ts';
import { type InspectedMachine, readOrUndefined } from './machine-view.ts';
import { inspectTss } from './task-state.ts';

/** A gate that is not all zero. */
export interface InterruptGate {
  readonly vector: number;
  /** `#PF` and the like; undefined for vectors without an exception. */
  readonly mnemonic: string | undefined;
  readonly name: string | undefined;
  readonly type: 'interrupt gate' | 'trap gate' | 'task gate' | 'no gate';
  readonly present: boolean;
  readonly selector: number;
  readonly handler: CodeLocation;
  /** Lowest privilege that may use it by INT n. */
  readonly privilegeLevel: number;
  /** Entry of the interrupt stack table, 0 for none. */
  readonly interruptStack: number;
  /** Why an event through this gate would fault again; empty if it would not. */
  readonly problems: readonly string[];
}

/** The table and where it is. */
export interface InterruptDescriptorTable {
  readonly base: bigint;
  /** Offset of the last byte. */
  readonly limit: number;
  /** How many vectors the limit has room for, at most 256. */
  readonly vectorCount: number;
  /** In order of vectors; those that are all zero are left out. */
  readonly gates: readonly InterruptGate[];
  /** First vector that could not be read because nothing is mapped there. */
  readonly unreadableFrom: number | undefined;
}

/** Reads the table that IDTR points to. */
export function inspectIdt(machine: InspectedMachine): InterruptDescriptorTable {
  const { base, limit } = machine.cpu.registers.idtr;
  const isLongMode = (machine.cpu.registers.efer & BigInt(EFER.LMA)) !== 0n;
  const gateBytes = isLongMode ? 16 : 8;
  const vectorCount = Math.min(256, Math.floor((limit + 1) / gateBytes));
  const check = gateChecker(machine, isLongMode);
  const gates: InterruptGate[] = [];
  for (let vector = 0; vector < vectorCount; vector++) {
    const at = BigInt.asUintN(64, base + BigInt(vector * gateBytes));
    const low = readOrUndefined(() => machine.memory.u64(at));
    const high = isLongMode ? readOrUndefined(() => machine.memory.u64(at + 8n)) : 0n;
    if (low === undefined || high === undefined) return { base, limit, vectorCount, gates, unreadableFrom: vector };
    if (low === 0n && high === 0n) continue;
    const { type, present, selector, offset, dpl, ist } = decodeGateDescriptor(low, high);
    const exception = exceptionOf(vector);
    const gate = {
      vector,
      mnemonic: exception?.mnemonic,
      name: exception?.name,
      type: gateType(type, isLongMode),
      present,
      selector,
      handler: machine.symbols.locate(offset),
      privilegeLevel: dpl,
      interruptStack: isLongMode ? ist : 0,
    };
    gates.push({ ...gate, problems: check(gate) });
  }
  return { base, limit, vectorCount, gates, unreadableFrom: undefined };
}

function gateType(type: number, isLongMode: boolean): InterruptGate['type'] {
  if (type === SYSTEM_TYPE.INTERRUPT_GATE) return 'interrupt gate';
  if (type === SYSTEM_TYPE.TRAP_GATE) return 'trap gate';
  if (isLongMode) return 'no gate';
  if (type === SYSTEM_TYPE.INTERRUPT_GATE16) return 'interrupt gate';
  if (type === SYSTEM_TYPE.TRAP_GATE16) return 'trap gate';
  return type === SYSTEM_TYPE.TASK_GATE ? 'task gate' : 'no gate';
}

/** Looks at gates as the processor does when it delivers an event (SDM Vol. 3A 6.12.1, 6.14.1, 6.14.5). */
function gateChecker(machine: InspectedMachine, isLongMode: boolean) {
  const segments = new Map(inspectGdt(machine).descriptors.map((descriptor) => [descriptor.selector, descriptor]));
  const tss = inspectTss(machine);
  return (gate: Omit<InterruptGate, 'problems'>): string[] => {
    if (gate.type === 'no gate') return ['its type is no interrupt or trap gate (#GP)'];
    if (!gate.present) return ['it is not present (#NP)'];
    if (gate.type === 'task gate') return [];
    const problems: string[] = [];
    const segment = segments.get(gate.selector & 0xfff8);
    const hex = `0x${gate.selector.toString(16)}`;
    if ((gate.selector & 4) === 0) {
      if (segment?.kind !== 'code') problems.push(`selector ${hex} is no code segment of the GDT (#GP)`);
      else if (!segment.present) problems.push(`code segment ${hex} is not present (#NP)`);
      else if (isLongMode && !isLongCode(segment.raw)) problems.push(`code segment ${hex} is not 64-bit (#GP)`);
    }
    const { address } = gate.handler;
    if (isLongMode && !isCanonical(address)) problems.push('the handler has a non-canonical address (#GP)');
    else if (machine.memory.translate(address).physicalAddress === undefined)
      problems.push('the handler is not mapped');
    if (gate.interruptStack > 0) {
      const stack = tss?.interruptStacks[gate.interruptStack - 1];
      if (stack === undefined) problems.push(`IST${gate.interruptStack} cannot be read: no TSS is loaded`);
      else if (!stack.isMapped) problems.push(`IST${gate.interruptStack} is at an unmapped page`);
    }
    return problems;
  };
}

function isLongCode(raw: bigint): boolean {
  const rights = Number((raw >> 40n) & 0xf0ffn);
  return (rights & SEGMENT_TYPE.CODE) !== 0 && (rights & ACCESS.L) !== 0;
}
