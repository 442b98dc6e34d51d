/**
 * The AssemblyScript front end: source to module, by asc's own JavaScript API. The only file that imports asc, so that
 * the rest of the package works without it.
 */
import * as asc from 'assemblyscript/asc';
import type { AssemblyScriptOptions, AssemblyScriptResult } from './compile-options.ts';
import { declarationRecorder } from './declarations.ts';
import { CompileError, type SourceProblem } from './errors.ts';
import type { SourcePosition } from './image.ts';
import { MEMORY_BOUND_EXPORTS } from './wasm/decode.ts';

export type { AssemblyScriptOptions, AssemblyScriptResult, AssemblyScriptTransform } from './compile-options.ts';

const WASM_FILE = 'out.wasm';
const DEFAULT_MEMORY_BASE = 0x10_1000;

/** One more entry file: it tells the linker where the memory that asc has laid out begins and ends. */
const MEMORY_BOUNDS_FILE = 'longmode-memory-bounds.ts';
const memoryBoundsSource = (memoryBase: number) => `
export function ${MEMORY_BOUND_EXPORTS.start}(): usize { return ${memoryBase}; }
export function ${MEMORY_BOUND_EXPORTS.end}(): usize { return __heap_base; }`;

/** Runs asc in this process, without access to files but through `readFile`. @throws CompileError with asc's report */
export async function compileAssemblyScript(options: AssemblyScriptOptions): Promise<AssemblyScriptResult> {
  const entries = typeof options.entry === 'string' ? [options.entry] : options.entry;
  const memoryBase = options.memoryBase ?? DEFAULT_MEMORY_BASE;
  const written = new Map<string, string | Uint8Array>();
  const report: string[] = [];
  const problems: SourceProblem[] = [];
  const declarations = new Map<string, SourcePosition>();
  const output = { write: (chunk: string | Uint8Array) => report.push(chunk.toString()) > 0 };
  const { error } = await asc.main(
    [
      ...entries,
      MEMORY_BOUNDS_FILE,
      ...['--outFile', WASM_FILE, '--sourceMap', '--debug'],
      '--noColors',
      ...['--optimizeLevel', `${options.optimize}`],
      ...['--runtime', options.runtime],
      ...['--memoryBase', `${memoryBase}`],
      ...(options.stackSizeBytes === undefined ? [] : ['--stackSize', `${options.stackSizeBytes}`]),
      ...(options.abort === undefined ? [] : ['--use', `abort=${options.abort}`]),
      ...(options.extraArguments ?? []),
    ],
    {
      stdout: output,
      stderr: output,
      readFile: (name, baseDirectory) =>
        name === MEMORY_BOUNDS_FILE
          ? memoryBoundsSource(memoryBase)
          : (options.readFile(name, baseDirectory) as Promise<string | null>),
      writeFile: (name, contents) => {
        written.set(name, contents);
      },
      listFiles: () => [],
      reportDiagnostic: (diagnostic) => problems.push(problemOf(diagnostic)),
      // asc takes classes too, which its types do not say.
      transforms: [...(options.transforms ?? []), declarationRecorder(declarations)] as unknown as asc.Transform[],
    },
  );
  const diagnostics = report.join('').trim();
  const wasm = written.get(WASM_FILE);
  const sourceMap = written.get(`${WASM_FILE}.map`);
  if (error !== null || !(wasm instanceof Uint8Array) || typeof sourceMap !== 'string')
    throw new CompileError('source', diagnostics || `asc failed: ${error?.message ?? 'it wrote no module'}`, problems);
  return { wasm, sourceMap, declarations, diagnostics, problems };
}

/** The part of asc's diagnostics that is read; its own type leaves out where a range is. */
interface Diagnostic {
  readonly category: number;
  readonly message: string;
  readonly range: {
    readonly start: number;
    readonly end: number;
    readonly source: { readonly normalizedPath: string };
  } | null;
}

/** asc's `DiagnosticCategory`. */
const ERROR_CATEGORY = 3;
const WARNING_CATEGORY = 2;

function problemOf(diagnostic: unknown): SourceProblem {
  const { category, message, range } = diagnostic as Diagnostic;
  return {
    severity: category === ERROR_CATEGORY ? 'error' : category === WARNING_CATEGORY ? 'warning' : 'info',
    message,
    file: range?.source.normalizedPath,
    start: range?.start ?? 0,
    end: range?.end ?? 0,
  };
}
