/**
 * Gathers, and the instructions that manage the extended states: MXCSR, FXSAVE, XSAVE and their kin (SDM Vol. 1 10.5, chapter 13,
 * 14.6.4). Left out: XSAVES and XRSTORS (supervisor states), which CPUID does not advertise.
 */

import { type InstructionRow, insn } from '../row.ts';

/** `body` names element and index width: `gatherDoublesByQuads`. The index register is as wide as the indices need. */
// biome-ignore format: one row, one line
const gathers: readonly InstructionRow[] = [
  insn('vgatherdps', 'VEX.128.66.0F38.W0 92 /r', 'Vdq,Md,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherDoublesByDoubles' }),
  insn('vgatherdps', 'VEX.256.66.0F38.W0 92 /r', 'Vqq,Md,Hqq', { cpuid: 'AVX2', vsib: 'qq', body: 'gatherDoublesByDoubles' }),
  insn('vgatherdpd', 'VEX.128.66.0F38.W1 92 /r', 'Vdq,Mq,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherQuadsByDoubles' }),
  insn('vgatherdpd', 'VEX.256.66.0F38.W1 92 /r', 'Vqq,Mq,Hqq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherQuadsByDoubles' }),
  insn('vgatherqps', 'VEX.128.66.0F38.W0 93 /r', 'Vdq,Md,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherDoublesByQuads' }),
  insn('vgatherqps', 'VEX.256.66.0F38.W0 93 /r', 'Vdq,Md,Hdq', { cpuid: 'AVX2', vsib: 'qq', body: 'gatherDoublesByQuads' }),
  insn('vgatherqpd', 'VEX.128.66.0F38.W1 93 /r', 'Vdq,Mq,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherQuadsByQuads' }),
  insn('vgatherqpd', 'VEX.256.66.0F38.W1 93 /r', 'Vqq,Mq,Hqq', { cpuid: 'AVX2', vsib: 'qq', body: 'gatherQuadsByQuads' }),
  insn('vpgatherdd', 'VEX.128.66.0F38.W0 90 /r', 'Vdq,Md,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherDoublesByDoubles' }),
  insn('vpgatherdd', 'VEX.256.66.0F38.W0 90 /r', 'Vqq,Md,Hqq', { cpuid: 'AVX2', vsib: 'qq', body: 'gatherDoublesByDoubles' }),
  insn('vpgatherdq', 'VEX.128.66.0F38.W1 90 /r', 'Vdq,Mq,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherQuadsByDoubles' }),
  insn('vpgatherdq', 'VEX.256.66.0F38.W1 90 /r', 'Vqq,Mq,Hqq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherQuadsByDoubles' }),
  insn('vpgatherqd', 'VEX.128.66.0F38.W0 91 /r', 'Vdq,Md,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherDoublesByQuads' }),
  insn('vpgatherqd', 'VEX.256.66.0F38.W0 91 /r', 'Vdq,Md,Hdq', { cpuid: 'AVX2', vsib: 'qq', body: 'gatherDoublesByQuads' }),
  insn('vpgatherqq', 'VEX.128.66.0F38.W1 91 /r', 'Vdq,Mq,Hdq', { cpuid: 'AVX2', vsib: 'dq', body: 'gatherQuadsByQuads' }),
  insn('vpgatherqq', 'VEX.256.66.0F38.W1 91 /r', 'Vqq,Mq,Hqq', { cpuid: 'AVX2', vsib: 'qq', body: 'gatherQuadsByQuads' }),
];

// biome-ignore format: one row, one line
export const vectorState: readonly InstructionRow[] = [
  ...gathers,
  insn('ldmxcsr',  'NP 0F AE /2',           'Md', { cpuid: 'SSE', state: 'sse', aligned: false }),
  insn('stmxcsr',  'NP 0F AE /3',           'Md', { cpuid: 'SSE', state: 'sse', aligned: false }),
  insn('vldmxcsr', 'VEX.LZ.0F.WIG AE /2',   'Md', { cpuid: 'AVX', state: 'avx', body: 'ldmxcsr' }),
  insn('vstmxcsr', 'VEX.LZ.0F.WIG AE /3',   'Md', { cpuid: 'AVX', state: 'avx', body: 'stmxcsr' }),
  insn('fxsave',    'NP REX.W=0 0F AE /0',  'M',  { cpuid: 'FXSR', kind: 'system', body: 'fxsave' }),
  insn('fxsave64',  'NP REX.W=1 0F AE /0',  'M',  { cpuid: 'FXSR', kind: 'system', body: 'fxsave', mode: 'o64' }),
  insn('fxrstor',   'NP REX.W=0 0F AE /1',  'M',  { cpuid: 'FXSR', kind: 'system', body: 'fxrstor' }),
  insn('fxrstor64', 'NP REX.W=1 0F AE /1',  'M',  { cpuid: 'FXSR', kind: 'system', body: 'fxrstor', mode: 'o64' }),
  insn('xsave',     'NP REX.W=0 0F AE /4',  'M',  { cpuid: 'XSAVE', kind: 'system', body: 'xsave' }),
  insn('xsave64',   'NP REX.W=1 0F AE /4',  'M',  { cpuid: 'XSAVE', kind: 'system', body: 'xsave', mode: 'o64' }),
  insn('xrstor',    'NP REX.W=0 0F AE /5',  'M',  { cpuid: 'XSAVE', kind: 'system', body: 'xrstor' }),
  insn('xrstor64',  'NP REX.W=1 0F AE /5',  'M',  { cpuid: 'XSAVE', kind: 'system', body: 'xrstor', mode: 'o64' }),
  insn('xsaveopt',   'NP REX.W=0 0F AE /6', 'M',  { cpuid: 'XSAVEOPT', kind: 'system', body: 'xsaveopt' }),
  insn('xsaveopt64', 'NP REX.W=1 0F AE /6', 'M',  { cpuid: 'XSAVEOPT', kind: 'system', body: 'xsaveopt', mode: 'o64' }),
  insn('xsavec',     'NP REX.W=0 0F C7 /4', 'M',  { cpuid: 'XSAVEC', kind: 'system', body: 'xsavec' }),
  insn('xsavec64',   'NP REX.W=1 0F C7 /4', 'M',  { cpuid: 'XSAVEC', kind: 'system', body: 'xsavec', mode: 'o64' }),
];
