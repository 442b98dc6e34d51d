/**
 * Multiplication and division (SDM Vol. 1 7.3.2.3, 7.3.2.4). The one-operand forms use AX, DX:AX, EDX:EAX or RDX:RAX as
 * the double-width operand; division by zero and quotient overflow are #DE.
 */

import { type InstructionRow, insn } from '../row.ts';

const MULTIPLY = 'w=oc u=szap';
const DIVIDE = 'u=oszapc';

// biome-ignore format: one row, one line
export const muldiv: readonly InstructionRow[] = [
  insn('mul',  'F6 /4',      'Eb',        { flags: MULTIPLY }),
  insn('mul',  'F7 /4',      'Ev',        { flags: MULTIPLY }),
  insn('imul', 'F6 /5',      'Eb',        { flags: MULTIPLY }),
  insn('imul', 'F7 /5',      'Ev',        { flags: MULTIPLY }),
  insn('imul', '0F AF /r',   'Gv,Ev',     { flags: MULTIPLY, body: 'imul2' }),
  insn('imul', '69 /r iz',   'Gv,Ev,Iz',  { flags: MULTIPLY, body: 'imul3' }),
  insn('imul', '6B /r ib',   'Gv,Ev,sIb', { flags: MULTIPLY, body: 'imul3' }),
  insn('div',  'F6 /6',      'Eb',        { flags: DIVIDE }),
  insn('div',  'F7 /6',      'Ev',        { flags: DIVIDE }),
  insn('idiv', 'F6 /7',      'Eb',        { flags: DIVIDE }),
  insn('idiv', 'F7 /7',      'Ev',        { flags: DIVIDE }),
  insn('mulx', 'VEX.LZ.F2.0F38.W0/W1 F6 /r', 'Gy,By,Ey', { cpuid: 'BMI2' }),
];
