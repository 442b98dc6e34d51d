/**
 * Moves and rearrangements of vector registers that exist for SSE and AVX (SDM Vol. 1 10.4.1, 11.4.1, 12.2, 14.1): whole
 * vectors, halves, scalars, broadcasts, shuffles, blends, lane insertion and extraction. None of them computes.
 */

import { type InstructionRow, insn } from '../row.ts';
import { BINARY, BINARY_IMMEDIATE, packed, UNARY, UNARY_IMMEDIATE, vexBoth, vexOf } from './packed.ts';

const SSE = { legacy: 'SSE', wide: 'AVX' } as const;
const SSE2 = { legacy: 'SSE2', wide: 'AVX' } as const;
const SSE3 = { legacy: 'SSE3', wide: 'AVX' } as const;
const SSE41 = { legacy: 'SSE41', wide: 'AVX' } as const;
const INTEGER_SSE2 = { legacy: 'SSE2', wide: 'AVX2' } as const;
const INTEGER_SSE41 = { legacy: 'SSE41', wide: 'AVX2' } as const;

/** Load and store of a whole vector, in both lengths. */
function moves(name: string, load: string, store: string, needs: typeof SSE | typeof SSE2, aligned: boolean) {
  const form = { legacy: 'Vx,Wx', vex: 'Vx,Wx' };
  const back = { legacy: 'Wx,Vx', vex: 'Wx,Vx' };
  return [
    ...packed(name, load, form, { ...needs, options: { body: 'moveLoad', aligned } }),
    ...packed(name, store, back, { ...needs, options: { body: 'moveStore', aligned } }),
  ];
}

/** A store past the caches: always aligned. */
const nonTemporal = (name: string, code: string, needs: typeof SSE | typeof SSE2): InstructionRow[] =>
  packed(name, code, { legacy: 'Mx,Vx', vex: 'Mx,Vx' }, { ...needs, options: { body: 'moveStore', aligned: true } });

/** Load into one half of a register, the other half being kept (or taken from VEX.vvvv), and the store of that half. */
function halfMoves(name: string, load: string, store: string, cpuid: 'SSE' | 'SSE2', half: 'Low' | 'High') {
  return [
    insn(name, load, 'Vdq,Mq', { cpuid, body: `moveTo${half}`, aligned: false }),
    insn(`v${name}`, vexOf(load, '128'), 'Vdq,Hdq,Mq', { cpuid: 'AVX', body: `moveTo${half}` }),
    insn(name, store, 'Mq,Vdq', { cpuid, body: `store${half}`, aligned: false }),
    insn(`v${name}`, vexOf(store, '128'), 'Mq,Vdq', { cpuid: 'AVX', body: `store${half}` }),
  ];
}

/** Scalar moves: loads clear the rest of the register, register forms keep it. */
function scalarMoves(name: string, prefix: 'F3' | 'F2', cpuid: 'SSE' | 'SSE2', size: 'd' | 'q') {
  const kind = size === 'd' ? 'Single' : 'Double';
  const load = `${prefix} 0F 10 /r`;
  const store = `${prefix} 0F 11 /r`;
  return [
    insn(name, load, `Vdq,U${size}`, { cpuid, body: `merge${kind}` }),
    insn(name, load, `Vdq,M${size}`, { cpuid, body: `load${kind}`, aligned: false }),
    insn(name, store, `U${size},Vdq`, { cpuid, body: `mergeBack${kind}` }),
    insn(name, store, `M${size},Vdq`, { cpuid, body: `store${kind}`, aligned: false }),
    insn(`v${name}`, vexOf(load, 'LIG'), 'Vdq,Hdq,Udq', { cpuid: 'AVX', body: `merge${kind}` }),
    insn(`v${name}`, vexOf(load, 'LIG'), `Vdq,M${size}`, { cpuid: 'AVX', body: `load${kind}` }),
    insn(`v${name}`, vexOf(store, 'LIG'), 'Udq,Hdq,Vdq', { cpuid: 'AVX', body: `mergeBack${kind}` }),
    insn(`v${name}`, vexOf(store, 'LIG'), `M${size},Vdq`, { cpuid: 'AVX', body: `store${kind}` }),
  ];
}

/** Sign bits of the lanes to a general register. */
const mask = (name: string, code: string, cpuid: 'SSE' | 'SSE2', wide: 'AVX' | 'AVX2'): InstructionRow[] => [
  insn(name, code, 'Gy,Ux', { cpuid }),
  insn(`v${name}`, vexOf(code, '128'), 'Gy,Ux', { cpuid: 'AVX', body: name }),
  insn(`v${name}`, vexOf(code, '256'), 'Gy,Ux', { cpuid: wide, body: name }),
];

/** Blend by the sign bits of XMM0, or of the register in the immediate. */
const blendBySign = (name: string, code: string, vex: string, wide: 'AVX' | 'AVX2'): InstructionRow[] => [
  insn(name, code, 'Vdq,Wdq,XMM0', { cpuid: 'SSE41' }),
  insn(`v${name}`, `VEX.128.66.0F3A.W0 ${vex} /r ib`, 'Vx,Hx,Wx,Lx', { cpuid: 'AVX', body: name }),
  insn(`v${name}`, `VEX.256.66.0F3A.W0 ${vex} /r ib`, 'Vx,Hx,Wx,Lx', { cpuid: wide, body: name }),
];

/** A lane to a general register or memory; `register` and `memory` are the operands. */
function extract(name: string, code: string, register: string, memory: string, body: string): InstructionRow[] {
  return [register, memory].flatMap((operand) => [
    insn(name, code, `${operand},Vdq,Ib`, { cpuid: 'SSE41', body, aligned: false }),
    insn(`v${name}`, vexOf(code, '128'), `${operand},Vdq,Ib`, { cpuid: 'AVX', body }),
  ]);
}

/** A lane from a general register or memory. */
function insert(name: string, code: string, register: string, memory: string, cpuid: 'SSE2' | 'SSE41', body: string) {
  return [register, memory].flatMap((operand) => [
    insn(name, code, `Vdq,${operand},Ib`, { cpuid, body, aligned: false }),
    insn(`v${name}`, vexOf(code, '128'), `Vdq,Hdq,${operand},Ib`, { cpuid: 'AVX', body }),
  ]);
}

// biome-ignore format: one row, one line
export const vectorMove: readonly InstructionRow[] = [
  ...moves('movups', 'NP 0F 10 /r', 'NP 0F 11 /r', SSE, false),
  ...moves('movupd', '66 0F 10 /r', '66 0F 11 /r', SSE2, false),
  ...moves('movaps', 'NP 0F 28 /r', 'NP 0F 29 /r', SSE, true),
  ...moves('movapd', '66 0F 28 /r', '66 0F 29 /r', SSE2, true),
  ...moves('movdqa', '66 0F 6F /r', '66 0F 7F /r', SSE2, true),
  ...moves('movdqu', 'F3 0F 6F /r', 'F3 0F 7F /r', SSE2, false),
  ...packed('lddqu', 'F2 0F F0 /r', { legacy: 'Vx,Mx', vex: 'Vx,Mx' }, { ...SSE3, options: { body: 'moveLoad', aligned: false } }),
  ...packed('movntdqa', '66 0F 38 2A /r', { legacy: 'Vx,Mx', vex: 'Vx,Mx' }, { ...INTEGER_SSE41, options: { body: 'moveLoad', aligned: true } }),
  ...nonTemporal('movntps', 'NP 0F 2B /r', SSE),
  ...nonTemporal('movntpd', '66 0F 2B /r', SSE2),
  ...nonTemporal('movntdq', '66 0F E7 /r', SSE2),

  ...scalarMoves('movss', 'F3', 'SSE', 'd'),
  ...scalarMoves('movsd', 'F2', 'SSE2', 'q'),
  ...halfMoves('movlps', 'NP 0F 12 /r', 'NP 0F 13 /r', 'SSE', 'Low'),
  ...halfMoves('movlpd', '66 0F 12 /r', '66 0F 13 /r', 'SSE2', 'Low'),
  ...halfMoves('movhps', 'NP 0F 16 /r', 'NP 0F 17 /r', 'SSE', 'High'),
  ...halfMoves('movhpd', '66 0F 16 /r', '66 0F 17 /r', 'SSE2', 'High'),
  insn('movhlps',  'NP 0F 12 /r',            'Vdq,Udq',     { cpuid: 'SSE' }),
  insn('vmovhlps', 'VEX.128.0F.WIG 12 /r',   'Vdq,Hdq,Udq', { cpuid: 'AVX', body: 'movhlps' }),
  insn('movlhps',  'NP 0F 16 /r',            'Vdq,Udq',     { cpuid: 'SSE' }),
  insn('vmovlhps', 'VEX.128.0F.WIG 16 /r',   'Vdq,Hdq,Udq', { cpuid: 'AVX', body: 'movlhps' }),
  ...packed('movsldup', 'F3 0F 12 /r', UNARY, SSE3),
  ...packed('movshdup', 'F3 0F 16 /r', UNARY, SSE3),
  insn('movddup',  'F2 0F 12 /r',              'Vdq,Wq',    { cpuid: 'SSE3' }),
  insn('vmovddup', 'VEX.128.F2.0F.WIG 12 /r',  'Vdq,Wq',    { cpuid: 'AVX', body: 'movddup' }),
  insn('vmovddup', 'VEX.256.F2.0F.WIG 12 /r',  'Vqq,Wqq',   { cpuid: 'AVX', body: 'movddup' }),

  insn('movd',  '66 REX.W=0 0F 6E /r',       'Vdq,Ed',      { cpuid: 'SSE2', body: 'moveFromDouble' }),
  insn('movq',  '66 REX.W=1 0F 6E /r',       'Vdq,Eq',      { cpuid: 'SSE2', body: 'moveFromQuad', mode: 'o64' }),
  insn('movd',  '66 REX.W=0 0F 7E /r',       'Ed,Vdq',      { cpuid: 'SSE2', body: 'moveToDouble' }),
  insn('movq',  '66 REX.W=1 0F 7E /r',       'Eq,Vdq',      { cpuid: 'SSE2', body: 'moveToQuad', mode: 'o64' }),
  insn('vmovd', 'VEX.128.66.0F.WIG 6E /r',   'Vdq,Ed',      { cpuid: 'AVX', body: 'moveFromDouble' }),
  insn('vmovq', 'VEX.128.66.0F.W1 6E /r',    'Vdq,Eq',      { cpuid: 'AVX', body: 'moveFromQuad', mode: 'o64' }),
  insn('vmovd', 'VEX.128.66.0F.WIG 7E /r',   'Ed,Vdq',      { cpuid: 'AVX', body: 'moveToDouble' }),
  insn('vmovq', 'VEX.128.66.0F.W1 7E /r',    'Eq,Vdq',      { cpuid: 'AVX', body: 'moveToQuad', mode: 'o64' }),
  insn('movq',  'F3 0F 7E /r',               'Vdq,Wq',      { cpuid: 'SSE2', body: 'movqLoad' }),
  insn('vmovq', 'VEX.128.F3.0F.WIG 7E /r',   'Vdq,Wq',      { cpuid: 'AVX', body: 'movqLoad' }),
  insn('movq',  '66 0F D6 /r',               'Wq,Vdq',      { cpuid: 'SSE2', body: 'movqStore' }),
  insn('vmovq', 'VEX.128.66.0F.WIG D6 /r',   'Wq,Vdq',      { cpuid: 'AVX', body: 'movqStore' }),

  ...mask('movmskps', 'NP 0F 50 /r', 'SSE', 'AVX'),
  ...mask('movmskpd', '66 0F 50 /r', 'SSE2', 'AVX'),
  ...mask('pmovmskb', '66 0F D7 /r', 'SSE2', 'AVX2'),
  insn('maskmovdqu',  '66 0F F7 /r',             'Vdq,Udq', { cpuid: 'SSE2' }),
  insn('vmaskmovdqu', 'VEX.128.66.0F.WIG F7 /r', 'Vdq,Udq', { cpuid: 'AVX', body: 'maskmovdqu' }),

  ...packed('unpcklps', 'NP 0F 14 /r', BINARY, { ...SSE, options: { body: 'punpckldq' } }),
  ...packed('unpcklpd', '66 0F 14 /r', BINARY, { ...SSE2, options: { body: 'punpcklqdq' } }),
  ...packed('unpckhps', 'NP 0F 15 /r', BINARY, { ...SSE, options: { body: 'punpckhdq' } }),
  ...packed('unpckhpd', '66 0F 15 /r', BINARY, { ...SSE2, options: { body: 'punpckhqdq' } }),
  ...packed('shufps', 'NP 0F C6 /r ib', BINARY_IMMEDIATE, SSE),
  insn('shufpd',  '66 0F C6 /r ib',              'Vdq,Wdq,Ib',     { cpuid: 'SSE2' }),
  insn('vshufpd', 'VEX.128.66.0F.WIG C6 /r ib',  'Vdq,Hdq,Wdq,Ib', { cpuid: 'AVX', body: 'shufpd' }),
  insn('vshufpd', 'VEX.256.66.0F.WIG C6 /r ib',  'Vqq,Hqq,Wqq,Ib', { cpuid: 'AVX', body: 'shufpdWide' }),
  insn('blendps',  '66 0F 3A 0C /r ib',            'Vdq,Wdq,Ib',     { cpuid: 'SSE41' }),
  insn('vblendps', 'VEX.128.66.0F3A.WIG 0C /r ib', 'Vdq,Hdq,Wdq,Ib', { cpuid: 'AVX', body: 'blendps' }),
  insn('vblendps', 'VEX.256.66.0F3A.WIG 0C /r ib', 'Vqq,Hqq,Wqq,Ib', { cpuid: 'AVX', body: 'blendpsWide' }),
  insn('blendpd',  '66 0F 3A 0D /r ib',            'Vdq,Wdq,Ib',     { cpuid: 'SSE41' }),
  insn('vblendpd', 'VEX.128.66.0F3A.WIG 0D /r ib', 'Vdq,Hdq,Wdq,Ib', { cpuid: 'AVX', body: 'blendpd' }),
  insn('vblendpd', 'VEX.256.66.0F3A.WIG 0D /r ib', 'Vqq,Hqq,Wqq,Ib', { cpuid: 'AVX', body: 'blendpdWide' }),
  insn('vpblendd', 'VEX.128.66.0F3A.W0 02 /r ib',  'Vdq,Hdq,Wdq,Ib', { cpuid: 'AVX2', body: 'blendps' }),
  insn('vpblendd', 'VEX.256.66.0F3A.W0 02 /r ib',  'Vqq,Hqq,Wqq,Ib', { cpuid: 'AVX2', body: 'blendpsWide' }),
  ...packed('pblendw', '66 0F 3A 0E /r ib', BINARY_IMMEDIATE, INTEGER_SSE41),
  ...blendBySign('pblendvb', '66 0F 38 10 /r', '4C', 'AVX2'),
  ...blendBySign('blendvps', '66 0F 38 14 /r', '4A', 'AVX'),
  ...blendBySign('blendvpd', '66 0F 38 15 /r', '4B', 'AVX'),

  ...extract('pextrb', '66 0F 3A 14 /r ib', 'Rd', 'Mb', 'pextrb'),
  ...extract('pextrw', '66 0F 3A 15 /r ib', 'Rd', 'Mw', 'pextrwStore'),
  insn('pextrd',  '66 REX.W=0 0F 3A 16 /r ib',     'Ed,Vdq,Ib', { cpuid: 'SSE41', body: 'pextrd' }),
  insn('pextrq',  '66 REX.W=1 0F 3A 16 /r ib',     'Eq,Vdq,Ib', { cpuid: 'SSE41', body: 'pextrq', mode: 'o64' }),
  insn('vpextrd', 'VEX.128.66.0F3A.WIG 16 /r ib',  'Ed,Vdq,Ib', { cpuid: 'AVX', body: 'pextrd' }),
  insn('vpextrq', 'VEX.128.66.0F3A.W1 16 /r ib',   'Eq,Vdq,Ib', { cpuid: 'AVX', body: 'pextrq', mode: 'o64' }),
  insn('extractps',  '66 0F 3A 17 /r ib',            'Ed,Vdq,Ib', { cpuid: 'SSE41', body: 'pextrd' }),
  insn('vextractps', 'VEX.128.66.0F3A.WIG 17 /r ib', 'Ed,Vdq,Ib', { cpuid: 'AVX', body: 'pextrd' }),
  insn('pextrw',  '66 0F C5 /r ib',                'Gd,Udq,Ib', { cpuid: 'SSE2' }),
  insn('vpextrw', 'VEX.128.66.0F.WIG C5 /r ib',    'Gd,Udq,Ib', { cpuid: 'AVX', body: 'pextrw' }),
  ...insert('pinsrb', '66 0F 3A 20 /r ib', 'Rd', 'Mb', 'SSE41', 'pinsrb'),
  ...insert('pinsrw', '66 0F C4 /r ib', 'Rd', 'Mw', 'SSE2', 'pinsrw'),
  insn('pinsrd',  '66 REX.W=0 0F 3A 22 /r ib',     'Vdq,Ed,Ib',     { cpuid: 'SSE41', body: 'pinsrd' }),
  insn('pinsrq',  '66 REX.W=1 0F 3A 22 /r ib',     'Vdq,Eq,Ib',     { cpuid: 'SSE41', body: 'pinsrq', mode: 'o64' }),
  insn('vpinsrd', 'VEX.128.66.0F3A.WIG 22 /r ib',  'Vdq,Hdq,Ed,Ib', { cpuid: 'AVX', body: 'pinsrd' }),
  insn('vpinsrq', 'VEX.128.66.0F3A.W1 22 /r ib',   'Vdq,Hdq,Eq,Ib', { cpuid: 'AVX', body: 'pinsrq', mode: 'o64' }),
  ...insert('insertps', '66 0F 3A 21 /r ib', 'Udq', 'Md', 'SSE41', 'insertps'),

  insn('vbroadcastss',   'VEX.128.66.0F38.W0 18 /r', 'Vdq,Md',  { cpuid: 'AVX', body: 'broadcastDouble' }),
  insn('vbroadcastss',   'VEX.256.66.0F38.W0 18 /r', 'Vqq,Md',  { cpuid: 'AVX', body: 'broadcastDouble' }),
  insn('vbroadcastss',   'VEX.128.66.0F38.W0 18 /r', 'Vdq,Udq', { cpuid: 'AVX2', body: 'broadcastDouble' }),
  insn('vbroadcastss',   'VEX.256.66.0F38.W0 18 /r', 'Vqq,Udq', { cpuid: 'AVX2', body: 'broadcastDouble' }),
  insn('vbroadcastsd',   'VEX.256.66.0F38.W0 19 /r', 'Vqq,Mq',  { cpuid: 'AVX', body: 'broadcastQuad' }),
  insn('vbroadcastsd',   'VEX.256.66.0F38.W0 19 /r', 'Vqq,Udq', { cpuid: 'AVX2', body: 'broadcastQuad' }),
  insn('vbroadcastf128', 'VEX.256.66.0F38.W0 1A /r', 'Vqq,Mdq', { cpuid: 'AVX', body: 'broadcastHalf' }),
  insn('vbroadcasti128', 'VEX.256.66.0F38.W0 5A /r', 'Vqq,Mdq', { cpuid: 'AVX2', body: 'broadcastHalf' }),
  ...vexBoth('vpbroadcastb', '66.0F38.W0', '78 /r', 'Vx,Wb', { cpuid: 'AVX2', body: 'broadcastByte' }),
  ...vexBoth('vpbroadcastw', '66.0F38.W0', '79 /r', 'Vx,Ww', { cpuid: 'AVX2', body: 'broadcastWord' }),
  ...vexBoth('vpbroadcastd', '66.0F38.W0', '58 /r', 'Vx,Wd', { cpuid: 'AVX2', body: 'broadcastDouble' }),
  ...vexBoth('vpbroadcastq', '66.0F38.W0', '59 /r', 'Vx,Wq', { cpuid: 'AVX2', body: 'broadcastQuad' }),

  insn('vinsertf128',  'VEX.256.66.0F3A.W0 18 /r ib', 'Vqq,Hqq,Wdq,Ib', { cpuid: 'AVX', body: 'insertHalf' }),
  insn('vinserti128',  'VEX.256.66.0F3A.W0 38 /r ib', 'Vqq,Hqq,Wdq,Ib', { cpuid: 'AVX2', body: 'insertHalf' }),
  insn('vextractf128', 'VEX.256.66.0F3A.W0 19 /r ib', 'Wdq,Vqq,Ib',     { cpuid: 'AVX', body: 'extractHalf' }),
  insn('vextracti128', 'VEX.256.66.0F3A.W0 39 /r ib', 'Wdq,Vqq,Ib',     { cpuid: 'AVX2', body: 'extractHalf' }),
  insn('vperm2f128',   'VEX.256.66.0F3A.W0 06 /r ib', 'Vqq,Hqq,Wqq,Ib', { cpuid: 'AVX', body: 'permuteHalves' }),
  insn('vperm2i128',   'VEX.256.66.0F3A.W0 46 /r ib', 'Vqq,Hqq,Wqq,Ib', { cpuid: 'AVX2', body: 'permuteHalves' }),
  insn('vpermq',       'VEX.256.66.0F3A.W1 00 /r ib', 'Vqq,Wqq,Ib',     { cpuid: 'AVX2', body: 'permuteQuads' }),
  insn('vpermpd',      'VEX.256.66.0F3A.W1 01 /r ib', 'Vqq,Wqq,Ib',     { cpuid: 'AVX2', body: 'permuteQuads' }),
  insn('vpermd',       'VEX.256.66.0F38.W0 36 /r',    'Vqq,Hqq,Wqq',    { cpuid: 'AVX2', body: 'permuteDoubles' }),
  insn('vpermps',      'VEX.256.66.0F38.W0 16 /r',    'Vqq,Hqq,Wqq',    { cpuid: 'AVX2', body: 'permuteDoubles' }),
  ...vexBoth('vpermilps', '66.0F38.W0', '0C /r',    'Vx,Hx,Wx', { cpuid: 'AVX' }),
  ...vexBoth('vpermilpd', '66.0F38.W0', '0D /r',    'Vx,Hx,Wx', { cpuid: 'AVX' }),
  ...vexBoth('vpermilps', '66.0F3A.W0', '04 /r ib', 'Vx,Wx,Ib', { cpuid: 'AVX', body: 'pshufd' }),
  insn('vpermilpd', 'VEX.128.66.0F3A.W0 05 /r ib', 'Vdq,Wdq,Ib', { cpuid: 'AVX', body: 'vpermilpdImmediate' }),
  insn('vpermilpd', 'VEX.256.66.0F3A.W0 05 /r ib', 'Vqq,Wqq,Ib', { cpuid: 'AVX', body: 'vpermilpdImmediateWide' }),
  ...vexBoth('vmaskmovps', '66.0F38.W0', '2C /r', 'Vx,Hx,Mx', { cpuid: 'AVX', body: 'maskLoadDoubles' }),
  ...vexBoth('vmaskmovpd', '66.0F38.W0', '2D /r', 'Vx,Hx,Mx', { cpuid: 'AVX', body: 'maskLoadQuads' }),
  ...vexBoth('vmaskmovps', '66.0F38.W0', '2E /r', 'Mx,Hx,Vx', { cpuid: 'AVX', body: 'maskStoreDoubles' }),
  ...vexBoth('vmaskmovpd', '66.0F38.W0', '2F /r', 'Mx,Hx,Vx', { cpuid: 'AVX', body: 'maskStoreQuads' }),
  ...vexBoth('vpmaskmovd', '66.0F38.W0', '8C /r', 'Vx,Hx,Mx', { cpuid: 'AVX2', body: 'maskLoadDoubles' }),
  ...vexBoth('vpmaskmovq', '66.0F38.W1', '8C /r', 'Vx,Hx,Mx', { cpuid: 'AVX2', body: 'maskLoadQuads' }),
  ...vexBoth('vpmaskmovd', '66.0F38.W0', '8E /r', 'Mx,Hx,Vx', { cpuid: 'AVX2', body: 'maskStoreDoubles' }),
  ...vexBoth('vpmaskmovq', '66.0F38.W1', '8E /r', 'Mx,Hx,Vx', { cpuid: 'AVX2', body: 'maskStoreQuads' }),

  ...packed('pshufd', '66 0F 70 /r ib', UNARY_IMMEDIATE, INTEGER_SSE2),
  ...packed('pshufhw', 'F3 0F 70 /r ib', UNARY_IMMEDIATE, INTEGER_SSE2),
  ...packed('pshuflw', 'F2 0F 70 /r ib', UNARY_IMMEDIATE, INTEGER_SSE2),
  ...packed('ptest', '66 0F 38 17 /r', UNARY, { ...SSE41, options: { flags: 'w=zc c=osap' } }),
  ...vexBoth('vtestps', '66.0F38.W0', '0E /r', 'Vx,Wx', { cpuid: 'AVX', flags: 'w=zc c=osap' }),
  ...vexBoth('vtestpd', '66.0F38.W0', '0F /r', 'Vx,Wx', { cpuid: 'AVX', flags: 'w=zc c=osap' }),
  ...packed('andps', 'NP 0F 54 /r', BINARY, { ...SSE, options: { body: 'pand' } }),
  ...packed('andpd', '66 0F 54 /r', BINARY, { ...SSE2, options: { body: 'pand' } }),
  ...packed('andnps', 'NP 0F 55 /r', BINARY, { ...SSE, options: { body: 'pandn' } }),
  ...packed('andnpd', '66 0F 55 /r', BINARY, { ...SSE2, options: { body: 'pandn' } }),
  ...packed('orps', 'NP 0F 56 /r', BINARY, { ...SSE, options: { body: 'por' } }),
  ...packed('orpd', '66 0F 56 /r', BINARY, { ...SSE2, options: { body: 'por' } }),
  ...packed('xorps', 'NP 0F 57 /r', BINARY, { ...SSE, options: { body: 'pxor' } }),
  ...packed('xorpd', '66 0F 57 /r', BINARY, { ...SSE2, options: { body: 'pxor' } }),
  insn('vzeroupper', 'VEX.128.0F.WIG 77', '', { cpuid: 'AVX', state: 'avx' }),
  insn('vzeroall', 'VEX.256.0F.WIG 77', '', { cpuid: 'AVX', state: 'avx' }),
];
