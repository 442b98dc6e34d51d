/** Control transfer (SDM Vol. 1 7.3.8): near and far jumps, calls and returns, loops, software interrupts, IRET. */

import { CONDITIONS, conditionFlags } from '../condition.ts';
import { type InstructionRow, insn } from '../row.ts';

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');
const JCC = 'SDM Vol. 2 Jcc';

// biome-ignore format: one row, one line
export const control: readonly InstructionRow[] = [
  insn('jmp',    'EB cb',   'Jb',  { kind: 'flow', size: 'f64' }),
  insn('jmp',    'E9 cz',   'Jz',  { kind: 'flow', size: 'f64' }),
  insn('jmp',    'FF /4',   'Ev',  { kind: 'flow', size: 'f64', body: 'jmpIndirect' }),
  insn('jmp',    'EA cp',   'Ap',  { kind: 'flow', mode: 'i64', body: 'jmpFar' }),
  insn('jmp',    'FF /5',   'Mp',  { kind: 'flow', body: 'jmpFar' }),
  insn('call',   'E8 cz',   'Jz',  { kind: 'flow', size: 'f64' }),
  insn('call',   'FF /2',   'Ev',  { kind: 'flow', size: 'f64', body: 'callIndirect' }),
  insn('call',   '9A cp',   'Ap',  { kind: 'flow', mode: 'i64', body: 'callFar' }),
  insn('call',   'FF /3',   'Mp',  { kind: 'flow', body: 'callFar' }),
  insn('ret',    'C3',      '',    { kind: 'flow', size: 'f64' }),
  insn('ret',    'C2 iw',   'Iw',  { kind: 'flow', size: 'f64' }),
  insn('retf',   'CB',      '',    { kind: 'flow', sized: true, body: 'retFar' }),
  insn('retf',   'CA iw',   'Iw',  { kind: 'flow', sized: true, body: 'retFar' }),

  ...CONDITIONS.map((name, condition) =>
    insn(`j${name}`, `${hex(0x70 + condition)} cb`, 'Jb', { kind: 'flow', size: 'f64', body: 'jcc', condition, flags: conditionFlags(condition), sdm: JCC })),
  ...CONDITIONS.map((name, condition) =>
    insn(`j${name}`, `0F ${hex(0x80 + condition)} cz`, 'Jz', { kind: 'flow', size: 'f64', body: 'jcc', condition, flags: conditionFlags(condition), sdm: JCC })),

  insn('loopne', 'E0 cb',   'Jb',  { kind: 'flow', size: 'f64', flags: 'r=z' }),
  insn('loope',  'E1 cb',   'Jb',  { kind: 'flow', size: 'f64', flags: 'r=z' }),
  insn('loop',   'E2 cb',   'Jb',  { kind: 'flow', size: 'f64' }),
  insn('jcxz/jecxz/jrcxz', 'E3 cb', 'Jb', { kind: 'flow', size: 'f64', namedBy: 'address' }),

  insn('int1',   'F1',      '',    { kind: 'flow', sdm: 'SDM Vol. 2 INT n/INTO/INT3/INT1' }),
  insn('int3',   'CC',      '',    { kind: 'flow', sdm: 'SDM Vol. 2 INT n/INTO/INT3/INT1' }),
  insn('int',    'CD ib',   'Ib',  { kind: 'flow', sdm: 'SDM Vol. 2 INT n/INTO/INT3/INT1' }),
  insn('into',   'CE',      '',    { kind: 'flow', flags: 'r=o', mode: 'i64', sdm: 'SDM Vol. 2 INT n/INTO/INT3/INT1' }),
  insn('iret/iretd/iretq', 'CF', '', { kind: 'flow', flags: 'w=oszapcdiA' }),
];
