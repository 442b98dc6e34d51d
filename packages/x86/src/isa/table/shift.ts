/**
 * Shifts and rotates (SDM Vol. 1 7.3.6). Group 2 shares one layout: the operation in ModRM.reg, the count an immediate
 * byte, 1 or CL. The count is masked to 5 bits, to 6 with a 64-bit operand; a masked count of 0 changes no flag.
 */

import { type InstructionRow, insn } from '../row.ts';

const SHIFT = { byOne: 'w=oszpc u=a', byCount: 'w=szpc u=oa' };
const ROTATE = { byOne: 'w=oc', byCount: 'w=c u=o' };
const ROTATE_CARRY = { byOne: 'r=c w=oc', byCount: 'r=c w=c u=o' };

function group2(
  mnemonic: string,
  digit: number,
  { byOne, byCount }: typeof SHIFT,
  alias?: { alias: true },
): InstructionRow[] {
  // biome-ignore format: one row, one line
  return [
    insn(mnemonic, `C0 /${digit} ib`, 'Eb,Ib', { flags: byCount, ...alias }),
    insn(mnemonic, `C1 /${digit} ib`, 'Ev,Ib', { flags: byCount, ...alias }),
    insn(mnemonic, `D0 /${digit}`,    'Eb,1',  { flags: byOne, ...alias }),
    insn(mnemonic, `D1 /${digit}`,    'Ev,1',  { flags: byOne, ...alias }),
    insn(mnemonic, `D2 /${digit}`,    'Eb,CL', { flags: byCount, ...alias }),
    insn(mnemonic, `D3 /${digit}`,    'Ev,CL', { flags: byCount, ...alias }),
  ];
}

// biome-ignore format: one row, one line
export const shift: readonly InstructionRow[] = [
  ...group2('rol', 0, ROTATE),
  ...group2('ror', 1, ROTATE),
  ...group2('rcl', 2, ROTATE_CARRY),
  ...group2('rcr', 3, ROTATE_CARRY),
  ...group2('shl', 4, SHIFT),
  ...group2('shr', 5, SHIFT),
  ...group2('shl', 6, SHIFT, { alias: true }),
  ...group2('sar', 7, SHIFT),

  insn('shld', '0F A4 /r ib', 'Ev,Gv,Ib', { flags: 'w=szpc u=oa' }),
  insn('shld', '0F A5 /r',    'Ev,Gv,CL', { body: 'shldCl', flags: 'w=szpc u=oa' }),
  insn('shrd', '0F AC /r ib', 'Ev,Gv,Ib', { flags: 'w=szpc u=oa' }),
  insn('shrd', '0F AD /r',    'Ev,Gv,CL', { body: 'shrdCl', flags: 'w=szpc u=oa' }),

  insn('rorx', 'VEX.LZ.F2.0F3A.W0/W1 F0 /r ib', 'Gy,Ey,Ib', { cpuid: 'BMI2' }),
  insn('sarx', 'VEX.LZ.F3.0F38.W0/W1 F7 /r',    'Gy,Ey,By', { cpuid: 'BMI2', body: 'sarx', sdm: 'SDM Vol. 2 SARX/SHLX/SHRX' }),
  insn('shlx', 'VEX.LZ.66.0F38.W0/W1 F7 /r',    'Gy,Ey,By', { cpuid: 'BMI2', body: 'shlx', sdm: 'SDM Vol. 2 SARX/SHLX/SHRX' }),
  insn('shrx', 'VEX.LZ.F2.0F38.W0/W1 F7 /r',    'Gy,Ey,By', { cpuid: 'BMI2', body: 'shrx', sdm: 'SDM Vol. 2 SARX/SHLX/SHRX' }),
];
