/**
 * MMX, SSE and AVX instructions against the processor that runs this test: every row that does not compute with floating point, in
 * 32-bit code, with random registers, values and immediates. One program runs natively and as a guest, and leaves all vector and MMX
 * registers, EAX, ECX, EDX, the defined flags and the memory operand after each instruction. By default a few hundred random rows
 * run once; NATIVE_VECTOR_CASES runs every row so many times, NATIVE_VECTOR_SEED chooses other programs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { type Instruction, instructions } from '@longmode/x86';
import { describe, expect, it } from 'vitest';
import { mmx } from '../../x86/src/isa/table/mmx.ts';
import { vectorCrypto } from '../../x86/src/isa/table/vector-crypto.ts';
import { vectorInteger } from '../../x86/src/isa/table/vector-integer.ts';
import { vectorMove } from '../../x86/src/isa/table/vector-move.ts';
import { engines } from './engines.ts';
import { flatGuest } from './flat-guest.ts';
import { ending, RESULTS, runNatively } from './native.ts';

const SEED = Number(process.env.NATIVE_VECTOR_SEED ?? 20261126);
const CASES_PER_ROW = Number(process.env.NATIVE_VECTOR_CASES ?? 0);
const DEFAULT_CASES = 200;
/** Cases of one program: code and results have a megabyte each. */
const CASES_PER_PROGRAM = 400;
/** Eight vector and eight MMX registers, EAX, ECX, EDX, flags, 64 bytes of memory. */
const RESULT_BYTES = 256 + 64 + 16 + 64;
const BLOCK_BYTES = 4096;
const ARITHMETIC_FLAGS = 0x8d5;

const cpuInfo = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'latin1') : '';
const hostFlags = new Set(/^flags\s*:(.*)$/m.exec(cpuInfo)?.[1]?.trim().split(/\s+/) ?? []);
const LINUX_NAMES: Readonly<Record<string, string>> = {
  AESNI: 'aes',
  SHA: 'sha_ni',
  SSE3: 'pni',
  SSE41: 'sse4_1',
  SSE42: 'sse4_2',
};
const hostHas = (feature: string | undefined): boolean =>
  feature === undefined || hostFlags.has(LINUX_NAMES[feature] ?? feature.toLowerCase());

let state = SEED;
/** Deterministic random numbers (xorshift32). */
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const keys = new Set([...mmx, ...vectorCrypto, ...vectorInteger, ...vectorMove].map(({ key }) => key));
const rows = instructions.filter(
  (row) =>
    (keys.has(row.key) || row.vsib !== undefined) && row.mode !== 'o64' && hostHas(row.cpuid) && hostHas(row.cpuidToo),
);

interface Case {
  readonly row: Instruction;
  readonly bytes: readonly number[];
  /** Register that must hold small indices. */
  readonly index: number | undefined;
}

/** One random instruction of a row; memory is at EBX, general registers are EAX, ECX and EDX. */
function randomCase(row: Instruction): Case {
  const { encoding, operands } = row;
  const has = (letters: string): boolean =>
    operands.some((operand) => operand.kind === 'encoded' && letters.includes(operand.method));
  const isRegister = encoding.mod === 'register' || (encoding.mod === 'any' && random(2) === 0);
  const [first = 0, second = 0, third = 0] = [random(8), random(8), random(8)];
  // Destination, mask and index of a gather differ.
  const reg = encoding.modRm.kind === 'digit' ? encoding.modRm.digit : has('G') ? first % 3 : first;
  const vvvv = row.vsib === undefined ? second : (first + 1 + (second % 3)) & 7;
  const index = row.vsib === undefined ? undefined : (first + 4 + (third % 4)) & 7;
  const bytes: number[] = [];
  if (encoding.space === 'vex') {
    const pp = { NP: 0, '66': 1, F3: 2, F2: 3 }[encoding.prefix as string] ?? 0;
    const map = { '1': 0, '0F': 1, '0F38': 2, '0F3A': 3 }[encoding.map];
    const register = has('BH') ? vvvv : 0;
    const length = encoding.vexL === 1 ? 4 : 0;
    bytes.push(0xc4, 0xe0 | map, (encoding.rexW === 1 ? 0x80 : 0) | ((~register & 15) << 3) | length | pp);
  } else {
    if (/^(66|F2|F3)$/.test(encoding.prefix)) bytes.push(Number.parseInt(encoding.prefix, 16));
    bytes.push(...{ '1': [], '0F': [0x0f], '0F38': [0x0f, 0x38], '0F3A': [0x0f, 0x3a] }[encoding.map]);
  }
  bytes.push(encoding.opcode);
  if (encoding.modRm.kind !== 'none') {
    const rm = has('ER') ? third % 3 : third;
    if (isRegister) bytes.push(0xc0 | (reg << 3) | rm);
    else if (index !== undefined) bytes.push(0x44 | (reg << 3), (random(3) << 6) | (index << 3) | 3, random(8));
    else bytes.push(0x43 | (reg << 3), row.aligned ? random(2) * 32 : random(24));
  }
  if (encoding.immediates.length > 0) bytes.push(random(3) === 0 ? random(32) : random(256));
  return { row, bytes, index };
}

const indices = [0, 1, 2, 3, 4, 5, 6, 7];
/** A random place in the block of values. */
const anywhere = (): string => `[values + ${random(BLOCK_BYTES - 32)}]`;

function caseSource({ row, bytes, index }: Case): string {
  const word = (): string => `${random(0x10000) * (random(2) === 0 ? 1 : 0x8001)}`;
  return `
${indices.map((n) => `vmovdqu ymm${n}, ${n === index ? `[offsets + ${random(4) * 32}]` : anywhere()}`).join('\n')}
${indices.map((n) => `movq mm${n}, ${anywhere()}`).join('\n')}
mov esi, values + ${random(BLOCK_BYTES - 64)}
mov edi, memory
mov ecx, 16
cld
rep movsd
mov ebx, memory
mov edi, memory
mov eax, ${/pcmpestr/.test(row.mnemonic) ? random(20) : word()}
mov ecx, ${word()}
mov edx, ${/pcmpestr/.test(row.mnemonic) ? random(20) : word()}
push ${random(2) === 0 ? 2 : 0x8d7}
popfd
db ${bytes.join(', ')}
pushfd
pop esi
and esi, ${ARITHMETIC_FLAGS & ~row.flags.undefined}
mov edi, [cursor]
${indices.map((n) => `vmovdqu [edi + ${n * 32}], ymm${n}`).join('\n')}
${indices.map((n) => `movq [edi + ${256 + n * 8}], mm${n}`).join('\n')}
mov [edi + 320], eax
mov [edi + 324], ecx
mov [edi + 328], edx
mov [edi + 332], esi
vmovdqu ymm0, [ebx]
vmovdqu ymm1, [ebx + 32]
vmovdqu [edi + 336], ymm0
vmovdqu [edi + 368], ymm1
add edi, ${RESULT_BYTES}
mov [cursor], edi`;
}

/** Bytes for \`db\`: random ones, with many at the ends of their ranges. */
function randomBytes(count: number): string {
  const extremes = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
  const values = Array.from({ length: count }, (_, i) =>
    (i >> 6) % 3 === 0
      ? (extremes[random(extremes.length)] ?? 0)
      : (i >> 6) % 3 === 1
        ? random(i % 8 === 0 ? 80 : 1)
        : random(256),
  );
  return Array.from({ length: count / 64 }, (_, i) => `db ${values.slice(i * 64, i * 64 + 64).join(', ')}`).join('\n');
}

function program(cases: readonly Case[]): (native: boolean) => string {
  const body = cases.map(caseSource).join('\n');
  const data = randomBytes(BLOCK_BYTES);
  return (native) => `
mov dword [cursor], ${RESULTS}
${body}
jmp finish
cursor: dd 0
align 64
memory: times 64 db 0
offsets: dd ${Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? i % 5 : 0)).join(', ')}
values:
${data}
finish:
emms
mov edi, [cursor]
${ending(native)}
`;
}

const NAMES = ['eax', 'ecx', 'edx', 'flags'];
/** Name of the result at an offset. */
function place(offset: number): string {
  if (offset < 256) return `ymm${offset >> 5} byte ${offset & 31}`;
  if (offset < 320) return `mm${(offset - 256) >> 3} byte ${offset & 7}`;
  return offset < 336 ? `${NAMES[(offset - 320) >> 2]}` : `memory byte ${offset - 336}`;
}

const reason = hostFlags.has('avx2')
  ? runNatively(`mov edi, ${RESULTS}\n${ending(true)}`)
  : { reason: 'this machine is no x86-64 Linux machine with AVX2' };
if ('reason' in reason) console.log(`skipped: ${reason.reason}`);

describe.skipIf('reason' in reason)('vector instructions do what this processor does', () => {
  const chosen =
    CASES_PER_ROW > 0
      ? rows.flatMap((row) => Array.from({ length: CASES_PER_ROW }, () => row))
      : Array.from({ length: DEFAULT_CASES }, () => rows[random(rows.length)] as Instruction);
  const cases = chosen.map(randomCase);
  const chunks = Array.from({ length: Math.ceil(cases.length / CASES_PER_PROGRAM) }, (_, i) =>
    cases.slice(i * CASES_PER_PROGRAM, (i + 1) * CASES_PER_PROGRAM),
  );
  const programs = chunks.map((chunk) => ({ chunk, source: program(chunk) }));
  it.each([...programs.entries()])('program %i', { timeout: 120_000 }, (_, { chunk, source }) => {
    const native = runNatively(source(true));
    if ('reason' in native) throw new Error(native.reason);
    expect(native.results.length).toBe(chunk.length * RESULT_BYTES);
    for (const engine of engines) {
      const { core } = flatGuest(engine, source(false));
      core.registers.setField('xcr0', 7n);
      core.registers.set('cr4', 0x40600n);
      expect(core.run(20_000_000)).toBe('idle-loop');
      const differences: string[] = [];
      for (const [number, { row, bytes }] of chunk.entries()) {
        const at = number * RESULT_BYTES;
        const offset = Array.from({ length: RESULT_BYTES }, (__, i) => i).find(
          (i) => native.results[at + i] !== core.ram[RESULTS + at + i],
        );
        if (offset === undefined) continue;
        const [here, there] = [core.ram[RESULTS + at + offset], native.results[at + offset]];
        differences.push(
          `${row.key} (${Buffer.from(bytes).toString('hex')}): ${place(offset)} ${here}, the processor ${there}`,
        );
      }
      expect(differences, `${engine.engine}, seed ${SEED}`).toEqual([]);
    }
  });
});
