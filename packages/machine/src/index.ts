/** The public face of `@longmode/machine`. */

export type * from './api.ts';
export type * from './post-mortem.ts';
export type { TextCell, TextCursor, TextFrame } from './screen/frame.ts';
export type { CoreCode, CpuRegisters, Engine, Walk, WalkLevel } from './upstream.ts';
