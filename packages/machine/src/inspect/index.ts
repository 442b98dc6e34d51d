/**
 * `@longmode/machine/inspect`: the state of a machine at rest as plain data (it can be posted to another thread, or printed
 * as JSON), and formatters that turn the data into text. Functions that take a machine, not methods of it: whoever does
 * not look inside does not load them. They read the public API alone and change nothing.
 *
 *     const pages = inspectPages(machine);
 *     console.log(formatPages(pages, machine.symbols));
 */

export { type CodeLine, type CodeOptions, inspectCode } from './code.ts';
export { type Iced, makeDisassembler } from './disassembler.ts';
export { formatGdt, formatIdt, formatTss } from './format-descriptors.ts';
export { formatPages, formatPageTables, formatTranslation } from './format-pages.ts';
export { formatCode, formatRegisters, formatStack } from './format-state.ts';
export { type GlobalDescriptor, type GlobalDescriptorTable, inspectGdt } from './global-descriptors.ts';
export { type InterruptDescriptorTable, type InterruptGate, inspectIdt } from './interrupt-gates.ts';
export type { InspectedMachine } from './machine-view.ts';
export { inspectMemory, MEMORY_ROW_BYTES, type MemoryOptions, type MemoryRow } from './memory.ts';
export {
  inspectPages,
  type PageRange,
  type PageRights,
  type PageTable,
  type PageTableEntry,
  type PageTables,
  pagingModeOf,
} from './page-tables.ts';
export { type FlagRegister, inspectRegisters, type RegisterInspection } from './registers.ts';
export { inspectStack, type StackInspection, type StackWord } from './stack.ts';
export { inspectTss, type TaskStack, type TaskState } from './task-state.ts';
export { type CachedTranslation, formatTlb, inspectTlb, tlbRights } from './tlb.ts';
export { inspectTranslation, type Translation } from './translation.ts';
export { formatTranslatorReport } from './translator.ts';
