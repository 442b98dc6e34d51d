/** Stack instructions (SDM Vol. 1 6.2, 7.3.1.4): PUSH and POP in all forms, PUSHA, PUSHF, ENTER, LEAVE. */

import { type InstructionRow, insn } from '../row.ts';

// biome-ignore format: one row, one line
export const stack: readonly InstructionRow[] = [
  insn('push',  '50+r',     'Zv',    { size: 'd64' }),
  insn('pop',   '58+r',     'Zv',    { size: 'd64' }),
  insn('push',  '68 iz',    'Iz',    { size: 'd64' }),
  insn('push',  '6A ib',    'sIb',   { size: 'd64' }),
  insn('push',  'FF /6',    'Ev',    { size: 'd64' }),
  insn('pop',   '8F /0',    'Ev',    { size: 'd64' }),

  insn('push',  '06',       'ES',    { body: 'pushSegment', mode: 'i64', sized: true }),
  insn('push',  '0E',       'CS',    { body: 'pushSegment', mode: 'i64', sized: true }),
  insn('push',  '16',       'SS',    { body: 'pushSegment', mode: 'i64', sized: true }),
  insn('push',  '1E',       'DS',    { body: 'pushSegment', mode: 'i64', sized: true }),
  insn('push',  '0F A0',    'FS',    { body: 'pushSegment', size: 'd64' }),
  insn('push',  '0F A8',    'GS',    { body: 'pushSegment', size: 'd64' }),
  insn('pop',   '07',       'ES',    { body: 'popSegment', mode: 'i64', sized: true, endsBlock: true, kind: 'system' }),
  insn('pop',   '17',       'SS',    { body: 'popSegment', mode: 'i64', sized: true, endsBlock: true, kind: 'system' }),
  insn('pop',   '1F',       'DS',    { body: 'popSegment', mode: 'i64', sized: true, endsBlock: true, kind: 'system' }),
  insn('pop',   '0F A1',    'FS',    { body: 'popSegment', size: 'd64', endsBlock: true, kind: 'system' }),
  insn('pop',   '0F A9',    'GS',    { body: 'popSegment', size: 'd64', endsBlock: true, kind: 'system' }),

  insn('pusha/pushad', '60', '',     { mode: 'i64' }),
  insn('popa/popad',   '61', '',     { mode: 'i64' }),
  insn('pushf/pushfd/pushfq', '9C', '', { size: 'd64', flags: 'r=oszapcdiA', cpl: 'iopl', kind: 'system' }),
  insn('popf/popfd/popfq',    '9D', '', { size: 'd64', flags: 'w=oszapcdiA', cpl: 'iopl', kind: 'system', endsBlock: true }),
  insn('enter', 'C8 iw ib', 'Iw,Ib', { size: 'd64' }),
  insn('leave', 'C9',       '',      { size: 'd64' }),
];
