/**
 * Where functions are declared, which a source map does not say: its first mapping inside of a function may belong to a
 * callee that was inlined. asc knows it until it has written the module.
 */
import type { AssemblyScriptTransform } from './compile-options.ts';
import type { SourcePosition } from './image.ts';

/** The part of asc's `Range` that is read. */
interface SourceRange {
  readonly start: number;
  readonly source: {
    readonly normalizedPath: string;
    /** asc made it up. */
    readonly isNative: boolean;
    lineAt(offset: number): number;
    /** Of the offset that `lineAt` was asked for last. */
    columnAt(): number;
  };
}

/** The part of asc's `Program` that is read. */
interface DeclaringProgram {
  readonly instancesByName: Iterable<[string, { readonly declaration?: { readonly name: { range: SourceRange } } }]>;
}

/** A transform that changes nothing and notes the declarations of everything that asc has compiled, by its name. */
export function declarationRecorder(declarations: Map<string, SourcePosition>): AssemblyScriptTransform {
  return class {
    /** asc sets it before it constructs the class. */
    declare readonly program: DeclaringProgram;

    afterCompile(): void {
      for (const [name, { declaration }] of this.program.instancesByName) {
        const range = declaration?.name.range;
        if (range === undefined || range.source.isNative) continue;
        const { source, start } = range;
        declarations.set(name, { file: source.normalizedPath, line: source.lineAt(start), column: source.columnAt() });
      }
    }
  };
}
