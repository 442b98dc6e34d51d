/**
 * The verbs of the stitcher: what a template asks for between its runs of plain bytes. Numbers are printed into
 * assembly/generated/templates.ts, so both sides agree.
 */

/** Words that exist for 8, 16, 32 and 64 bits; each takes four numbers. Names as in assembly/words. */
const SIZED = [
  'dst',
  'src',
  'third',
  'imm',
  'setDst',
  'setSrc',
  'setThird',
  'load',
  'loadForWrite',
  'store',
  'finish',
  'hostForRead',
  'hostForWrite',
] as const;

/** What can be done with two operands that tell all flags; in the order of the constants of assembly/lazy-flags.ts. */
export const LAZY: readonly string[] = [
  'subtracted',
  'added',
  'multiplied',
  'shiftedLeft',
  'shiftedRight',
  'shiftedRightSigned',
];

const UNSIZED: readonly string[] = [
  /** Effective address. */
  'address',
  /** Linear address of the memory operand. */
  'linear',
  'wideImmediate',
  /** Cuts an i64 to the size of the stack pointer, which an operand of 16 bits does not tell. */
  'cutToStack',
  /** Take two i64, the operands that tell all flags, see assembly/lazy-flags.ts. In the order of its constants. */
  ...LAZY,
  /** Give those operands, i64. */
  'lazyA',
  'lazyB',
  /** Gives RC, PM and PE of MXCSR as an i32. */
  'mxcsrMode',
  /** Argument: code. Gives an i32. */
  'condition',
  /** Tells that the template holds only for the usual mode of MXCSR (assembly/jit/float-mode.ts). */
  'usualOnly',
  /** Leaves unless RC of MXCSR is nearest and PM set. */
  'nearestOnly',
  /** Gives an i32: whether lanes of an operand are known to be plain (assembly/plain.ts). Argument: operand << 4 | lanes. */
  'isPlain',
  /**
   * An `if`. Arguments: what it asks (extract.ts `CHOICE_SOURCES`), mask, 1 if it asks for the opposite, block type, and the bytes
   * of the two arms, 16 bits each, which follow.
   */
  'choice',
  /**
   * Makes the r/m operand of a vector instruction, a register or memory, readable. Argument: number of bytes; 0: takes it from the
   * stack.
   */
  'vectorSource',
  /** The same for memory that is going to be written. */
  'vectorPlace',
  /** Reads from an operand of a vector instruction. Arguments: operand, offset in it, prefix of a load's opcode or 0, opcode. */
  'vectorLoad',
  /** Writes to one. Arguments: as before, of a store. */
  'vectorStore',
  /** The condition of the `if` or `br_if` that follows likely holds (argument 1) or does not (0). */
  'hint',
  /** Leaves before the instruction. */
  'leave',
  /** Reads a register or flag word that is a local. Arguments: load opcode, local, byte within it. */
  'getState',
  /** Writes one. Arguments: store opcode, local, byte within it. */
  'setState',
  /** A constant from the record. Arguments: load opcode, offset in the record. */
  'field',
  /** Argument: number of labels that the template has opened around what follows. */
  'depth',
];

/** Number of each verb, by name: `src8`, `src16`, ..., `leave`. */
export const VERBS: ReadonlyMap<string, number> = new Map([
  ...SIZED.flatMap((word, i) =>
    [8, 16, 32, 64].map((bits, size): [string, number] => [`${word}${bits}`, i * 4 + size]),
  ),
  ...UNSIZED.map((name, i): [string, number] => [name, SIZED.length * 4 + i]),
]);

/** First number of each family, for the stitcher. */
export const VERB_CONSTANTS: readonly (readonly [string, number])[] = [
  ...SIZED.map((word, i) => [word, i * 4] as const),
  ...UNSIZED.map((name, i) => [name, SIZED.length * 4 + i] as const),
];

/**
 * Operands of vector instructions: the registers at dst, src, third and imm of the record, then the r/m operands that the stitcher
 * has made readable or writable.
 */
export const WORD_OPERANDS: ReadonlyMap<string, number> = new Map([
  ['vectorSource', 4],
  ['vectorPlace', 5],
]);

/** Verbs that may leave. */
export const mayLeave = (verb: string): boolean =>
  /^(load|loadForWrite|store|hostFor\w+?)\d|^leave$|^nearestOnly$/.test(verb) || WORD_OPERANDS.has(verb);

/** Verbs that touch guest memory. */
export const touchesMemory = (verb: string): boolean =>
  /^(load|loadForWrite|store|finish|hostFor\w+?)\d/.test(verb) || WORD_OPERANDS.has(verb);

/** Verbs that change what the guest can see. */
export const changesState = (verb: string): boolean =>
  /^(store|finish|setDst|setSrc|setThird)\d|^setState$|^vectorStore$/.test(verb) || LAZY.includes(verb);
