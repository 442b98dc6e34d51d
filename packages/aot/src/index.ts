/** Native compiler: an AssemblyScript kernel's WebAssembly module to one bootable x86-64 ELF file. */
export { buildImage } from './build-image.ts';
export type { AssemblyScriptOptions, AssemblyScriptResult } from './compile-options.ts';
export { CompileError, type CompileErrorCode, type SourceProblem } from './errors.ts';
export type * from './image.ts';
export { INTRINSICS, type Intrinsic } from './intrinsics.ts';
export { INTERRUPT_FRAME_FIELDS } from './link/runtime-code.ts';
export { buildUserProgram, type UserProgramOptions } from './user-program.ts';
