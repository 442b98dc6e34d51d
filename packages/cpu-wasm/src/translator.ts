/// <reference path="./webassembly.d.ts" />
/**
 * The host's side of the translator (assembly/jit): compiles the modules that the core writes into its memory. Compilation is
 * synchronous, so that the guest's time does not depend on how fast the host compiles.
 */
import type { CoreExports } from './twin.ts';

/** `auto`: what is hot. `force`: everything that runs twice, for tests. `false`: nothing. */
export type Translation = false | 'auto' | 'force';

/** What the translator has done since the core was made. */
export interface TranslatorStatistics {
  /** Regions translated. */
  readonly regions: number;
  /** Blocks in them, counted once for each region. */
  readonly blocks: number;
  /** Bytes of the WebAssembly modules. */
  readonly moduleBytes: number;
  /** Instructions in them that are translated, and those for which the interpreter is called. */
  readonly translatedInstructions: number;
  readonly calledInstructions: number;
  /** How often a region was entered, or not entered although it was there. */
  readonly entries: number;
  readonly refusedEntries: number;
  /** Exits because the budget was used up. */
  readonly budgetExits: number;
  /** At a branch to a block outside, at a computed jump to one, and at another instruction that ends a block. */
  readonly branchExits: number;
  readonly jumpExits: number;
  readonly terminatorExits: number;
  /** At an instruction within a block: a fault, a device, a write to code, a page the TLB did not know. */
  readonly instructionExits: number;
  /** Regions dropped because their code was overwritten. */
  readonly droppedRegions: number;
  /** How often all were dropped because their memory was full. */
  readonly dropsOfAll: number;
}

/** For tests. */
export interface TranslatorHooks {
  /** Sees the module of each region. */
  readonly onModule?: (bytes: Uint8Array) => void;
  /** Asked for each access that the fast TLB does not settle: true leaves it to the interpreter, as if there were no memory. */
  readonly refusesAccess?: () => boolean;
}

const NAMES: readonly (keyof TranslatorStatistics)[] = [
  'regions',
  'blocks',
  'moduleBytes',
  'translatedInstructions',
  'calledInstructions',
  'entries',
  'refusedEntries',
  'budgetExits',
  'branchExits',
  'jumpExits',
  'terminatorExits',
  'instructionExits',
  'droppedRegions',
  'dropsOfAll',
];

/** Entries of a block before it is translated. */
const THRESHOLDS = { auto: 300, force: 2 } as const;

/** Live modules at most: each costs the host memory mappings, of which there are 65,530 in Linux. */
const SLOTS = 2000;

/** Turns the translator on. Returns the function that compiles a module in linear memory. */
export function startTranslator(
  mode: Exclude<Translation, false>,
  core: CoreExports,
  memory: WebAssembly.Memory,
  { onModule, refusesAccess }: TranslatorHooks = {},
): (at: number, bytes: number) => void {
  type Access = (linear: bigint, bytes: number) => number;
  const exports = core as CoreExports & Record<'jitRead' | 'jitWrite', Access> & { readonly table: WebAssembly.Table };
  const guarded = (access: Access): Access =>
    refusesAccess ? (linear, bytes) => (refusesAccess() ? 0 : access(linear, bytes)) : access;
  const imports = {
    core: {
      memory,
      table: exports.table,
      jitRead: guarded(exports.jitRead),
      jitWrite: guarded(exports.jitWrite),
    },
  };
  exports.translateHotCode(THRESHOLDS[mode], exports.table.grow(SLOTS), SLOTS);
  return (at, bytes) => {
    const binary = new Uint8Array(memory.buffer, at, bytes);
    onModule?.(binary.slice());
    const module = new WebAssembly.Module(binary);
    new WebAssembly.Instance(module, imports as unknown as WebAssembly.Imports);
  };
}

/** Reads the statistics out of the core. */
export function readStatistics(core: CoreExports): TranslatorStatistics {
  const numbers = NAMES.map((name, number) => [name, core.translatorStatistic(number) >>> 0] as const);
  return Object.fromEntries(numbers) as unknown as TranslatorStatistics;
}
