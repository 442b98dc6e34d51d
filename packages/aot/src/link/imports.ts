/** What the module imports: `x86.*` instructions, `link.*` addresses; anything else is an error with its name. */
import { type IntrinsicEmitter, symbolOf } from '../codegen/function-context.ts';
import { CompileError } from '../errors.ts';
import { INTRINSICS } from '../intrinsics.ts';
import type { FunctionSignature, ImportedFunction, WasmModule } from '../wasm/module.ts';

export interface ResolvedImports {
  /** By function index. */
  readonly emitters: readonly IntrinsicEmitter[];
  /** Link symbols that imports ask for -> name of the declaration, for errors. */
  readonly linkNames: ReadonlyMap<string, string>;
}

/** `(i32, i64): i32`, as messages show signatures. */
function describe({ parameters, result }: FunctionSignature): string {
  return `(${parameters.join(', ')}): ${result ?? 'void'}`;
}

function requireSignature(imported: ImportedFunction, expected: FunctionSignature): void {
  const [found, wanted] = [describe(imported.signature), describe(expected)];
  if (found !== wanted)
    throw new CompileError(
      'symbol',
      `${imported.name} is declared as ${found}; ${imported.module}.${imported.field} is ${wanted}`,
    );
}

/** An import of an address: `@external("link", "kernel_end") declare function kernelEnd(): usize`. */
function linkEmitter(imported: ImportedFunction): IntrinsicEmitter {
  requireSignature(imported, { parameters: [], result: 'i32' });
  return (context) => {
    const to = context.destination(undefined, []);
    context.asm.moveSymbol(to, symbolOf.link(imported.field));
    context.pushResult('i32', to);
  };
}

/** Finds the translation of every import. @throws CompileError code `symbol` */
export function resolveImports(module: WasmModule): ResolvedImports {
  const linkNames = new Map<string, string>();
  const emitters = module.imports.map((imported): IntrinsicEmitter => {
    if (imported.module === 'link') {
      linkNames.set(imported.field, imported.name);
      return linkEmitter(imported);
    }
    const intrinsic = imported.module === 'x86' ? INTRINSICS.get(imported.field) : undefined;
    if (intrinsic === undefined) {
      const known =
        imported.module === 'x86'
          ? `known are ${[...INTRINSICS.keys()].join(', ')}`
          : imported.module === 'env' && imported.field === 'abort'
            ? 'export a function abort(message, file, line, column) and tell asc: --use abort=path/abort'
            : 'imports come from module "x86" (instructions) or "link" (addresses)';
      throw new CompileError(
        'symbol',
        `nothing defines the import ${imported.module}.${imported.field} (${imported.name}): ${known}`,
      );
    }
    requireSignature(imported, intrinsic.signature);
    return intrinsic.emit;
  });
  return { emitters, linkNames };
}
