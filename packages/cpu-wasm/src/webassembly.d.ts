// The part of the WebAssembly JavaScript interface that this project uses. TypeScript ships it only inside the DOM library,
// which packages below `web` must not see. In the form of that library, so that both may be present.
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]?: string;
  }
  var Module: { prototype: Module; new (bytes: ArrayBuffer | ArrayBufferView): Module };

  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  var Instance: { prototype: Instance; new (module: Module, imports?: Imports): Instance };

  interface CompileError extends Error {}
  var CompileError: { prototype: CompileError; new (message?: string): CompileError };

  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  var Memory: { prototype: Memory; new (descriptor: { initial: number; maximum?: number }): Memory };

  interface Table {
    readonly length: number;
    /** Returns the former length. */
    grow(delta: number): number;
    get(index: number): unknown;
    set(index: number, value: unknown): void;
  }
  var Table: { prototype: Table; new (descriptor: { element: 'anyfunc'; initial: number }): Table };

  type Imports = Record<string, Record<string, unknown>>;

  function compile(bytes: ArrayBuffer | ArrayBufferView): Promise<Module>;
}
