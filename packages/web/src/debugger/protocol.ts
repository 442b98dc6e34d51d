/**
 * What the debugger's panel and its agent tell each other, over a channel of their own: the agent is code that the
 * machine's worker loads when a panel asks for it, so that a page without a debugger loads nothing of it. All answers
 * are the inspections of `@longmode/machine/inspect` as they are.
 */

import type { Address, CodeLocation, PostMortem, TranslatorReport } from '@longmode/machine';
import type {
  CachedTranslation,
  CodeLine,
  GlobalDescriptorTable,
  InterruptDescriptorTable,
  MemoryRow,
  PageTables,
  RegisterInspection,
  StackInspection,
  TaskState,
  Translation,
} from '@longmode/machine/inspect';

/** Requests by name, with parameters and answer. A parameter that is an address may be a symbol. */
export interface DebugRequests {
  pause: { readonly parameters: undefined; readonly answer: undefined };
  /** Goes on until a breakpoint, a pause or the end. */
  resume: { readonly parameters: undefined; readonly answer: undefined };
  /** One instruction; a call counts as one if `over` is set. */
  step: { readonly parameters: { readonly over: boolean }; readonly answer: undefined };
  /** Goes on to an address. */
  'run-to': { readonly parameters: { readonly at: Address }; readonly answer: undefined };
  /** Replaces all breakpoints; `state` has them. Refused, with the machine as before, if a symbol is unknown. */
  breakpoints: { readonly parameters: { readonly at: readonly Address[] }; readonly answer: undefined };
  state: { readonly parameters: undefined; readonly answer: MachineState };
  code: {
    readonly parameters: { readonly at?: Address; readonly after: number };
    readonly answer: readonly CodeLine[];
  };
  stack: { readonly parameters: undefined; readonly answer: StackInspection };
  pages: { readonly parameters: undefined; readonly answer: PageTables };
  translate: { readonly parameters: { readonly at: Address }; readonly answer: Translation };
  tlb: { readonly parameters: undefined; readonly answer: readonly CachedTranslation[] };
  tables: {
    readonly parameters: undefined;
    readonly answer: {
      readonly gdt: GlobalDescriptorTable;
      readonly idt: InterruptDescriptorTable;
      readonly tss: TaskState | undefined;
    };
  };
  /** Undefined: nothing is translated. */
  translator: { readonly parameters: undefined; readonly answer: TranslatorReport | undefined };
  memory: {
    readonly parameters: { readonly at: Address; readonly rows: number; readonly physical: boolean };
    readonly answer: readonly MemoryRow[];
  };
}

export type DebugRequestName = keyof DebugRequests;

/** The guest at rest, or that it runs. */
export interface MachineState {
  readonly isRunning: boolean;
  /** Undefined while it runs. */
  readonly registers: RegisterInspection | undefined;
  readonly location: CodeLocation | undefined;
  readonly instructions: bigint;
  /** Breakpoints of this machine, as they were given, and where they are. */
  readonly breakpoints: readonly { readonly at: Address; readonly address: bigint }[];
  /** Why it stands, in words. */
  readonly reason: string;
  /** The guest can never run again. */
  readonly hasEnded: boolean;
  /** What led to a triple fault, or to an instruction that the machine does not have. */
  readonly postMortem: PostMortem | undefined;
}

/** From the panel. */
export interface DebugRequest {
  readonly id: number;
  readonly name: DebugRequestName;
  readonly parameters: DebugRequests[DebugRequestName]['parameters'];
}

/** From the agent. */
export type DebugMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: DebugRequests[DebugRequestName]['answer'] }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  /** The guest starts to run, or stands again. */
  | { readonly kind: 'changed' };
