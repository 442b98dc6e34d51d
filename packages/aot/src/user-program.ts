/**
 * Programs for user mode (ring 3): the same compiler and linker, another base address, and a few instructions of entry
 * code instead of boot code. The result is a small ELF file that a kernel carries inside its image (`ImageOptions.files`)
 * and loads by its program headers. Every segment is page aligned in the file as in memory, so a kernel may map the
 * pages of a read-only segment where they are, and has to copy only the writable ones.
 *
 * The program brings its own stack, so that the kernel needs nothing but the entry point. It has no debug information
 * of its own in the file; `image.lines` and `image.symbols` have it.
 */
import { buildImage } from './build-image.ts';
import { CompileError } from './errors.ts';
import type { BootCode, CompiledModule, Image } from './image.ts';
import { Assembler } from './x86/assembler.ts';
import { RAX, RBP, RDI, RSP } from './x86/registers.ts';

/** The module exports `main(): i64`, whose result is the exit code. */
export interface UserProgramOptions extends CompiledModule {
  /** Where the program is in its address space; its module was compiled with a memory base 0x1000 above. */
  readonly baseAddress?: number;
  /** Default 16 KiB. */
  readonly stackBytes?: number;
  /** Number of the system call that ends the program, with the exit code as its argument. Default 0. */
  readonly exitCall?: number;
}

/** Far above the kernel, below its heap at 0x40000000. */
const DEFAULT_BASE = 0x2000_0000;
const INT_0X80 = [0xcd, 0x80] as const;

/** Links a program for user mode. @throws CompileError */
export function buildUserProgram(options: UserProgramOptions): Image {
  const { baseAddress = DEFAULT_BASE, stackBytes = 0x4000, exitCall = 0, ...module } = options;
  return buildImage({
    ...module,
    baseAddress,
    strip: true,
    boot: entryCode(stackBytes, exitCall),
  });
}

/** Sets up the stack, runs the top-level statements and `main`, and leaves by `int 0x80`. */
function entryCode(stackBytes: number, exitCall: number): BootCode {
  return {
    reservations: [{ name: 'stack_bottom', sizeBytes: stackBytes, alignBytes: 4096, endName: 'stack_top' }],
    assemble(link) {
      const asm = new Assembler();
      asm.moveSymbol(RSP, 'stack_top');
      asm.moveConstant(RBP, 0n); // the end of every backtrace
      asm.call('start');
      asm.call('main');
      asm.load(8, RDI, RAX);
      asm.moveConstant(RAX, BigInt(exitCall));
      asm.raw(...INT_0X80);
      asm.trap(); // a kernel does not come back from there
      const { bytes, relocations } = asm.finish();
      const origin = link.get('boot_start')!;
      const view = new DataView(bytes.buffer);
      for (const { offset, symbol, kind } of relocations) {
        const value = link.get(symbol);
        if (value === undefined)
          throw new CompileError(
            'symbol',
            `a program for user mode has to export ${symbol}(): i64, and this one does not`,
          );
        view.setInt32(offset, kind === 'relative32' ? value - (origin + offset + 4) : value, true);
      }
      return { bytes, symbols: new Map([['_start', origin]]), entry: '_start' };
    },
  };
}
