/**
 * Packed integer arithmetic of MMX, SSE2 to SSE4.2, AVX and AVX2 (SDM Vol. 1 chapters 9, 11.4.2, 12.7, 12.10, 14.6). An
 * instruction that MMX has too gets its MMX row in `mmx.ts`; both share the body where the lanes do not cross 64 bits.
 */

import { type InstructionRow, insn } from '../row.ts';
import { BINARY, BINARY_IMMEDIATE, packed, SHIFT, SHIFT_IMMEDIATE, UNARY, vexBoth, vexOf } from './packed.ts';

const SSE2 = { legacy: 'SSE2', wide: 'AVX2' } as const;
const SSSE3 = { legacy: 'SSSE3', wide: 'AVX2' } as const;
const SSE41 = { legacy: 'SSE41', wide: 'AVX2' } as const;
const SSE42 = { legacy: 'SSE42', wide: 'AVX2' } as const;

/** Extension of lanes: the source is narrower than the vector by a factor. */
function extend(name: string, opcode: string, narrow: string, wide: string): InstructionRow[] {
  const code = `66 0F 38 ${opcode} /r`;
  return [
    insn(name, code, `Vdq,${narrow}`, { cpuid: 'SSE41', aligned: false }),
    insn(`v${name}`, vexOf(code, '128'), `Vdq,${narrow}`, { cpuid: 'AVX', body: name }),
    insn(`v${name}`, vexOf(code, '256'), `Vqq,${wide}`, { cpuid: 'AVX2', body: name }),
  ];
}

/** String comparison: operands need no alignment. */
function compareStrings(name: string, opcode: string): InstructionRow[] {
  const code = `66 0F 3A ${opcode} /r ib`;
  const options = { flags: 'w=oszc c=ap', aligned: false } as const;
  return [
    insn(name, code, 'Vdq,Wdq,Ib', { ...options, cpuid: 'SSE42' }),
    insn(`v${name}`, vexOf(code, '128'), 'Vdq,Wdq,Ib', { ...options, cpuid: 'AVX', body: name }),
  ];
}

// biome-ignore format: one row, one line
export const vectorInteger: readonly InstructionRow[] = [
  ...packed('punpcklbw',  '66 0F 60 /r', BINARY, SSE2),
  ...packed('punpcklwd',  '66 0F 61 /r', BINARY, SSE2),
  ...packed('punpckldq',  '66 0F 62 /r', BINARY, SSE2),
  ...packed('packsswb',   '66 0F 63 /r', BINARY, SSE2),
  ...packed('pcmpgtb',    '66 0F 64 /r', BINARY, SSE2),
  ...packed('pcmpgtw',    '66 0F 65 /r', BINARY, SSE2),
  ...packed('pcmpgtd',    '66 0F 66 /r', BINARY, SSE2),
  ...packed('packuswb',   '66 0F 67 /r', BINARY, SSE2),
  ...packed('punpckhbw',  '66 0F 68 /r', BINARY, SSE2),
  ...packed('punpckhwd',  '66 0F 69 /r', BINARY, SSE2),
  ...packed('punpckhdq',  '66 0F 6A /r', BINARY, SSE2),
  ...packed('packssdw',   '66 0F 6B /r', BINARY, SSE2),
  ...packed('punpcklqdq', '66 0F 6C /r', BINARY, SSE2),
  ...packed('punpckhqdq', '66 0F 6D /r', BINARY, SSE2),
  ...packed('pcmpeqb',    '66 0F 74 /r', BINARY, SSE2),
  ...packed('pcmpeqw',    '66 0F 75 /r', BINARY, SSE2),
  ...packed('pcmpeqd',    '66 0F 76 /r', BINARY, SSE2),

  ...packed('psrlw',  '66 0F 71 /2 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psraw',  '66 0F 71 /4 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psllw',  '66 0F 71 /6 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psrld',  '66 0F 72 /2 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psrad',  '66 0F 72 /4 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('pslld',  '66 0F 72 /6 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psrlq',  '66 0F 73 /2 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psrldq', '66 0F 73 /3 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psllq',  '66 0F 73 /6 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('pslldq', '66 0F 73 /7 ib', SHIFT_IMMEDIATE, SSE2),
  ...packed('psrlw',  '66 0F D1 /r', SHIFT, SSE2),
  ...packed('psrld',  '66 0F D2 /r', SHIFT, SSE2),
  ...packed('psrlq',  '66 0F D3 /r', SHIFT, SSE2),
  ...packed('psraw',  '66 0F E1 /r', SHIFT, SSE2),
  ...packed('psrad',  '66 0F E2 /r', SHIFT, SSE2),
  ...packed('psllw',  '66 0F F1 /r', SHIFT, SSE2),
  ...packed('pslld',  '66 0F F2 /r', SHIFT, SSE2),
  ...packed('psllq',  '66 0F F3 /r', SHIFT, SSE2),
  ...vexBoth('vpsrlvd', '66.0F38.W0', '45 /r', 'Vx,Hx,Wx', { cpuid: 'AVX2' }),
  ...vexBoth('vpsrlvq', '66.0F38.W1', '45 /r', 'Vx,Hx,Wx', { cpuid: 'AVX2' }),
  ...vexBoth('vpsravd', '66.0F38.W0', '46 /r', 'Vx,Hx,Wx', { cpuid: 'AVX2' }),
  ...vexBoth('vpsllvd', '66.0F38.W0', '47 /r', 'Vx,Hx,Wx', { cpuid: 'AVX2' }),
  ...vexBoth('vpsllvq', '66.0F38.W1', '47 /r', 'Vx,Hx,Wx', { cpuid: 'AVX2' }),

  ...packed('paddq',   '66 0F D4 /r', BINARY, SSE2),
  ...packed('pmullw',  '66 0F D5 /r', BINARY, SSE2),
  ...packed('psubusb', '66 0F D8 /r', BINARY, SSE2),
  ...packed('psubusw', '66 0F D9 /r', BINARY, SSE2),
  ...packed('pminub',  '66 0F DA /r', BINARY, SSE2),
  ...packed('pand',    '66 0F DB /r', BINARY, SSE2),
  ...packed('paddusb', '66 0F DC /r', BINARY, SSE2),
  ...packed('paddusw', '66 0F DD /r', BINARY, SSE2),
  ...packed('pmaxub',  '66 0F DE /r', BINARY, SSE2),
  ...packed('pandn',   '66 0F DF /r', BINARY, SSE2),
  ...packed('pavgb',   '66 0F E0 /r', BINARY, SSE2),
  ...packed('pavgw',   '66 0F E3 /r', BINARY, SSE2),
  ...packed('pmulhuw', '66 0F E4 /r', BINARY, SSE2),
  ...packed('pmulhw',  '66 0F E5 /r', BINARY, SSE2),
  ...packed('psubsb',  '66 0F E8 /r', BINARY, SSE2),
  ...packed('psubsw',  '66 0F E9 /r', BINARY, SSE2),
  ...packed('pminsw',  '66 0F EA /r', BINARY, SSE2),
  ...packed('por',     '66 0F EB /r', BINARY, SSE2),
  ...packed('paddsb',  '66 0F EC /r', BINARY, SSE2),
  ...packed('paddsw',  '66 0F ED /r', BINARY, SSE2),
  ...packed('pmaxsw',  '66 0F EE /r', BINARY, SSE2),
  ...packed('pxor',    '66 0F EF /r', BINARY, SSE2),
  ...packed('pmuludq', '66 0F F4 /r', BINARY, SSE2),
  ...packed('pmaddwd', '66 0F F5 /r', BINARY, SSE2),
  ...packed('psadbw',  '66 0F F6 /r', BINARY, SSE2),
  ...packed('psubb',   '66 0F F8 /r', BINARY, SSE2),
  ...packed('psubw',   '66 0F F9 /r', BINARY, SSE2),
  ...packed('psubd',   '66 0F FA /r', BINARY, SSE2),
  ...packed('psubq',   '66 0F FB /r', BINARY, SSE2),
  ...packed('paddb',   '66 0F FC /r', BINARY, SSE2),
  ...packed('paddw',   '66 0F FD /r', BINARY, SSE2),
  ...packed('paddd',   '66 0F FE /r', BINARY, SSE2),

  ...packed('pshufb',    '66 0F 38 00 /r', BINARY, SSSE3),
  ...packed('phaddw',    '66 0F 38 01 /r', BINARY, SSSE3),
  ...packed('phaddd',    '66 0F 38 02 /r', BINARY, SSSE3),
  ...packed('phaddsw',   '66 0F 38 03 /r', BINARY, SSSE3),
  ...packed('pmaddubsw', '66 0F 38 04 /r', BINARY, SSSE3),
  ...packed('phsubw',    '66 0F 38 05 /r', BINARY, SSSE3),
  ...packed('phsubd',    '66 0F 38 06 /r', BINARY, SSSE3),
  ...packed('phsubsw',   '66 0F 38 07 /r', BINARY, SSSE3),
  ...packed('psignb',    '66 0F 38 08 /r', BINARY, SSSE3),
  ...packed('psignw',    '66 0F 38 09 /r', BINARY, SSSE3),
  ...packed('psignd',    '66 0F 38 0A /r', BINARY, SSSE3),
  ...packed('pmulhrsw',  '66 0F 38 0B /r', BINARY, SSSE3),
  ...packed('pabsb',     '66 0F 38 1C /r', UNARY, SSSE3),
  ...packed('pabsw',     '66 0F 38 1D /r', UNARY, SSSE3),
  ...packed('pabsd',     '66 0F 38 1E /r', UNARY, SSSE3),
  ...packed('palignr',   '66 0F 3A 0F /r ib', BINARY_IMMEDIATE, SSSE3),

  ...extend('pmovsxbw', '20', 'Wq', 'Wdq'),
  ...extend('pmovsxbd', '21', 'Wd', 'Wq'),
  ...extend('pmovsxbq', '22', 'Ww', 'Wd'),
  ...extend('pmovsxwd', '23', 'Wq', 'Wdq'),
  ...extend('pmovsxwq', '24', 'Wd', 'Wq'),
  ...extend('pmovsxdq', '25', 'Wq', 'Wdq'),
  ...extend('pmovzxbw', '30', 'Wq', 'Wdq'),
  ...extend('pmovzxbd', '31', 'Wd', 'Wq'),
  ...extend('pmovzxbq', '32', 'Ww', 'Wd'),
  ...extend('pmovzxwd', '33', 'Wq', 'Wdq'),
  ...extend('pmovzxwq', '34', 'Wd', 'Wq'),
  ...extend('pmovzxdq', '35', 'Wq', 'Wdq'),
  ...packed('pmuldq',   '66 0F 38 28 /r', BINARY, SSE41),
  ...packed('pcmpeqq',  '66 0F 38 29 /r', BINARY, SSE41),
  ...packed('packusdw', '66 0F 38 2B /r', BINARY, SSE41),
  ...packed('pcmpgtq',  '66 0F 38 37 /r', BINARY, SSE42),
  ...packed('pminsb',   '66 0F 38 38 /r', BINARY, SSE41),
  ...packed('pminsd',   '66 0F 38 39 /r', BINARY, SSE41),
  ...packed('pminuw',   '66 0F 38 3A /r', BINARY, SSE41),
  ...packed('pminud',   '66 0F 38 3B /r', BINARY, SSE41),
  ...packed('pmaxsb',   '66 0F 38 3C /r', BINARY, SSE41),
  ...packed('pmaxsd',   '66 0F 38 3D /r', BINARY, SSE41),
  ...packed('pmaxuw',   '66 0F 38 3E /r', BINARY, SSE41),
  ...packed('pmaxud',   '66 0F 38 3F /r', BINARY, SSE41),
  ...packed('pmulld',   '66 0F 38 40 /r', BINARY, SSE41),
  ...packed('phminposuw', '66 0F 38 41 /r', UNARY, { legacy: 'SSE41', wide: 'none' }),
  insn('mpsadbw',  '66 0F 3A 42 /r ib',            'Vdq,Wdq,Ib',     { cpuid: 'SSE41' }),
  insn('vmpsadbw', 'VEX.128.66.0F3A.WIG 42 /r ib', 'Vdq,Hdq,Wdq,Ib', { cpuid: 'AVX', body: 'mpsadbw' }),
  insn('vmpsadbw', 'VEX.256.66.0F3A.WIG 42 /r ib', 'Vqq,Hqq,Wqq,Ib', { cpuid: 'AVX2', body: 'mpsadbwWide' }),

  ...compareStrings('pcmpestrm', '60'),
  ...compareStrings('pcmpestri', '61'),
  ...compareStrings('pcmpistrm', '62'),
  ...compareStrings('pcmpistri', '63'),
];
