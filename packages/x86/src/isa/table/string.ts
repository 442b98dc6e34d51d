/**
 * String instructions (SDM Vol. 1 7.3.9). The pointers are rSI and rDI, the count rCX, all as wide as the address size;
 * DF chooses the direction. A repeated instruction is interruptible after every element, with all registers up to date.
 */

import { type InstructionRow, insn } from '../row.ts';

const CMP = 'r=d w=oszapc';

// biome-ignore format: one row, one line
export const string: readonly InstructionRow[] = [
  insn('movsb',             'A4', 'Yb,Xb',  { body: 'movs', kind: 'string', repMeaning: 'rep',  flags: 'r=d' }),
  insn('movsw/movsd/movsq', 'A5', 'Yv,Xv',  { body: 'movs', kind: 'string', repMeaning: 'rep',  flags: 'r=d' }),
  insn('cmpsb',             'A6', 'Xb,Yb',  { body: 'cmps', kind: 'string', repMeaning: 'repe', flags: CMP }),
  insn('cmpsw/cmpsd/cmpsq', 'A7', 'Xv,Yv',  { body: 'cmps', kind: 'string', repMeaning: 'repe', flags: CMP }),
  insn('stosb',             'AA', 'Yb,AL',  { body: 'stos', kind: 'string', repMeaning: 'rep',  flags: 'r=d' }),
  insn('stosw/stosd/stosq', 'AB', 'Yv,rAX', { body: 'stos', kind: 'string', repMeaning: 'rep',  flags: 'r=d' }),
  insn('lodsb',             'AC', 'AL,Xb',  { body: 'lods', kind: 'string', repMeaning: 'rep',  flags: 'r=d' }),
  insn('lodsw/lodsd/lodsq', 'AD', 'rAX,Xv', { body: 'lods', kind: 'string', repMeaning: 'rep',  flags: 'r=d' }),
  insn('scasb',             'AE', 'AL,Yb',  { body: 'scas', kind: 'string', repMeaning: 'repe', flags: CMP }),
  insn('scasw/scasd/scasq', 'AF', 'rAX,Yv', { body: 'scas', kind: 'string', repMeaning: 'repe', flags: CMP }),
  insn('insb',              '6C', 'Yb,DX',  { body: 'ins',  kind: 'string', repMeaning: 'rep',  flags: 'r=d', cpl: 'iopl', endsBlock: true }),
  insn('insw/insd',         '6D', 'Yz,DX',  { body: 'ins',  kind: 'string', repMeaning: 'rep',  flags: 'r=d', cpl: 'iopl', endsBlock: true }),
  insn('outsb',             '6E', 'DX,Xb',  { body: 'outs', kind: 'string', repMeaning: 'rep',  flags: 'r=d', cpl: 'iopl', endsBlock: true }),
  insn('outsw/outsd',       '6F', 'DX,Xz',  { body: 'outs', kind: 'string', repMeaning: 'rep',  flags: 'r=d', cpl: 'iopl', endsBlock: true }),
];
