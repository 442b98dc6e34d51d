/** Instructions around an address, as far as they can be known: backward only from the start of the function. */

import type { Address, CodeLocation, Disassembler } from '../api.ts';
import { type InspectedMachine, readOrUndefined, resolveAddress } from './machine-view.ts';

const MAXIMUM_INSTRUCTION_BYTES = 15;
/** Functions are disassembled from their start to find the instructions before an address, up to this size. */
const MAXIMUM_BACKWARD_BYTES = 1 << 16;

/** One instruction. */
export interface CodeLine {
  readonly location: CodeLocation;
  /** One byte if it is no instruction. */
  readonly bytes: Uint8Array;
  /** Undefined if the bytes are no instruction. */
  readonly text: string | undefined;
  /** Where a direct call or jump goes, if that is a symbol. */
  readonly target: CodeLocation | undefined;
  /** The address asked for is in it. */
  readonly isCurrent: boolean;
}

/** What to show. */
export interface CodeOptions {
  /** Linear address or symbol; default: the next instruction. */
  readonly at?: Address;
  /** Instructions before, default 6. */
  readonly before?: number;
  /** Instructions from `at` on, default 8. */
  readonly after?: number;
}

/**
 * Disassembles around an address, to the end of its function; empty if nothing is mapped there.
 * @throws RangeError for an unknown symbol
 */
export function inspectCode(
  machine: InspectedMachine,
  disassemble: Disassembler,
  { at, before = 6, after = 8 }: CodeOptions = {},
): CodeLine[] {
  const { cpu, symbols } = machine;
  const { rip, cs } = cpu.registers;
  const next = cpu.mode === '64-bit' ? rip : BigInt.asUintN(32, cs.base + rip);
  const address = at === undefined ? next : resolveAddress(machine, at);
  const { symbol, offset = 0 } = symbols.locate(address);
  const start = before > 0 && offset <= MAXIMUM_BACKWARD_BYTES ? address - BigInt(offset) : address;
  const lines: CodeLine[] = [];
  let remaining = after;
  for (let position = start; remaining > 0; ) {
    const bytes = bytesAt(machine, position);
    const location = symbols.locate(position);
    if (bytes.length === 0 || (position > address && location.symbol !== symbol)) break;
    const instruction = disassemble(bytes, position, cpu.bits);
    const lengthBytes = instruction?.lengthBytes ?? 1;
    const isCurrent = address >= position && address < position + BigInt(lengthBytes);
    if (position >= address || isCurrent) remaining--;
    lines.push({
      location,
      bytes: bytes.slice(0, lengthBytes),
      text: instruction?.text,
      target: targetOf(machine, instruction?.text),
      isCurrent,
    });
    position += BigInt(lengthBytes);
  }
  const current = lines.findIndex((line) => line.isCurrent);
  return current < 0 ? lines : lines.slice(Math.max(0, current - before));
}

/** Direct branches in the spellings of Intel's syntax: `call 0x1000`, `jne short 0x1000`. */
const BRANCH = /^(?:call|j\w+|loop\w*)\s+(?:\w+\s+)?(0x[0-9a-f]+)$/i;

function targetOf({ symbols }: InspectedMachine, text: string | undefined): CodeLocation | undefined {
  const [, address] = BRANCH.exec(text ?? '') ?? [];
  if (address === undefined) return undefined;
  const target = symbols.locate(BigInt(address));
  return target.symbol === undefined ? undefined : target;
}

/** As many bytes as an instruction can have, less where the mapping ends. */
function bytesAt({ memory }: InspectedMachine, address: bigint): Uint8Array {
  for (let lengthBytes = MAXIMUM_INSTRUCTION_BYTES; lengthBytes > 0; lengthBytes--) {
    const bytes = readOrUndefined(() => memory.read(BigInt.asUintN(64, address), lengthBytes));
    if (bytes) return bytes;
  }
  return new Uint8Array();
}
