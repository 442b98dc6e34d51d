/** Collects a post mortem from a machine at rest. Reading changes nothing, so it can be made at any moment. */

import { exceptionOf, VECTOR } from '@longmode/x86';
import type { Disassembler, Screen } from '../api.ts';
import type { FaultRecord, MachineCore } from '../core.ts';
import type { CpuView } from '../cpu-view.ts';
import type { LinearMemory } from '../memory-access.ts';
import type { CpuRegisters } from '../register-file.ts';
import type { SymbolView } from '../symbol-view.ts';
import { buildBacktrace } from './backtrace.ts';
import { describeErrorCode } from './error-code.ts';
import { findHints } from './hints.ts';
import { describeWalk } from './page-walk.ts';
import type { FaultReport, InstructionReport, PostMortem } from './types.ts';

/** What a report is made from. */
export interface PostMortemSource {
  readonly core: MachineCore;
  readonly cpu: CpuView;
  readonly memory: LinearMemory;
  readonly symbols: SymbolView;
  readonly screen: Screen;
  readonly timeNanos: bigint;
  readonly disassemble: Disassembler | undefined;
  /** Overrides the headline. */
  readonly title: string | undefined;
}

const MAXIMUM_INSTRUCTION_BYTES = 15;
const LAST_INSTRUCTIONS = 8;

// biome-ignore format: in groups of four, as they are printed
const SCALAR_REGISTERS = [
  'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
  'rip', 'rflags', 'cr0', 'cr2', 'cr3', 'cr4', 'efer',
] as const satisfies readonly (keyof CpuRegisters)[];
const SEGMENT_REGISTERS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'] as const;

export function buildPostMortem(source: PostMortemSource): PostMortem {
  const { core, cpu, symbols, screen, timeNanos } = source;
  const faults = (core.shutdownChain ?? []).map((record) => reportFault(source, record));
  const stack = reportStack(source);
  const { registers } = cpu;
  return {
    title: source.title ?? (faults.length > 0 ? tripleFaultTitle(faults) : 'state of the machine'),
    instructions: core.instructions,
    timeNanos,
    faults,
    location: faults[0]?.location ?? symbols.locate(cpu.linearAddressOfCode(registers.rip)),
    registers: dumpRegisters(registers),
    stack,
    backtrace: buildBacktrace(source),
    lastInstructions: (core.lastRips ?? []).slice(-LAST_INSTRUCTIONS).map((rip) => reportInstruction(source, rip)),
    hints: findHints({ faults, stack, registers }),
    screen: screen.lines().map((line) => line.trimEnd()),
  };
}

function tripleFaultTitle(faults: readonly FaultReport[]): string {
  return `triple fault (${faults.map(({ mnemonic }) => mnemonic).join(' -> ')})`;
}

function reportFault(source: PostMortemSource, record: FaultRecord): FaultReport {
  const { core, cpu, symbols } = source;
  const isExternal = record.kind === 'external';
  const info = isExternal ? undefined : exceptionOf(record.vector);
  const isPageFault = record.vector === VECTOR.PF && record.kind === 'exception';
  return {
    vector: record.vector,
    isExternal,
    mnemonic: info?.mnemonic ?? (isExternal ? `IRQ vector ${record.vector}` : `interrupt ${record.vector}`),
    name: info?.name ?? (isExternal ? 'external interrupt' : 'software interrupt'),
    errorCode: record.errorCode,
    errorText: describeErrorCode(record.vector, record.errorCode),
    location: symbols.locate(cpu.linearAddressOfCode(record.rip)),
    instruction: reportInstruction(source, record.rip),
    cr2: isPageFault ? record.cr2 : undefined,
    walk: isPageFault ? describeWalk(core.translate(record.cr2)) : [],
    deliveryFailure: explainFailure(cpu.registers, record),
  };
}

/** The core says which step of the delivery failed; the most common reason deserves plainer words. */
function explainFailure(registers: CpuRegisters, { failedStep, failure, vector }: FaultRecord): string | undefined {
  if (failedStep === 'none') return undefined;
  const { base, limit } = registers.idtr;
  if (failedStep === 'idtLimit' && limit === 0) return 'IDT limit is 0 (no LIDT was executed before this)';
  return `${failure} (vector ${vector}, IDT at 0x${base.toString(16)}, limit 0x${limit.toString(16)})`;
}

function reportStack({ core, cpu }: PostMortemSource): PostMortem['stack'] {
  const { rsp } = cpu.registers;
  const walk = core.translate(BigInt.asUintN(64, rsp - 1n));
  return { pointer: rsp, walk: describeWalk(walk), isMapped: walk.physicalAddress !== undefined };
}

function reportInstruction({ cpu, memory, symbols, disassemble }: PostMortemSource, rip: bigint): InstructionReport {
  const address = cpu.linearAddressOfCode(rip);
  const bytes = memory.readMapped(address, MAXIMUM_INSTRUCTION_BYTES);
  const decoded = bytes.length > 0 ? disassemble?.(bytes, address, cpu.bits) : undefined;
  return {
    location: symbols.locate(address),
    bytes: decoded ? bytes.slice(0, decoded.lengthBytes) : bytes,
    text: decoded?.text,
  };
}

function dumpRegisters(registers: CpuRegisters): Record<string, bigint> {
  const dump: Record<string, bigint> = {};
  for (const name of SCALAR_REGISTERS) dump[name] = registers[name];
  for (const name of SEGMENT_REGISTERS) dump[name] = BigInt(registers[name].selector);
  for (const name of ['gdtr', 'idtr'] as const) {
    dump[`${name}.base`] = registers[name].base;
    dump[`${name}.limit`] = BigInt(registers[name].limit);
  }
  return dump;
}
