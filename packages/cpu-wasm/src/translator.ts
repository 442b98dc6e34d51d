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
  /** Regions given up because entering them cost more than they saved. */
  readonly abandonedRegions: number;
  /** Modules that the host could not compile, for want of memory say. The guest is interpreted meanwhile. */
  readonly failedCompilations: number;
  /** Time that the host has spent on compiling modules, by the clock of the host: no two runs agree in it. */
  readonly compileMilliseconds: number;
}

/** Translated code that begins at one address. */
export interface HotRegion {
  /** RIP of the block that the region was formed from. */
  readonly rip: bigint;
  /** How often code was translated from there. */
  readonly translations: number;
  /** How often that code was entered, and how many instructions it has retired. */
  readonly entries: number;
  readonly instructions: number;
}

/** When code is translated. No value changes what the guest can see. */
export interface TranslatorPolicy {
  /** Entries of a block before it is looked at. */
  readonly entries: number;
  /** What a module costs the host, and each instruction in it, in instructions that the interpreter executes in that time. */
  readonly moduleCost: number;
  readonly instructionCost: number;
  /** Blocks in one region at most, up to 250. */
  readonly blocks: number;
  /** Live modules at most: each costs the host memory mappings, of which there are 65,530 in Linux. */
  readonly modules: number;
}

/** For tests. */
export interface TranslatorHooks {
  /** Replaces values of the policy. */
  readonly policy?: Partial<TranslatorPolicy>;
  /** Sees the module of each region. What it throws counts as thrown by the host's compiler. */
  readonly onModule?: (bytes: Uint8Array) => void;
  /** Asked for each access that the fast TLB does not settle: true leaves it to the interpreter, as if there were no memory. */
  readonly refusesAccess?: () => boolean;
}

const NAMES: readonly Exclude<keyof TranslatorStatistics, 'compileMilliseconds'>[] = [
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
  'abandonedRegions',
  'failedCompilations',
];

/** Small regions keep `force` bearable: the host compiles every block again whenever a region around it is formed. */
const POLICIES: Readonly<Record<Exclude<Translation, false>, TranslatorPolicy>> = {
  auto: { entries: 320, moduleCost: 50_000, instructionCost: 500, blocks: 250, modules: 2000 },
  force: { entries: 2, moduleCost: 0, instructionCost: 0, blocks: 16, modules: 2000 },
};

/** What regions call in the core, in the order of assembly/jit/handlers.ts; the tests have it from here. */
export const HELPERS = ['jitRead', 'jitWrite', 'settleFlags', 'mayGoOn', 'tryRecord', 'transfer'] as const;

/** A module that exports the function `e.f` that it imports, of type (i64, i32) -> i32: only such functions can be in a table. */
const REEXPORT = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x07, 0x01, 0x60, 0x02, 0x7e, 0x7f, 0x01, 0x7f],
  ...[0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
);

type Access = (linear: bigint, bytes: number) => number;

/** An access that the hook of a test may refuse. */
function guarded(access: Access, refusesAccess: () => boolean): unknown {
  const f: Access = (linear, bytes) => (refusesAccess() ? 0 : access(linear, bytes));
  return new WebAssembly.Instance(new WebAssembly.Module(REEXPORT), { e: { f } }).exports.f;
}

/** A core as its translator sees it. */
export type TranslatingCore = CoreExports &
  Record<(typeof HELPERS)[number], unknown> & { readonly table: WebAssembly.Table };

/** A table of these functions. */
export function tableOf(functions: readonly unknown[]): WebAssembly.Table {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: functions.length });
  for (const [number, f] of functions.entries()) table.set(number, f);
  return table;
}

/** Appends to a table of helpers the handlers that regions call and that it does not hold yet. */
export function addCalledHandlers(table: WebAssembly.Table, core: TranslatingCore): void {
  const handlers = core.calledHandlers();
  for (let i = table.length - HELPERS.length; i < handlers; i++) {
    table.set(table.grow(1), core.table.get(core.calledHandler(i)));
  }
}

/** The functions that go into a table of helpers. */
function helpersOf(core: TranslatingCore, refusesAccess: TranslatorHooks['refusesAccess']): readonly unknown[] {
  return HELPERS.map((name) => {
    const isAccess = name === 'jitRead' || name === 'jitWrite';
    return refusesAccess && isAccess ? guarded(core[name] as Access, refusesAccess) : core[name];
  });
}

/**
 * Regions that import the same table of helpers. A table keeps every instance alive that imports it, so regions that are forgotten
 * can be collected when all that share their table are forgotten.
 */
const REGIONS_PER_TABLE = 64;

/**
 * Modules of all cores in this process that the host has not collected yet. Each takes memory mappings, of which Linux allows a process
 * 65,530; V8 ends the process when there is none left, and does not collect what is forgotten before its own heap grows.
 */
let liveModules = 0;
const MAX_LIVE_MODULES = 20_000;
const collected = new FinalizationRegistry<undefined>(() => {
  liveModules--;
});

/** What the counters of one slot say: entries u64, instructions u64. */
const USE_BYTES = 16;
/** Regions whose use is known at most. */
const MAX_REGIONS_KNOWN = 8192;

/** The translator of one core: compiles its regions, and knows how much each was used. */
export class Translator {
  readonly #core: TranslatingCore;
  readonly #memory: WebAssembly.Memory;
  readonly #helpers: readonly unknown[];
  #table = tableOf([]);
  #imports: WebAssembly.Imports = {};
  readonly #firstSlot: number;
  readonly #onModule: TranslatorHooks['onModule'];
  readonly #hostMilliseconds: () => number;
  #compileMilliseconds = 0;
  /** RIP of the region that each slot holds. */
  readonly #rips: bigint[] = [];
  /** Regions by RIP, as far as they have been read from the core's counters. */
  readonly #regions = new Map<bigint, { entries: number; instructions: number; translations: number }>();

  /** Turns the translator of a core on. */
  constructor(
    mode: Exclude<Translation, false>,
    core: CoreExports,
    memory: WebAssembly.Memory,
    { hooks, hostMilliseconds }: { readonly hooks: TranslatorHooks; readonly hostMilliseconds: () => number },
  ) {
    const exports = core as TranslatingCore;
    const { policy, onModule, refusesAccess } = hooks;
    this.#core = exports;
    this.#memory = memory;
    this.#onModule = onModule;
    this.#hostMilliseconds = hostMilliseconds;
    this.#helpers = helpersOf(exports, refusesAccess);
    const { entries, moduleCost, instructionCost, blocks, modules } = { ...POLICIES[mode], ...policy };
    this.#firstSlot = exports.table.grow(modules);
    exports.translateHotCode(entries, moduleCost, instructionCost, blocks, this.#firstSlot, modules, REGIONS_PER_TABLE);
  }

  /**
   * Compiles the module of so many bytes at an address of linear memory and places its function in a slot of the function table.
   * Returns whether the host could: if it is out of memory or has met a limit of its own, all regions are forgotten.
   */
  compileRegion(at: number, bytes: number, slot: number, ripLow: number, ripHigh: number): boolean {
    const start = this.#hostMilliseconds();
    const binary = new Uint8Array(this.#memory.buffer, at, bytes);
    const index = slot - this.#firstSlot;
    this.#readUse(index);
    try {
      this.#onModule?.(binary.slice());
      if (index % REGIONS_PER_TABLE === 0) this.#startTable();
      addCalledHandlers(this.#table, this.#core);
      if (liveModules >= MAX_LIVE_MODULES) throw new RangeError('too many modules are waiting to be collected');
      const module = new WebAssembly.Module(binary);
      liveModules++;
      collected.register(module, undefined);
      const instance = new WebAssembly.Instance(module, this.#imports);
      this.#core.table.set(slot, instance.exports.region);
    } catch (cause) {
      if (!(cause instanceof RangeError || cause instanceof WebAssembly.CompileError)) throw cause;
      this.#forgetAll();
      return false;
    } finally {
      this.#compileMilliseconds += this.#hostMilliseconds() - start;
    }
    const rip = (BigInt(ripHigh >>> 0) << 32n) | BigInt(ripLow >>> 0);
    this.#rips[index] = rip;
    const known = this.#regions.get(rip);
    if (known) known.translations++;
    else this.#regions.set(rip, { entries: 0, instructions: 0, translations: 1 });
    if (this.#regions.size > MAX_REGIONS_KNOWN) this.#forgetRarest();
    return true;
  }

  #startTable(): void {
    this.#table = tableOf(this.#helpers);
    this.#imports = { core: { memory: this.#memory, helpers: this.#table } };
  }

  /** Gives the memory of all modules back. */
  #forgetAll(): void {
    for (const index of this.#rips.keys()) {
      this.#readUse(index);
      this.#core.table.set(this.#firstSlot + index, null);
    }
    this.#rips.length = 0;
  }

  /** A guest that makes code at ever new addresses must not fill the host's memory: only what has run most stays known. */
  #forgetRarest(): void {
    for (const { rip } of this.hotRegions.slice(MAX_REGIONS_KNOWN >> 1)) this.#regions.delete(rip);
  }

  /** Moves the counters of a slot from the core to the region that the slot holds. */
  #readUse(index: number): void {
    const region = this.#regions.get(this.#rips[index] ?? -1n);
    const use = new DataView(this.#memory.buffer, this.#core.regionUse() + index * USE_BYTES, USE_BYTES);
    if (region) {
      region.entries += Number(use.getBigUint64(0, true));
      region.instructions += Number(use.getBigUint64(8, true));
    }
    use.setBigUint64(0, 0n, true);
    use.setBigUint64(8, 0n, true);
  }

  get statistics(): TranslatorStatistics {
    const numbers = NAMES.map((name, number) => [name, this.#core.translatorStatistic(number) >>> 0] as const);
    const counted = Object.fromEntries(numbers) as unknown as Record<(typeof NAMES)[number], number>;
    return { ...counted, compileMilliseconds: this.#compileMilliseconds };
  }

  /** Where translated code was entered, the most instructions first. */
  get hotRegions(): readonly HotRegion[] {
    for (const index of this.#rips.keys()) this.#readUse(index);
    return [...this.#regions]
      .map(([rip, use]) => ({ rip, ...use }))
      .sort((a, b) => b.instructions - a.instructions || (a.rip < b.rip ? -1 : 1));
  }
}
