/**
 * `@longmode/machine`: a PC that boots kernels. `boot` makes one from bytes; everything else is types, the errors it
 * throws, and functions on the plain data it hands out (text frames and post mortems).
 */

export type { CoreCode, Engine, TlbEntry, TranslatorStatistics, Walk, WalkLevel } from '@longmode/cpu-wasm';
export { maximumMemoryBytes, parseCpuModel } from '@longmode/cpu-wasm';
export type * from './api.ts';
export { boot } from './boot.ts';
export { NANOS_PER_INSTRUCTION } from './clock.ts';
export { isKeyCode, KEY_CODES, type KeyCode } from './keyboard/key-codes.ts';
export { type KeyStroke, keyStrokeOf, keyStrokesOf } from './keyboard/us-layout.ts';
export { MemoryError } from './memory-access.ts';
export { DEFAULT_MEMORY_BYTES, parseMemorySize } from './memory-size.ts';
export { type FormatOptions, formatLocation, formatPostMortem } from './post-mortem/format.ts';
export { describeWalk } from './post-mortem/page-walk.ts';
export type * from './post-mortem/types.ts';
export type { CpuRegisters } from './register-file.ts';
export { DEFAULT_LIMIT_INSTRUCTIONS, OBSERVATION_INTERVAL, SLEPT_NANOS_PER_LIMIT_INSTRUCTION } from './run-loop.ts';
export { frameToAnsi } from './screen/ansi.ts';
export { CODE_PAGE_437 } from './screen/code-page-437.ts';
export {
  cropFrame,
  decodeCell,
  frameLines,
  framesEqual,
  frameText,
  type TextCell,
  type TextCursor,
  type TextFrame,
} from './screen/frame.ts';
export type { HotCode, TranslatorReport } from './translator-report.ts';
export { type VectorRegisters, type X87Register, x87ToNumber } from './vector-registers.ts';
export { boxedScreen, describeEnd, WaitError } from './wait.ts';
