/** What `--show` prints: inspections of the machine as text for people, and as data for `--json`. */
import type { Machine } from '@longmode/machine';
import {
  formatCode,
  formatGdt,
  formatIdt,
  formatPages,
  formatPageTables,
  formatRegisters,
  formatStack,
  formatTlb,
  formatTranslation,
  formatTss,
  inspectCode,
  inspectGdt,
  inspectIdt,
  inspectPages,
  inspectRegisters,
  inspectStack,
  inspectTlb,
  inspectTranslation,
  inspectTss,
} from '@longmode/machine/inspect';
import { disassemble } from './disassembler.ts';
import { UserError } from './errors.ts';
import { ExitCode } from './exit-codes.ts';
import type { ShowItem } from './options/show.ts';

/** Refuses symbols that the image does not have, before anything runs. @throws UserError */
export function checkShown(items: readonly ShowItem[], machine: Machine): void {
  for (const { at } of items) {
    if (typeof at !== 'string') continue;
    try {
      machine.memory.translate(at);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UserError(ExitCode.usage, `--show: ${error.message}`, 'give an address as in 0x100000, or a symbol');
    }
  }
}

/** Each item as a block of text, with an empty line between two. */
export function shownAsText(items: readonly ShowItem[], machine: Machine): string {
  return `${items.map((item) => textOf(item, machine)).join('\n\n')}\n`;
}

/** The items as one object, each under its name (`walk` and `code` with the address given, as on the command line). */
export function shownAsData(items: readonly ShowItem[], machine: Machine): Record<string, unknown> {
  return Object.fromEntries(items.map((item) => [keyOf(item), dataOf(item, machine)]));
}

function keyOf({ what, at }: ShowItem): string {
  if (at === undefined) return what;
  return `${what}:${typeof at === 'string' ? at : `0x${at.toString(16)}`}`;
}

function textOf({ what, at }: ShowItem, machine: Machine): string {
  switch (what) {
    case 'pages':
      return formatPages(inspectPages(machine), machine.symbols);
    case 'tables':
      return formatPageTables(inspectPages(machine));
    case 'walk':
      return formatTranslation(inspectTranslation(machine, at ?? 0));
    case 'tlb':
      return formatTlb(inspectTlb(machine));
    case 'gdt':
      return formatGdt(inspectGdt(machine));
    case 'idt':
      return formatIdt(inspectIdt(machine));
    case 'tss':
      return formatTss(inspectTss(machine));
    case 'registers':
      return formatRegisters(inspectRegisters(machine));
    case 'stack':
      return formatStack(inspectStack(machine));
    case 'code':
      return formatCode(inspectCode(machine, disassemble, at === undefined ? {} : { at }));
  }
}

function dataOf({ what, at }: ShowItem, machine: Machine): unknown {
  switch (what) {
    case 'pages': {
      const { mode, ranges, isComplete } = inspectPages(machine);
      return { mode, ranges, isComplete };
    }
    case 'tables':
      return inspectPages(machine).root ?? null;
    case 'walk':
      return inspectTranslation(machine, at ?? 0);
    case 'tlb':
      return inspectTlb(machine);
    case 'gdt':
      return inspectGdt(machine);
    case 'idt':
      return inspectIdt(machine);
    case 'tss':
      return inspectTss(machine) ?? null;
    case 'registers':
      return inspectRegisters(machine);
    case 'stack':
      return inspectStack(machine);
    case 'code':
      return inspectCode(machine, disassemble, at === undefined ? {} : { at });
  }
}
