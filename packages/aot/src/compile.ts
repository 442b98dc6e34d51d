/** The AssemblyScript front end: source to module, by asc's own JavaScript API. The only file that imports asc. */
import type { AssemblyScriptOptions, AssemblyScriptResult } from './compile-options.ts';

/** Runs asc in this process. @throws CompileError with asc's diagnostics */
export function compileAssemblyScript(_options: AssemblyScriptOptions): Promise<AssemblyScriptResult> {
  throw new Error('being written');
}
export type { AssemblyScriptOptions, AssemblyScriptResult } from './compile-options.ts';
