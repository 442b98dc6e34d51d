/// <reference lib="dom" />
/**
 * Guest code on the host: compiles AssemblyScript sources of this package to WebAssembly and runs them in Node, with
 * every `x86.*` import replaced by its meaning on the module's own memory. No CPU and no image are involved, so a test
 * that fails here fails because of the kernel's logic.
 */
import { compileGuest } from '../library/build/build-kernel.ts';
import { GuestPaging } from './guest-paging.ts';

/** Thrown in place of an instruction that ends the machine, e.g. `hlt`. */
export class MachineEnd extends Error {
  override readonly name = 'MachineEnd';
}

/** A running guest module. */
export interface Guest {
  /** Calls an exported function. @throws MachineEnd when the guest halts */
  call(name: string, ...parameters: (number | bigint)[]): unknown;
  /** The guest's memory from address 0: the screen is at 0xb8000, as in the machine. */
  readonly memory: Uint8Array;
  /** Linear addresses of `load8` to `store64` go through it; as long as its CR3 is 0 they are physical ones. */
  readonly paging: GuestPaging;
  /** Lets the guest have memory up to an address. */
  growMemory(endAddress: number): void;
  /** Bytes written to I/O ports, in order. */
  readonly portWrites: { port: number; value: number }[];
  /** Answers `in`: the value that a port reads as. Default: 0xff, as where nothing is connected. */
  readPort: (port: number) => number;
}

/**
 * Compiles one source text as if it were the file `kernel/under-test.ts`.
 * @throws CompileError with asc's diagnostics
 */
export async function compileTestGuest(source: string): Promise<WebAssembly.Module> {
  const { wasm } = await compileGuest('kernel/under-test.ts', 'library/panic/abort', source);
  return new WebAssembly.Module(new Uint8Array(wasm));
}

/**
 * Starts a module compiled by {@link compileTestGuest}. Its memory is zero but for its static data.
 * @param link addresses of link symbols; there is no image, so all others are 0
 */
export function startGuest(module: WebAssembly.Module, link: Readonly<Record<string, number>> = {}): Guest {
  // Bound late: the start function runs, and may use them, before the exports are known.
  const view = () => new DataView((instance.exports.memory as WebAssembly.Memory).buffer);
  const end = (instruction: string) => () => {
    throw new MachineEnd(instruction);
  };
  const paging = new GuestPaging(view);
  const portWrites: { port: number; value: number }[] = [];
  const x86: Record<string, (...parameters: never[]) => unknown> = {
    load8: (address: bigint) => view().getUint8(paging.translate(address)),
    load16: (address: bigint) => view().getUint16(paging.translate(address), true),
    load32: (address: bigint) => view().getUint32(paging.translate(address), true),
    load64: (address: bigint) => view().getBigUint64(paging.translate(address), true),
    store8: (address: bigint, value: number) => view().setUint8(paging.translate(address), value),
    store16: (address: bigint, value: number) => view().setUint16(paging.translate(address), value, true),
    store32: (address: bigint, value: number) => view().setUint32(paging.translate(address), value, true),
    store64: (address: bigint, value: bigint) => view().setBigUint64(paging.translate(address), value, true),
    inb: (port: number) => guest.readPort(port),
    outb: (port: number, value: number) => void portWrites.push({ port, value: value & 0xff }),
    outd: (port: number, value: number) => void portWrites.push({ port, value }),
    readCr3: () => paging.cr3,
    writeCr3: (value: bigint) => void (paging.cr3 = value),
    invlpg: (address: bigint) => void paging.invalidated.push(address),
    cli: () => undefined,
    readRbp: () => 0n,
    hlt: end('hlt'),
  };
  const wanted = WebAssembly.Module.imports(module).map(
    ({ module: from, name }) => [name, from === 'link' ? () => link[name] ?? 0 : (x86[name] ?? end(name))] as const,
  );
  const imports = Object.fromEntries(wanted) as WebAssembly.ModuleImports;
  const instance = new WebAssembly.Instance(module, { x86: imports, link: imports });
  const guest: Guest = {
    call: (name, ...parameters) => (instance.exports[name] as (...p: (number | bigint)[]) => unknown)(...parameters),
    get memory() {
      return new Uint8Array((instance.exports.memory as WebAssembly.Memory).buffer);
    },
    paging,
    growMemory: (endAddress) => {
      const memory = instance.exports.memory as WebAssembly.Memory;
      const missing = Math.ceil((endAddress - memory.buffer.byteLength) / 0x1_0000);
      if (missing > 0) memory.grow(missing);
    },
    portWrites,
    readPort: () => 0xff,
  };
  return guest;
}
