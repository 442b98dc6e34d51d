/** Port input and output (SDM Vol. 1 chapter 19). INS and OUTS are with the string instructions. */

import { type InstructionRow, insn } from '../row.ts';

// biome-ignore format: one row, one line
export const io: readonly InstructionRow[] = [
  insn('in',  'E4 ib', 'AL,Ib',  { body: 'inPort',  kind: 'system', cpl: 'iopl', endsBlock: true }),
  insn('in',  'E5 ib', 'eAX,Ib', { body: 'inPort',  kind: 'system', cpl: 'iopl', endsBlock: true }),
  insn('out', 'E6 ib', 'Ib,AL',  { body: 'outPort', kind: 'system', cpl: 'iopl', endsBlock: true }),
  insn('out', 'E7 ib', 'Ib,eAX', { body: 'outPort', kind: 'system', cpl: 'iopl', endsBlock: true }),
  insn('in',  'EC',    'AL,DX',  { body: 'inPort',  kind: 'system', cpl: 'iopl', endsBlock: true }),
  insn('in',  'ED',    'eAX,DX', { body: 'inPort',  kind: 'system', cpl: 'iopl', endsBlock: true }),
  insn('out', 'EE',    'DX,AL',  { body: 'outPort', kind: 'system', cpl: 'iopl', endsBlock: true }),
  insn('out', 'EF',    'DX,eAX', { body: 'outPort', kind: 'system', cpl: 'iopl', endsBlock: true }),
];
