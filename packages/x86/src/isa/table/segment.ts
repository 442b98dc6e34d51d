/**
 * Segment registers (SDM Vol. 1 7.3.12, 7.3.17) and checks of selectors. PUSH and POP of segment registers are with the
 * stack. Storing a selector to memory writes 16 bits whatever the operand size; to a register it is zero-extended.
 */

import { type InstructionRow, insn } from '../row.ts';

// biome-ignore format: one row, one line
export const segment: readonly InstructionRow[] = [
  insn('mov',  '8C /r',    'Rv,Sw', { body: 'movFromSegment' }),
  insn('mov',  '8C /r',    'Mw,Sw', { body: 'movFromSegment' }),
  insn('mov',  '8E /r',    'Sw,Ew', { body: 'movToSegment', kind: 'system', endsBlock: true }),

  insn('les',  'C4 /r',    'Gv,Mp', { kind: 'system', mode: 'i64', endsBlock: true, sdm: 'SDM Vol. 2 LDS/LES/LFS/LGS/LSS' }),
  insn('lds',  'C5 /r',    'Gv,Mp', { kind: 'system', mode: 'i64', endsBlock: true, sdm: 'SDM Vol. 2 LDS/LES/LFS/LGS/LSS' }),
  insn('lss',  '0F B2 /r', 'Gv,Mp', { kind: 'system', endsBlock: true, sdm: 'SDM Vol. 2 LDS/LES/LFS/LGS/LSS' }),
  insn('lfs',  '0F B4 /r', 'Gv,Mp', { kind: 'system', endsBlock: true, sdm: 'SDM Vol. 2 LDS/LES/LFS/LGS/LSS' }),
  insn('lgs',  '0F B5 /r', 'Gv,Mp', { kind: 'system', endsBlock: true, sdm: 'SDM Vol. 2 LDS/LES/LFS/LGS/LSS' }),

  insn('arpl', '63 /r',    'Ew,Gw', { flags: 'w=z', mode: 'i64', protectedOnly: true }),
  insn('lar',  '0F 02 /r', 'Gv,Ew', { flags: 'w=z', protectedOnly: true }),
  insn('lsl',  '0F 03 /r', 'Gv,Ew', { flags: 'w=z', protectedOnly: true }),
  insn('verr', '0F 00 /4', 'Ew',    { flags: 'w=z', protectedOnly: true }),
  insn('verw', '0F 00 /5', 'Ew',    { flags: 'w=z', protectedOnly: true }),
];
