/// <reference path="./webassembly.d.ts" />
/** The shape of both engines' code: the JavaScript twin is a function that is called like `WebAssembly.Instance`. */

/** What the core imports. All numbers are 32 bits wide; results are read as unsigned. */
export interface CoreImports {
  readonly env: {
    readonly memory: WebAssembly.Memory | TwinMemory;
    /** Leaves the core; must throw. */
    raise(): void;
    mmioRead(physicalAddress: number, sizeBytes: number): number;
    mmioWrite(physicalAddress: number, sizeBytes: number, value: number): void;
    portRead(port: number, sizeBytes: number): number;
    portWrite(port: number, sizeBytes: number, value: number): void;
    acknowledgeInterrupt(): number;
    /** Compiles the module of a region and puts its function into the function table (assembly/jit/policy.ts); returns 0 if it cannot. */
    compileRegion(at: number, bytes: number, slot: number, ripLow: number, ripHigh: number): number;
    /** FERR# is asserted. */
    signalNumericError(): void;
    /** An access to an MSR that does not exist; returns 1 to ignore it, 0 for #GP(0). */
    unknownMsr(number: number, low: number, high: number, isWrite: number): number;
    /** Bulk operations on linear memory, for the twin (assembly/bulk.ts). */
    copyBytes(to: number, from: number, bytes: number): void;
    fillBytes(to: number, value: number, bytes: number): void;
    abort(): void;
  };
}

/** What the core exports; see assembly/index.ts. */
export interface CoreExports {
  initialize(ramPages: number): number;
  stateChanged(): void;
  memoryChanged(physicalAddress: number, lengthBytes: number): void;
  begin(budget: number): void;
  run(): void;
  end(): void;
  setInterruptLine(asserted: number): void;
  ignoreNumericError(): void;
  requestStop(): void;
  limitRun(count: number): void;
  getFlags(): number;
  setFlags(flags: number): void;
  unretiredInstructions(): number;
  synchronizeRip(): void;
  listRecent(includesCurrent: number): number;
  recentRips(): number;
  shutdownChain(): number;
  cpuidTable(): number;
  cpuidTableBytes(): number;
  deniedFeatures(): number;
  translations(): number;
  forgetCode(): void;
  fetchBuffer(): number;
  decodeOnly(): number;
  switchCases(): number;
  translateHotCode(
    entries: number,
    moduleCost: number,
    instructionCost: number,
    blocks: number,
    firstSlot: number,
    slots: number,
    regionsPerTable: number,
  ): void;
  translatorStatistic(number: number): number;
  regionUse(): number;
  calledHandlers(): number;
  calledHandler(number: number): number;
}

/** Linear memory of the JavaScript twin. */
export interface TwinMemory {
  readonly buffer: ArrayBuffer;
}

/** The JavaScript twin (`dist/core.js`): makes an instance over the given imports. */
export type JsTwin = (imports: CoreImports) => CoreExports;
