/**
 * Exceptions and interrupts of the processor (SDM Vol. 3A 6.3.1 table 6-1, 6.13, 6.15 table 6-4): vectors, error codes,
 * classes, and the rule that makes a double fault of two exceptions.
 */

/** How RIP relates to the instruction that raised the exception (SDM Vol. 3A 6.5). */
export type ExceptionClass = 'fault' | 'trap' | 'abort' | 'interrupt';

/** Class of an exception for the double-fault rule (SDM Vol. 3A 6.15 table 6-4). */
export type DoubleFaultClass = 'benign' | 'contributory' | 'page fault' | 'double fault';

/** One row of the table of exceptions. */
export interface ExceptionInfo {
  readonly vector: number;
  /** `#GP` and the like; `NMI` has none of its own. */
  readonly mnemonic: string;
  readonly name: string;
  readonly errorCode: boolean;
  readonly class: ExceptionClass;
  readonly doubleFault: DoubleFaultClass;
}

/** Vector of each exception. #DB may be a fault or a trap; it is listed as a trap. */
export const VECTOR = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  MC: 18,
  XM: 19,
  VE: 20,
  CP: 21,
} as const;

// biome-ignore format: one exception, one line
/** All exceptions with a vector of their own. */
export const exceptions: readonly ExceptionInfo[] = [
  { vector: VECTOR.DE,  mnemonic: '#DE', name: 'divide error',                  errorCode: false, class: 'fault',     doubleFault: 'contributory' },
  { vector: VECTOR.DB,  mnemonic: '#DB', name: 'debug exception',               errorCode: false, class: 'trap',      doubleFault: 'benign' },
  { vector: VECTOR.NMI, mnemonic: 'NMI', name: 'non-maskable interrupt',        errorCode: false, class: 'interrupt', doubleFault: 'benign' },
  { vector: VECTOR.BP,  mnemonic: '#BP', name: 'breakpoint',                    errorCode: false, class: 'trap',      doubleFault: 'benign' },
  { vector: VECTOR.OF,  mnemonic: '#OF', name: 'overflow',                      errorCode: false, class: 'trap',      doubleFault: 'benign' },
  { vector: VECTOR.BR,  mnemonic: '#BR', name: 'BOUND range exceeded',          errorCode: false, class: 'fault',     doubleFault: 'benign' },
  { vector: VECTOR.UD,  mnemonic: '#UD', name: 'invalid opcode',                errorCode: false, class: 'fault',     doubleFault: 'benign' },
  { vector: VECTOR.NM,  mnemonic: '#NM', name: 'device not available',          errorCode: false, class: 'fault',     doubleFault: 'benign' },
  { vector: VECTOR.DF,  mnemonic: '#DF', name: 'double fault',                  errorCode: true,  class: 'abort',     doubleFault: 'double fault' },
  { vector: VECTOR.TS,  mnemonic: '#TS', name: 'invalid TSS',                   errorCode: true,  class: 'fault',     doubleFault: 'contributory' },
  { vector: VECTOR.NP,  mnemonic: '#NP', name: 'segment not present',           errorCode: true,  class: 'fault',     doubleFault: 'contributory' },
  { vector: VECTOR.SS,  mnemonic: '#SS', name: 'stack-segment fault',           errorCode: true,  class: 'fault',     doubleFault: 'contributory' },
  { vector: VECTOR.GP,  mnemonic: '#GP', name: 'general protection',            errorCode: true,  class: 'fault',     doubleFault: 'contributory' },
  { vector: VECTOR.PF,  mnemonic: '#PF', name: 'page fault',                    errorCode: true,  class: 'fault',     doubleFault: 'page fault' },
  { vector: VECTOR.MF,  mnemonic: '#MF', name: 'x87 floating-point error',      errorCode: false, class: 'fault',     doubleFault: 'benign' },
  { vector: VECTOR.AC,  mnemonic: '#AC', name: 'alignment check',               errorCode: true,  class: 'fault',     doubleFault: 'benign' },
  { vector: VECTOR.MC,  mnemonic: '#MC', name: 'machine check',                 errorCode: false, class: 'abort',     doubleFault: 'benign' },
  { vector: VECTOR.XM,  mnemonic: '#XM', name: 'SIMD floating-point exception', errorCode: false, class: 'fault',     doubleFault: 'benign' },
  { vector: VECTOR.VE,  mnemonic: '#VE', name: 'virtualization exception',      errorCode: false, class: 'fault',     doubleFault: 'page fault' },
  { vector: VECTOR.CP,  mnemonic: '#CP', name: 'control protection exception',  errorCode: true,  class: 'fault',     doubleFault: 'contributory' },
];

/** The exception of a vector; undefined for reserved vectors and for interrupts (32..255). */
export function exceptionOf(vector: number): ExceptionInfo | undefined {
  return exceptions.find((exception) => exception.vector === vector);
}

/**
 * What happens when `second` is raised while `first` is being delivered (SDM Vol. 3A 6.15 table 6-5).
 * @returns `serial`: deliver the second; `double fault`: raise #DF; `shutdown`: the processor stops (triple fault).
 */
export function combineExceptions(first: number, second: number): 'serial' | 'double fault' | 'shutdown' {
  const firstClass = exceptionOf(first)?.doubleFault ?? 'benign';
  const secondClass = exceptionOf(second)?.doubleFault ?? 'benign';
  if (secondClass === 'benign' || firstClass === 'benign') return 'serial';
  if (firstClass === 'double fault') return 'shutdown';
  if (firstClass === 'page fault') return 'double fault';
  return secondClass === 'contributory' ? 'double fault' : 'serial';
}

/** Error code with a selector (SDM Vol. 3A 6.13): bit 0 EXT, bit 1 IDT, bit 2 TI, bits 15:3 the selector's index. */
export const SELECTOR_ERROR = { EXT: 1 << 0, IDT: 1 << 1, TI: 1 << 2 } as const;

/** Error code of #PF (SDM Vol. 3A 4.7 figure 4-12). */
export const PAGE_FAULT = {
  /** 0: page not present, 1: the rights forbid the access. */
  P: 1 << 0,
  /** Write access. */
  WR: 1 << 1,
  /** User-mode access. */
  US: 1 << 2,
  /** A reserved bit is set in an entry. */
  RSVD: 1 << 3,
  /** Instruction fetch. */
  ID: 1 << 4,
  /** Protection key. */
  PK: 1 << 5,
  /** Shadow-stack access. */
  SS: 1 << 6,
} as const;
