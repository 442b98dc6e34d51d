/**
 * Data movement between registers and memory (SDM Vol. 1 7.3.1): MOV, LEA, exchanges, extensions, conditional moves.
 * The moves to and from segment, control and debug registers are in `segment.ts` and `system.ts`.
 */

import { CONDITIONS, conditionFlags } from '../condition.ts';
import { type InstructionRow, insn } from '../row.ts';

const CMP = 'w=oszapc';
const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

// biome-ignore format: one row, one line
export const mov: readonly InstructionRow[] = [
  insn('mov',    '88 /r',        'Eb,Gb'),
  insn('mov',    '89 /r',        'Ev,Gv'),
  insn('mov',    '8A /r',        'Gb,Eb'),
  insn('mov',    '8B /r',        'Gv,Ev'),
  insn('mov',    'A0 moffs',     'AL,Ob'),
  insn('mov',    'A1 moffs',     'rAX,Ov'),
  insn('mov',    'A2 moffs',     'Ob,AL'),
  insn('mov',    'A3 moffs',     'Ov,rAX'),
  insn('mov',    'B0+r ib',      'Zb,Ib'),
  insn('mov',    'B8+r iv',      'Zv,Iv',   { body: 'movImmediate' }),
  insn('mov',    'C6 /0 ib',     'Eb,Ib'),
  insn('mov',    'C7 /0 iz',     'Ev,Iz'),
  insn('movnti', 'NP 0F C3 /r',  'My,Gy',   { cpuid: 'SSE2', body: 'mov' }),

  insn('lea',    '8D /r',        'Gv,M'),

  insn('movzx',  '0F B6 /r',     'Gv,Eb',   { body: 'movzxByte' }),
  insn('movzx',  '0F B7 /r',     'Gv,Ew',   { body: 'movzxWord' }),
  insn('movsx',  '0F BE /r',     'Gv,Eb',   { body: 'movsxByte' }),
  insn('movsx',  '0F BF /r',     'Gv,Ew',   { body: 'movsxWord' }),
  insn('movsxd', '63 /r',        'Gv,Ez',   { mode: 'o64' }),
  insn('cbw/cwde/cdqe', '98',    ''),
  insn('cwd/cdq/cqo',   '99',    ''),

  insn('xchg',   '86 /r',        'Eb,Gb',   { lock: true }),
  insn('xchg',   '87 /r',        'Ev,Gv',   { lock: true }),
  insn('xchg',   '90+r',         'Zv,rAX'),
  insn('bswap',  '0F C8+r',      'Zv',      { body: 'bswapRegister' }),
  insn('movbe',  'NFx 0F 38 F0 /r', 'Gv,Mv', { cpuid: 'MOVBE' }),
  insn('movbe',  'NFx 0F 38 F1 /r', 'Mv,Gv', { cpuid: 'MOVBE' }),

  insn('xadd',       '0F C0 /r', 'Eb,Gb',   { flags: CMP, lock: true }),
  insn('xadd',       '0F C1 /r', 'Ev,Gv',   { flags: CMP, lock: true }),
  insn('cmpxchg',    '0F B0 /r', 'Eb,Gb',   { flags: CMP, lock: true }),
  insn('cmpxchg',    '0F B1 /r', 'Ev,Gv',   { flags: CMP, lock: true }),
  insn('cmpxchg8b',  'REX.W=0 0F C7 /1', 'Mq',  { flags: 'w=z', lock: true, cpuid: 'CX8' }),
  insn('cmpxchg16b', 'REX.W=1 0F C7 /1', 'Mdq', { flags: 'w=z', lock: true, cpuid: 'CMPXCHG16B', mode: 'o64' }),

  ...CONDITIONS.map((name, condition) =>
    insn(`cmov${name}`, `0F ${hex(0x40 + condition)} /r`, 'Gv,Ev', { body: 'cmovcc', condition, flags: conditionFlags(condition), cpuid: 'CMOV', sdm: 'SDM Vol. 2 CMOVcc' })),
  ...CONDITIONS.map((name, condition) =>
    insn(`set${name}`, `0F ${hex(0x90 + condition)} /r`, 'Eb', { body: 'setcc', condition, flags: conditionFlags(condition), sdm: 'SDM Vol. 2 SETcc' })),
];
