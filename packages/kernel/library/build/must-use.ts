// Refuses to compile a call whose result is thrown away although it is a duty: the `MapperFlush` that every change of a
// mapping returns (`memory/paging/mapper-flush.ts`). An asc transform that looks through the finished module for a
// dropped call of a function with such a result.
//
//     memory/remap-kernel.ts:97:3: the MapperFlush of Mapper#unmap must be spent: .flush() or .ignore()

/** Classes whose instances must not be dropped. */
const DUTIES = new Set(['MapperFlush']);

/** The part of asc's `Program` that is read. */
interface CheckedProgram {
  readonly instancesByName: Iterable<
    [string, { signature?: { returnType?: { classReference?: { readonly name: string } | null } } }]
  >;
}

/** The hook that asc calls with the compiled module. */
export default class MustUse {
  /** asc sets it before it constructs the class. */
  declare readonly program: CheckedProgram;

  afterCompile(module: { emitText(): string }): void {
    // What asc itself knows: the functions of the module and the class of what they return.
    const duties = new Map<string, string>();
    for (const [name, element] of this.program.instancesByName) {
      const className = element.signature?.returnType?.classReference?.name;
      if (className !== undefined && DUTIES.has(className)) duties.set(name, className);
    }
    if (duties.size === 0) return;
    const dropped = /\(drop\s+(?:;;@[^\n]*\s+)*\(call \$("[^"]*"|[^\s)]+)/g;
    const lines: string[] = [];
    const text = module.emitText();
    for (const match of text.matchAll(dropped)) {
      const name = match[1]!.replaceAll('"', '');
      if (!duties.has(name)) continue;
      // The source position of the call's first argument, which is the mapper.
      const position = /;;@ (\S+)/.exec(text.slice(match.index))?.[1];
      const readable = /[^/]*$/.exec(name.replace(/<.*/, ''))![0];
      lines.push(`${position}: the ${duties.get(name)} of ${readable} must be spent: .flush() or .ignore()`);
    }
    if (lines.length === 0) return;
    const error = new Error([...new Set(lines)].join('\n'));
    error.stack = error.message; // asc prints the stack; where this file threw helps nobody
    throw error;
  }
}
