/**
 * Bit tests, bit scans, bit counts and CRC32 (SDM Vol. 1 7.3.7). With a memory operand and a register offset, BT and its
 * relatives address a bit string: the offset is signed and may reach outside the addressed word.
 */

import { type InstructionRow, insn } from '../row.ts';

const TEST = 'w=c u=osap';

// biome-ignore format: one row, one line
export const bit: readonly InstructionRow[] = [
  insn('bt',     '0F A3 /r',           'Ev,Gv', { flags: TEST }),
  insn('bts',    '0F AB /r',           'Ev,Gv', { flags: TEST, lock: true }),
  insn('btr',    '0F B3 /r',           'Ev,Gv', { flags: TEST, lock: true }),
  insn('btc',    '0F BB /r',           'Ev,Gv', { flags: TEST, lock: true }),
  insn('bt',     '0F BA /4 ib',        'Ev,Ib', { flags: TEST }),
  insn('bts',    '0F BA /5 ib',        'Ev,Ib', { flags: TEST, lock: true }),
  insn('btr',    '0F BA /6 ib',        'Ev,Ib', { flags: TEST, lock: true }),
  insn('btc',    '0F BA /7 ib',        'Ev,Ib', { flags: TEST, lock: true }),
  insn('bsf',    '0F BC /r',           'Gv,Ev', { flags: 'w=z u=osapc' }),
  insn('bsr',    '0F BD /r',           'Gv,Ev', { flags: 'w=z u=osapc' }),
  insn('tzcnt',  'F3 0F BC /r',        'Gv,Ev', { flags: 'w=zc u=osap', cpuid: 'BMI1' }),
  insn('lzcnt',  'F3 0F BD /r',        'Gv,Ev', { flags: 'w=zc u=osap', cpuid: 'LZCNT' }),
  insn('popcnt', 'F3 0F B8 /r',        'Gv,Ev', { flags: 'w=z c=osapc', cpuid: 'POPCNT' }),
  insn('crc32',  'F2 0F 38 F0 /r',     'Gy,Eb', { body: 'crc32Byte', cpuid: 'SSE42' }),
  insn('crc32',  'F2 0F 38 F1 /r',     'Gy,Ev', { cpuid: 'SSE42' }),
];
