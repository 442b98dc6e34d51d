// Refuses every allocation at compile time: a kernel without a heap has nowhere to put an object. An asc transform
// that looks through the finished module for calls of the runtime's `__new` and names the source lines that lead there.
//
//     chapters/04-printing/main.ts:9:3: this needs the heap, and this kernel has none yet (~lib/string/String.__concat)

/** Where the runtime (`--runtime stub`) gives out memory. */
const ALLOCATORS = new Set(['~lib/rt/stub/__new', '~lib/rt/stub/__renew', '~lib/rt/stub/__alloc']);

/** Reads the calls out of the module's text: binaryen prints the source position as a `;;@` comment before them. */
function* calls(text: string) {
  let caller = '';
  let position = '';
  for (const line of text.split('\n')) {
    position = /^\s*;;@ (.*)$/.exec(line)?.[1] ?? position;
    const func = /^ \(func \$(\S+)/.exec(line)?.[1];
    if (func !== undefined) {
      caller = func;
      position = `in ${func}`; // a constructor asks for its own memory before its first line
    }
    const callee = /\(call \$(\S+)/.exec(line)?.[1];
    if (callee !== undefined) yield { caller, callee, position };
  }
}

/** The hook that asc calls with the compiled module. */
export default class ForbidHeap {
  afterCompile(module: { emitText(): string }): void {
    const all = [...calls(module.emitText())];
    const allocating = new Set(ALLOCATORS);
    // Library functions that allocate, by themselves or through others, until no more are found.
    for (let before = -1; before !== allocating.size; ) {
      before = allocating.size;
      for (const { caller, callee } of all)
        if (caller.startsWith('~lib/') && allocating.has(callee)) allocating.add(caller);
    }
    const culprits = all.filter(({ caller, callee }) => !caller.startsWith('~lib/') && allocating.has(callee));
    if (culprits.length === 0) return;
    const lines = culprits.map(
      ({ callee, position }) => `${position}: this needs the heap, and this kernel has none yet (${callee})`,
    );
    const error = new Error([...new Set(lines)].join('\n'));
    error.stack = error.message; // asc prints the stack; where this file threw helps nobody
    throw error;
  }
}
