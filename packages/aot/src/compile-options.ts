/** Options and result of the AssemblyScript front end; apart from its implementation so that types cost no import. */

import type { SourceProblem } from './errors.ts';
import type { CompiledModule } from './image.ts';

export interface AssemblyScriptOptions {
  /** Entry file(s) in the eyes of `readFile`, e.g. `main.ts`. */
  readonly entry: string | readonly string[];
  /** Text of a file, or null if there is none. asc tries `name.ts`, `name/index.ts`, then package folders. */
  readonly readFile: (name: string, baseDirectory: string) => string | null | Promise<string | null>;
  /** asc `--optimizeLevel`. */
  readonly optimize: 0 | 1 | 2 | 3;
  /** asc `--runtime`: a built-in one, or the path of a module (without `.ts`) that exports `__new` and so on. */
  readonly runtime: 'stub' | 'minimal' | 'incremental' | (string & {});
  /** Exported function for assert, throw and failed checks, as asc names it: `panic/abort`. Without it: a trap. */
  readonly abort?: string;
  /** First address of static data. Default 0x101000: the default base address and one page for `.boot`. */
  readonly memoryBase?: number;
  /** asc `--stackSize`: bytes of the garbage collector's shadow stack; asc decides by the runtime if absent. */
  readonly stackSizeBytes?: number;
  /** Transforms of asc: classes, which it gives `program` and makes instances of (assemblyscript.org, "Transforms"). */
  readonly transforms?: readonly AssemblyScriptTransform[];
  /** Further asc arguments, e.g. `['--use', 'NAME=value']`. */
  readonly extraArguments?: readonly string[];
}

/** A class with hooks such as `afterParse(parser)`; asc constructs it without arguments. */
export type AssemblyScriptTransform = new () => object;

export interface AssemblyScriptResult extends Required<CompiledModule> {
  /** What asc said: warnings, one text with all of them. Empty if nothing. */
  readonly diagnostics: string;
  /** The same with places. */
  readonly problems: readonly SourceProblem[];
}
