/** Which row of the instruction table bytes of 64-bit code are an instance of, and what they name. */
import { findInstruction, type Instruction, type OpcodeBytes, sizePrefixes } from '@longmode/x86';
import { GENERAL_REGISTERS, type State } from '../../../packages/cpu-wasm/test/vectors/reader.ts';

const MAPS: readonly OpcodeBytes['map'][] = ['1', '0F', '0F38', '0F3A'];

/** One instruction, as far as a recording has to know it. */
export interface Decoded {
  readonly row: Instruction;
  readonly operandBits: 16 | 32 | 64;
  /** Numbers of the registers that it names, of whatever kind. */
  readonly registers: readonly number[];
  /** Where it touches memory: at an address, at places of its own (`implicit`), nowhere. */
  readonly memory: ((state: State) => bigint) | 'implicit' | undefined;
  readonly isRepeated: boolean;
}

/** Instructions with an operand in memory that no ModRM byte names. */
const IMPLICIT_MEMORY = /^(push|pop|call|ret|enter|leave|xlat|v?maskmov)/;

/** Reads prefixes and opcode (SDM Vol. 2A 2.1 to 2.3). @throws Error when no row fits. */
export function findRow(code: Uint8Array): Decoded {
  let at = 0;
  let isShort = false;
  let has66 = false;
  let repeat: OpcodeBytes['repeat'];
  const next = (): number => code[at++] ?? 0;
  for (; [0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x64, 0x65, 0x2e, 0x36, 0x3e, 0x26].includes(code[at] ?? 0); at++) {
    if (code[at] === 0x66) has66 = true;
    if (code[at] === 0x67) isShort = true;
    if (code[at] === 0xf2) repeat = 'F2';
    if (code[at] === 0xf3) repeat = 'F3';
  }
  let bytes: OpcodeBytes;
  let extension = 0;
  let vvvv = 0;
  const first = next();
  if (first === 0xc5 || first === 0xc4) {
    const second = next();
    const map = first === 0xc5 ? '0F' : (MAPS[second & 31] ?? '1');
    const last = first === 0xc5 ? second : next();
    vvvv = (~last >> 3) & 15;
    // As in REX: R, X, B.
    extension = first === 0xc4 ? (~second >> 5) & 7 : ((~second >> 7) & 1) * 4;
    const prefix = [undefined, '66', 'F3', 'F2'][last & 3];
    bytes = {
      ...{ mode: 64, space: 'vex', map, opcode: next(), has66: prefix === '66' },
      repeat: prefix === 'F2' || prefix === 'F3' ? prefix : undefined,
      ...{ rexW: first === 0xc4 && last >= 0x80, rexB: false, vexL: (last & 4) !== 0, modRm: next() },
    };
  } else {
    const rex = (first & 0xf0) === 0x40 ? first : 0;
    extension = rex & 7;
    let opcode = rex === 0 ? first : next();
    let map: OpcodeBytes['map'] = '1';
    if (opcode === 0x0f) {
      opcode = next();
      map = opcode === 0x38 ? '0F38' : opcode === 0x3a ? '0F3A' : '0F';
      if (map !== '0F') opcode = next();
    }
    const [rexW, rexB] = [(rex & 8) !== 0, (rex & 1) !== 0];
    bytes = { mode: 64, space: 'legacy', map, opcode, has66, repeat, rexW, rexB, vexL: false, modRm: next() };
  }
  // Rows with a register in the opcode are listed under its first byte.
  const row = findInstruction(bytes);
  if (row === undefined) throw new Error(`${Buffer.from(code).toString('hex')} is no instruction of the table`);
  const sizes = ([16, 32, 64] as const).filter((bits) => {
    const prefixes = sizePrefixes(row, bits, 64);
    return (
      prefixes && (prefixes.osz === has66 || !row.usesOperandSize) && (prefixes.rexW || bits !== 64) === bytes.rexW
    );
  });
  const usesModRm = row.encoding.modRm.kind === 'reg' || row.encoding.modRm.kind === 'digit';
  const isMemory = usesModRm && bytes.modRm < 0xc0;
  const low = row.encoding.plusRegister ? bytes.opcode : bytes.modRm;
  return {
    row,
    operandBits: sizes[0] ?? (bytes.rexW ? 64 : has66 ? 16 : 32),
    registers: [((bytes.modRm >> 3) & 7) | ((extension & 4) << 1), (low & 7) | ((extension & 1) << 3), vvvv],
    memory: isMemory
      ? addressOf(code, at, bytes.modRm, extension, isShort)
      : row.kind === 'string' || IMPLICIT_MEMORY.test(row.mnemonic) || row.encoding.immediates.includes('moffs')
        ? 'implicit'
        : undefined,
    isRepeated: row.kind === 'string' && repeat !== undefined,
  };
}

/** Effective address of the ModRM byte before `at` (SDM Vol. 2A tables 2-2 and 2-3), for flat segments. */
function addressOf(
  code: Uint8Array,
  at: number,
  modRm: number,
  extension: number,
  isShort: boolean,
): (state: State) => bigint {
  const view = Buffer.from(code);
  const mod = modRm >> 6;
  const hasSib = (modRm & 7) === 4;
  const sib = hasSib ? (code[at] ?? 0) : 0;
  const behind = at + (hasSib ? 1 : 0);
  const low = hasSib ? sib & 7 : modRm & 7;
  const isAbsolute = mod === 0 && low === 5;
  const displacement = mod === 1 ? view.readInt8(behind) : mod === 2 || isAbsolute ? view.readInt32LE(behind) : 0;
  const index = ((sib >> 3) & 7) | ((extension & 2) << 2);
  return (state) => {
    const register = (number: number): bigint => state[GENERAL_REGISTERS[number] as 'rax'];
    const base = isAbsolute ? (hasSib ? 0n : state.rip + BigInt(code.length)) : register(low | ((extension & 1) << 3));
    const scaled = hasSib && index !== 4 ? register(index) << BigInt(sib >> 6) : 0n;
    return BigInt.asUintN(isShort ? 32 : 64, base + scaled + BigInt(displacement));
  };
}
