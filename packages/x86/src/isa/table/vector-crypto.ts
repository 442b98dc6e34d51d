/** AES-NI, PCLMULQDQ, SHA and GFNI (SDM Vol. 1 12.13, Vol. 2 of each), with the VEX forms of the 128-bit ones. */

import { type InstructionRow, insn } from '../row.ts';

// biome-ignore format: one row, one line
export const vectorCrypto: readonly InstructionRow[] = [
  insn('aesimc',      '66 0F 38 DB /r', 'Vdq,Wdq', { cpuid: 'AESNI' }),
  insn('aesenc',      '66 0F 38 DC /r', 'Vdq,Wdq', { cpuid: 'AESNI' }),
  insn('aesenclast',  '66 0F 38 DD /r', 'Vdq,Wdq', { cpuid: 'AESNI' }),
  insn('aesdec',      '66 0F 38 DE /r', 'Vdq,Wdq', { cpuid: 'AESNI' }),
  insn('aesdeclast',  '66 0F 38 DF /r', 'Vdq,Wdq', { cpuid: 'AESNI' }),
  insn('aeskeygenassist',  '66 0F 3A DF /r ib',            'Vdq,Wdq,Ib', { cpuid: 'AESNI' }),
  insn('vaesimc',          'VEX.128.66.0F38.WIG DB /r',    'Vdq,Wdq',     { cpuid: 'AESNI', cpuidToo: 'AVX', body: 'aesimc' }),
  insn('vaesenc',          'VEX.128.66.0F38.WIG DC /r',    'Vdq,Hdq,Wdq', { cpuid: 'AESNI', cpuidToo: 'AVX', body: 'aesenc' }),
  insn('vaesenclast',      'VEX.128.66.0F38.WIG DD /r',    'Vdq,Hdq,Wdq', { cpuid: 'AESNI', cpuidToo: 'AVX', body: 'aesenclast' }),
  insn('vaesdec',          'VEX.128.66.0F38.WIG DE /r',    'Vdq,Hdq,Wdq', { cpuid: 'AESNI', cpuidToo: 'AVX', body: 'aesdec' }),
  insn('vaesdeclast',      'VEX.128.66.0F38.WIG DF /r',    'Vdq,Hdq,Wdq', { cpuid: 'AESNI', cpuidToo: 'AVX', body: 'aesdeclast' }),
  insn('vaeskeygenassist', 'VEX.128.66.0F3A.WIG DF /r ib', 'Vdq,Wdq,Ib',  { cpuid: 'AESNI', cpuidToo: 'AVX', body: 'aeskeygenassist' }),
  insn('pclmulqdq',  '66 0F 3A 44 /r ib',            'Vdq,Wdq,Ib',     { cpuid: 'PCLMULQDQ' }),
  insn('vpclmulqdq', 'VEX.128.66.0F3A.WIG 44 /r ib', 'Vdq,Hdq,Wdq,Ib', { cpuid: 'PCLMULQDQ', cpuidToo: 'AVX', body: 'pclmulqdq' }),
  insn('sha1nexte',   'NP 0F 38 C8 /r', 'Vdq,Wdq', { cpuid: 'SHA' }),
  insn('sha1msg1',    'NP 0F 38 C9 /r', 'Vdq,Wdq', { cpuid: 'SHA' }),
  insn('sha1msg2',    'NP 0F 38 CA /r', 'Vdq,Wdq', { cpuid: 'SHA' }),
  insn('sha256rnds2', 'NP 0F 38 CB /r', 'Vdq,Wdq,XMM0', { cpuid: 'SHA' }),
  insn('sha256msg1',  'NP 0F 38 CC /r', 'Vdq,Wdq', { cpuid: 'SHA' }),
  insn('sha256msg2',  'NP 0F 38 CD /r', 'Vdq,Wdq', { cpuid: 'SHA' }),
  insn('sha1rnds4',   'NP 0F 3A CC /r ib', 'Vdq,Wdq,Ib', { cpuid: 'SHA' }),
  insn('gf2p8mulb',         '66 0F 38 CF /r',               'Vdq,Wdq',        { cpuid: 'GFNI' }),
  insn('gf2p8affineqb',     '66 0F 3A CE /r ib',            'Vdq,Wdq,Ib',     { cpuid: 'GFNI' }),
  insn('gf2p8affineinvqb',  '66 0F 3A CF /r ib',            'Vdq,Wdq,Ib',     { cpuid: 'GFNI' }),
  insn('vgf2p8mulb',        'VEX.128.66.0F38.W0 CF /r',     'Vx,Hx,Wx',       { cpuid: 'GFNI', cpuidToo: 'AVX', body: 'gf2p8mulb' }),
  insn('vgf2p8mulb',        'VEX.256.66.0F38.W0 CF /r',     'Vx,Hx,Wx',       { cpuid: 'GFNI', cpuidToo: 'AVX', body: 'gf2p8mulb' }),
  insn('vgf2p8affineqb',    'VEX.128.66.0F3A.W1 CE /r ib',  'Vx,Hx,Wx,Ib',    { cpuid: 'GFNI', cpuidToo: 'AVX', body: 'gf2p8affineqb' }),
  insn('vgf2p8affineqb',    'VEX.256.66.0F3A.W1 CE /r ib',  'Vx,Hx,Wx,Ib',    { cpuid: 'GFNI', cpuidToo: 'AVX', body: 'gf2p8affineqb' }),
  insn('vgf2p8affineinvqb', 'VEX.128.66.0F3A.W1 CF /r ib',  'Vx,Hx,Wx,Ib',    { cpuid: 'GFNI', cpuidToo: 'AVX', body: 'gf2p8affineinvqb' }),
  insn('vgf2p8affineinvqb', 'VEX.256.66.0F3A.W1 CF /r ib',  'Vx,Hx,Wx,Ib',    { cpuid: 'GFNI', cpuidToo: 'AVX', body: 'gf2p8affineinvqb' }),
];
