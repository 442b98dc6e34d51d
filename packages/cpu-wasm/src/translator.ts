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

/** When code is translated. No value changes what the guest can see. */
export interface TranslatorPolicy {
  /** Entries of a block before it is translated. */
  readonly entries: number;
  /** Blocks in one region at most, up to 250. */
  readonly blocks: number;
  /** Live modules at most: each costs the host memory mappings, of which there are 65,530 in Linux. */
  readonly modules: number;
}

/** For tests. */
export interface TranslatorHooks {
  /** Replaces values of the policy. */
  readonly policy?: Partial<TranslatorPolicy>;
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

/** Small regions keep `force` bearable: the host compiles every block again whenever a region around it is formed. */
const POLICIES: Readonly<Record<Exclude<Translation, false>, TranslatorPolicy>> = {
  auto: { entries: 300, blocks: 250, modules: 2000 },
  force: { entries: 2, blocks: 16, modules: 2000 },
};

/** Compiles the module of so many bytes at an address of linear memory and places its function in a slot of the function table. */
export type CompileRegion = (at: number, bytes: number, slot: number) => void;

/** The functions of a table as imports by index. They are looked up when they are first asked for: most never are. */
function tableImports(table: WebAssembly.Table): Record<string, unknown> {
  return new Proxy<Record<string, unknown>>(
    {},
    { get: (known, index) => (known[index as string] ??= table.get(Number(index))) },
  );
}

/** Turns the translator on. Returns the function that compiles a module in linear memory. */
export function startTranslator(
  mode: Exclude<Translation, false>,
  core: CoreExports,
  memory: WebAssembly.Memory,
  { policy, onModule, refusesAccess }: TranslatorHooks = {},
): CompileRegion {
  type Access = (linear: bigint, bytes: number) => number;
  const exports = core as CoreExports &
    Record<'jitRead' | 'jitWrite', Access> & { readonly settleFlags: unknown; readonly table: WebAssembly.Table };
  const guarded = (access: Access): Access =>
    refusesAccess ? (linear, bytes) => (refusesAccess() ? 0 : access(linear, bytes)) : access;
  const imports = {
    core: {
      memory,
      jitRead: guarded(exports.jitRead),
      jitWrite: guarded(exports.jitWrite),
      settleFlags: exports.settleFlags,
    },
    table: tableImports(exports.table),
  };
  const { entries, blocks, modules } = { ...POLICIES[mode], ...policy };
  exports.translateHotCode(entries, blocks, exports.table.grow(modules), modules);
  return (at, bytes, slot) => {
    const binary = new Uint8Array(memory.buffer, at, bytes);
    onModule?.(binary.slice());
    const module = new WebAssembly.Module(binary);
    const instance = new WebAssembly.Instance(module, imports as unknown as WebAssembly.Imports);
    exports.table.set(slot, instance.exports.region);
  };
}

/** Reads the statistics out of the core. */
export function readStatistics(core: CoreExports): TranslatorStatistics {
  const numbers = NAMES.map((name, number) => [name, core.translatorStatistic(number) >>> 0] as const);
  return Object.fromEntries(numbers) as unknown as TranslatorStatistics;
}
