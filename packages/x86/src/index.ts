/**
 * `@longmode/x86`: the vocabulary of the architecture. The instruction table (`isa/`), constants of the manual (`arch/`)
 * and a text assembler driven by the table (`assembler/`). Pure data and functions, no dependencies.
 */

export * from './arch/control.ts';
export * from './arch/cpuid.ts';
export * from './arch/descriptors.ts';
export * from './arch/exceptions.ts';
export * from './arch/msr.ts';
export * from './arch/paging.ts';
export { type Assembled, type AssembleOptions, assemble } from './assembler/assemble.ts';
export { AssemblerError } from './assembler/error.ts';
export { CONDITION_SYNONYMS, CONDITIONS } from './isa/condition.ts';
export { type Instruction, instructions } from './isa/index.ts';
export { findInstruction, type OpcodeBytes } from './isa/lookup.ts';
export {
  type CpuidFeature,
  type Encoding,
  type FixedOperand,
  FLAG_LETTERS,
  type FlagEffects,
  type ImmediateCode,
  type InstructionKind,
  type InstructionRow,
  insn,
  type ModRmUse,
  type OpcodeMap,
  type Operand,
  type OperandMethod,
  type OperandSize,
  type PrefixRule,
  type RowOptions,
} from './isa/row.ts';
export { defaultOperandBits, type Mode, operandBitsOf, sizePrefixes } from './isa/size.ts';
