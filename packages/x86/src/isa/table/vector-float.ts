/**
 * Floating-point instructions of SSE to SSE4.1, AVX, FMA and F16C that compute (SDM Vol. 1 10.4, 11.4.1, 12.3, 12.10, 14.1 to 14.5).
 * Moves, shuffles and bitwise logic of floating-point values are in `vector-move.ts` and `vector-integer.ts`.
 */

import { type CpuidFeature, type InstructionRow, insn, type RowOptions } from '../row.ts';
import { BINARY, BINARY_IMMEDIATE, packed, UNARY, UNARY_IMMEDIATE, vexBoth, vexOf } from './packed.ts';

const SSE = { legacy: 'SSE', wide: 'AVX' } as const;
const SSE2 = { legacy: 'SSE2', wide: 'AVX' } as const;
const SSE3 = { legacy: 'SSE3', wide: 'AVX' } as const;
const SSE41 = { legacy: 'SSE41', wide: 'AVX' } as const;

/** A scalar operation: the lanes above come from the destination or, in VEX, from the first source. */
function scalar(name: string, code: string, source: string, cpuid: CpuidFeature, options: RowOptions = {}) {
  const body = options.body ?? name;
  const [rm, rest] = [source.split(',')[0], source.includes(',') ? ',Ib' : ''];
  return [
    insn(name, code, `Vdq,${rm}${rest}`, { ...options, cpuid, body }),
    insn(`v${name}`, vexOf(code, 'LIG'), `Vdq,Hdq,${rm}${rest}`, { ...options, cpuid: 'AVX', body }),
  ];
}

/** The four forms of an operation: packed and scalar, single and double. */
const arithmetic = (name: string, opcode: string): InstructionRow[] => [
  ...packed(`${name}ps`, `NP 0F ${opcode} /r`, BINARY, SSE),
  ...packed(`${name}pd`, `66 0F ${opcode} /r`, BINARY, SSE2),
  ...scalar(`${name}ss`, `F3 0F ${opcode} /r`, 'Wss', 'SSE'),
  ...scalar(`${name}sd`, `F2 0F ${opcode} /r`, 'Wsd', 'SSE2'),
];

/** Square roots: packed forms have one source. */
const roots: readonly InstructionRow[] = [
  ...packed('sqrtps', 'NP 0F 51 /r', UNARY, SSE),
  ...packed('sqrtpd', '66 0F 51 /r', UNARY, SSE2),
  ...scalar('sqrtss', 'F3 0F 51 /r', 'Wss', 'SSE'),
  ...scalar('sqrtsd', 'F2 0F 51 /r', 'Wsd', 'SSE2'),
];

/** Comparison of scalars into RFLAGS. */
const ordered = (name: string, opcode: string): InstructionRow[] =>
  (['s', 'd'] as const).flatMap((type) => {
    const code = `${type === 's' ? 'NP' : '66'} 0F ${opcode} /r`;
    const options = { flags: 'w=zpc c=osa', body: `${name}s${type}` } as const;
    return [
      insn(`${name}s${type}`, code, `Vdq,Ws${type}`, { ...options, cpuid: type === 's' ? 'SSE' : 'SSE2' }),
      insn(`v${name}s${type}`, vexOf(code, 'LIG'), `Vdq,Ws${type}`, { ...options, cpuid: 'AVX' }),
    ];
  });

/** A conversion between vectors of different widths: its operands in legacy and VEX.128, and in VEX.256. */
function convert(name: string, code: string, narrow: string, wide: string): InstructionRow[] {
  return [
    insn(name, code, narrow, { cpuid: 'SSE2' }),
    insn(`v${name}`, vexOf(code, '128'), narrow, { cpuid: 'AVX', body: name }),
    insn(`v${name}`, vexOf(code, '256'), wide, { cpuid: 'AVX', body: name }),
  ];
}

/** A general register or memory to a scalar. */
const fromInteger = (name: string, code: string, cpuid: CpuidFeature): InstructionRow[] => [
  insn(name, code, 'Vdq,Ey', { cpuid }),
  insn(`v${name}`, vexOf(code, 'LIG', 'W0/W1'), 'Vdq,Hdq,Ey', { cpuid: 'AVX', body: name }),
];

/** A scalar to a general register. */
const toInteger = (name: string, code: string, source: string, cpuid: CpuidFeature): InstructionRow[] => [
  insn(name, code, `Gy,${source}`, { cpuid }),
  insn(`v${name}`, vexOf(code, 'LIG', 'W0/W1'), `Gy,${source}`, { cpuid: 'AVX', body: name }),
];

/** Low nibble of the opcode of each fused operation; the high one is the order of operands: 9 for 132, A for 213, B for 231. */
const FUSED = [
  ['maddsub', 6, 'packed'],
  ['msubadd', 7, 'packed'],
  ['madd', 8, 'packed'],
  ['madd', 9, 'scalar'],
  ['msub', 10, 'packed'],
  ['msub', 11, 'scalar'],
  ['nmadd', 12, 'packed'],
  ['nmadd', 13, 'scalar'],
  ['nmsub', 14, 'packed'],
  ['nmsub', 15, 'scalar'],
] as const;

function fusedRows(): InstructionRow[] {
  const rows: InstructionRow[] = [];
  for (const [order, high] of [
    ['132', '9'],
    ['213', 'A'],
    ['231', 'B'],
  ] as const)
    for (const [name, low, kind] of FUSED)
      for (const [type, w] of [
        ['s', 'W0'],
        ['d', 'W1'],
      ] as const) {
        const opcode = `${high}${low.toString(16).toUpperCase()} /r`;
        if (kind === 'packed') {
          rows.push(...vexBoth(`vf${name}${order}p${type}`, `66.0F38.${w}`, opcode, 'Vx,Hx,Wx', { cpuid: 'FMA' }));
        } else {
          const encoding = `VEX.LIG.66.0F38.${w} ${opcode}`;
          rows.push(insn(`vf${name}${order}s${type}`, encoding, `Vdq,Hdq,Ws${type}`, { cpuid: 'FMA' }));
        }
      }
  return rows;
}

// biome-ignore format: one row, one line
export const vectorFloat: readonly InstructionRow[] = [
  ...roots,
  ...arithmetic('add',  '58'),
  ...arithmetic('mul',  '59'),
  ...arithmetic('sub',  '5C'),
  ...arithmetic('min',  '5D'),
  ...arithmetic('div',  '5E'),
  ...arithmetic('max',  '5F'),
  ...packed('rsqrtps', 'NP 0F 52 /r', UNARY, SSE),
  ...scalar('rsqrtss', 'F3 0F 52 /r', 'Wss', 'SSE'),
  ...packed('rcpps',   'NP 0F 53 /r', UNARY, SSE),
  ...scalar('rcpss',   'F3 0F 53 /r', 'Wss', 'SSE'),
  ...packed('haddpd',  '66 0F 7C /r', BINARY, SSE3),
  ...packed('haddps',  'F2 0F 7C /r', BINARY, SSE3),
  ...packed('hsubpd',  '66 0F 7D /r', BINARY, SSE3),
  ...packed('hsubps',  'F2 0F 7D /r', BINARY, SSE3),
  ...packed('addsubpd', '66 0F D0 /r', BINARY, SSE3),
  ...packed('addsubps', 'F2 0F D0 /r', BINARY, SSE3),
  ...packed('dpps', '66 0F 3A 40 /r ib', BINARY_IMMEDIATE, SSE41),
  ...packed('dppd', '66 0F 3A 41 /r ib', BINARY_IMMEDIATE, { legacy: 'SSE41', wide: 'none' }),

  ...packed('cmpps', 'NP 0F C2 /r ib', BINARY_IMMEDIATE, SSE),
  ...packed('cmppd', '66 0F C2 /r ib', BINARY_IMMEDIATE, SSE2),
  ...scalar('cmpss', 'F3 0F C2 /r ib', 'Wss,Ib', 'SSE'),
  ...scalar('cmpsd', 'F2 0F C2 /r ib', 'Wsd,Ib', 'SSE2', { body: 'cmpsdScalar' }),
  ...ordered('ucomi', '2E'),
  ...ordered('comi',  '2F'),

  ...packed('roundps', '66 0F 3A 08 /r ib', UNARY_IMMEDIATE, SSE41),
  ...packed('roundpd', '66 0F 3A 09 /r ib', UNARY_IMMEDIATE, SSE41),
  ...scalar('roundss', '66 0F 3A 0A /r ib', 'Wss,Ib', 'SSE41'),
  ...scalar('roundsd', '66 0F 3A 0B /r ib', 'Wsd,Ib', 'SSE41'),

  ...convert('cvtps2pd',  'NP 0F 5A /r', 'Vdq,Wq',  'Vqq,Wdq'),
  ...convert('cvtpd2ps',  '66 0F 5A /r', 'Vdq,Wdq', 'Vdq,Wqq'),
  ...convert('cvtdq2pd',  'F3 0F E6 /r', 'Vdq,Wq',  'Vqq,Wdq'),
  ...convert('cvtpd2dq',  'F2 0F E6 /r', 'Vdq,Wdq', 'Vdq,Wqq'),
  ...convert('cvttpd2dq', '66 0F E6 /r', 'Vdq,Wdq', 'Vdq,Wqq'),
  ...packed('cvtdq2ps',  'NP 0F 5B /r', UNARY, SSE2),
  ...packed('cvtps2dq',  '66 0F 5B /r', UNARY, SSE2),
  ...packed('cvttps2dq', 'F3 0F 5B /r', UNARY, SSE2),
  ...scalar('cvtss2sd', 'F3 0F 5A /r', 'Wss', 'SSE2'),
  ...scalar('cvtsd2ss', 'F2 0F 5A /r', 'Wsd', 'SSE2'),
  ...fromInteger('cvtsi2ss', 'F3 0F 2A /r', 'SSE'),
  ...fromInteger('cvtsi2sd', 'F2 0F 2A /r', 'SSE2'),
  ...toInteger('cvttss2si', 'F3 0F 2C /r', 'Wss', 'SSE'),
  ...toInteger('cvttsd2si', 'F2 0F 2C /r', 'Wsd', 'SSE2'),
  ...toInteger('cvtss2si',  'F3 0F 2D /r', 'Wss', 'SSE'),
  ...toInteger('cvtsd2si',  'F2 0F 2D /r', 'Wsd', 'SSE2'),
  insn('cvtpi2ps',  'NP 0F 2A /r', 'Vdq,Qq', { cpuid: 'SSE' }),
  insn('cvttps2pi', 'NP 0F 2C /r', 'Pq,Wq',  { cpuid: 'SSE' }),
  insn('cvtps2pi',  'NP 0F 2D /r', 'Pq,Wq',  { cpuid: 'SSE' }),
  insn('cvtpi2pd',  '66 0F 2A /r', 'Vdq,Qq', { cpuid: 'SSE2' }),
  insn('cvttpd2pi', '66 0F 2C /r', 'Pq,Wdq', { cpuid: 'SSE2' }),
  insn('cvtpd2pi',  '66 0F 2D /r', 'Pq,Wdq', { cpuid: 'SSE2' }),

  insn('vcvtph2ps', 'VEX.128.66.0F38.W0 13 /r',    'Vdq,Wq',     { cpuid: 'F16C' }),
  insn('vcvtph2ps', 'VEX.256.66.0F38.W0 13 /r',    'Vqq,Wdq',    { cpuid: 'F16C' }),
  insn('vcvtps2ph', 'VEX.128.66.0F3A.W0 1D /r ib', 'Wq,Vdq,Ib',  { cpuid: 'F16C' }),
  insn('vcvtps2ph', 'VEX.256.66.0F3A.W0 1D /r ib', 'Wdq,Vqq,Ib', { cpuid: 'F16C' }),

  ...fusedRows(),
];
