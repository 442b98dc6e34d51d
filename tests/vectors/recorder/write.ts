/** Lines of a recorded set (tests/vectors/FORMAT.md). */
import {
  type Bytes,
  GENERAL_REGISTERS,
  type State,
  VECTOR_REGISTERS,
  X87_REGISTERS,
} from '../../../packages/cpu-wasm/test/vectors/reader.ts';
import type { NativeAnswer } from './native.ts';
import type { Subject } from './record.ts';
import { BASE_STATES } from './state.ts';
import { isApproximate, isOutOfDomain, isSpecific, undefinedStatus } from './undefined.ts';

const NUMBERS = [...GENERAL_REGISTERS, 'rip', 'fl', 'fsb', 'gsb', 'mxcsr', 'fcw', 'fsw', 'ftw'] as const;

/** Bytes in memory order. */
function inMemoryOrder(value: bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex')
    .reverse()
    .toString('hex');
}

/** The keys of `state` that differ from `base`. */
function differences(state: State, base: State): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of NUMBERS) if (state[name] !== base[name]) result[name] = state[name].toString(16);
  for (const name of X87_REGISTERS) if (state[name] !== base[name]) result[name] = inMemoryOrder(state[name], 10);
  for (const name of VECTOR_REGISTERS) if (state[name] !== base[name]) result[name] = inMemoryOrder(state[name], 16);
  return result;
}

const memoryOf = (list: readonly Bytes[]): [string, string][] =>
  list.map(({ address, bytes }) => [address.toString(16), Buffer.from(bytes).toString('hex')]);

/** A whole state, for the header of a set. */
export const stateRecord = (state: State): Record<string, string> => differences(state, {} as State);

/** A recorded test. */
export function testLine({ decoded, code, base, state, memory }: Subject, answer: NativeAnswer): string {
  const { row, operandBits } = decoded;
  const { fault } = answer;
  const isPointing = [state, answer.state].some(({ fop, fip, fdp }) => (fop | fip | fdp) !== 0n);
  const pointers = ({ fop, fip, fdp }: State): string[] => [fop, fip, fdp].map((value) => value.toString(16));
  const after = { ...state, rip: fault ? state.rip : state.rip + BigInt(code.length) };
  const changes = differences(answer.state, after);
  const flags = fault ? 0 : row.flags.undefined;
  const status = fault ? 0n : undefinedStatus(row);
  const tag =
    isSpecific(row, operandBits) || isOutOfDomain(row, state) ? 'impl' : isApproximate(row) ? 'approx' : undefined;
  return JSON.stringify({
    m: row.kind === 'string' ? row.mnemonic.replace(/[bwdq]$/, '') : row.mnemonic,
    f: `${row.mnemonic} ${row.operands.map(({ text }) => text).join(',')} [${row.encoding.text}] .${operandBits}`,
    s: decoded.isRepeated ? 'rep.n' : row.kind === 'string' ? 'no.n' : 'random',
    c: Buffer.from(code).toString('hex'),
    b: base,
    r: differences(state, BASE_STATES[base] as State),
    ...(memory.length > 0 && { M: memoryOf(memory) }),
    ...(Object.keys(changes).length > 0 && { a: changes }),
    ...(answer.memory.length > 0 && { w: memoryOf(answer.memory) }),
    ...(fault && {
      x: {
        ...{ v: fault.vector, n: fault.name },
        ...(fault.errorCode !== undefined && { e: Number(fault.errorCode) }),
        ...(fault.address !== undefined && { a: fault.address.toString(16) }),
      },
    }),
    ...(isPointing && { xi: pointers(state), xo: pointers(answer.state) }),
    ...(flags !== 0 && { u: flags.toString(16) }),
    ...(status !== 0n && { uw: status.toString(16) }),
    ...(tag !== undefined && { t: tag }),
    ...(row.cpuid !== undefined && { k: row.cpuid.toLowerCase() }),
  });
}
