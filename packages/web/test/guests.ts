/** Guests of the tests: one of the repository's kernels, and a few instructions in assembly. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildElf, buildMultiboot2Header } from '@longmode/loader';
import { assemble } from '@longmode/x86';

const resolve = createRequire(import.meta.url).resolve;
const LOAD_ADDRESS = 0x100000;

/** A kernel that prints in many colours and then halts for good, as the one that `npm start` boots does not. */
export const kernel = (): Uint8Array => readFileSync(resolve('@longmode/kernel/chapters/04-printing.elf'));

/** The core's code for a machine in Node. */
export const coreModule = (): WebAssembly.Module =>
  new WebAssembly.Module(new Uint8Array(readFileSync(resolve('@longmode/cpu-wasm/core.wasm'))));

/** A kernel of 32-bit code. */
function guest(source: string): Uint8Array {
  const header = buildMultiboot2Header([]);
  const entry = LOAD_ADDRESS + header.length;
  const { bytes: code } = assemble(source, { bits: 32, origin: entry });
  const bytes = new Uint8Array(header.length + code.length);
  bytes.set(header);
  bytes.set(code, header.length);
  return buildElf({
    class: 64,
    entry: BigInt(entry),
    segments: [{ bytes, physicalAddress: BigInt(LOAD_ADDRESS), memoryBytes: BigInt(bytes.length) }],
    sections: [],
    symbols: [],
  });
}

/** Says `hi` on COM1, halts for good. */
export const serialGuest = (): Uint8Array =>
  guest('mov dx, 0x3f8\nmov al, "h"\nout dx, al\nmov al, "i"\nout dx, al\ncli\nhlt');

/** An exception without an interrupt table. */
export const tripleFaultGuest = (): Uint8Array => guest('ud2');

/** Leaves through the debug exit port. */
export const exitGuest = (): Uint8Array => guest('mov al, 0x10\nout 0xf4, al\nhlt');

/**
 * Never ends: counts in the upper left corner. Three instructions a round, so that a slice of the machine, a power of
 * two, never ends on the character that the slice before ended on.
 */
export const busyGuest = (): Uint8Array => guest('.again: inc byte [0xb8000]\nnop\njmp .again');
