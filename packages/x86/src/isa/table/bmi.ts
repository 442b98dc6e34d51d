/** Bit manipulation in VEX encoding (BMI1, BMI2; SDM Vol. 1 7.3.16). Real and virtual-8086 mode know no VEX. */

import { type InstructionRow, insn } from '../row.ts';

// biome-ignore format: one row, one line
export const bmi: readonly InstructionRow[] = [
  insn('andn',   'VEX.LZ.0F38.W0/W1 F2 /r',    'Gy,By,Ey', { flags: 'w=sz c=oc u=ap', cpuid: 'BMI1' }),
  insn('blsr',   'VEX.LZ.0F38.W0/W1 F3 /1',    'By,Ey',    { flags: 'w=szc c=o u=ap', cpuid: 'BMI1' }),
  insn('blsmsk', 'VEX.LZ.0F38.W0/W1 F3 /2',    'By,Ey',    { flags: 'w=sc c=oz u=ap', cpuid: 'BMI1' }),
  insn('blsi',   'VEX.LZ.0F38.W0/W1 F3 /3',    'By,Ey',    { flags: 'w=szc c=o u=ap', cpuid: 'BMI1' }),
  insn('bextr',  'VEX.LZ.0F38.W0/W1 F7 /r',    'Gy,Ey,By', { flags: 'w=z c=oc u=sap', cpuid: 'BMI1' }),
  insn('bzhi',   'VEX.LZ.0F38.W0/W1 F5 /r',    'Gy,Ey,By', { flags: 'w=szc c=o u=ap', cpuid: 'BMI2' }),
  insn('pdep',   'VEX.LZ.F2.0F38.W0/W1 F5 /r', 'Gy,By,Ey', { cpuid: 'BMI2' }),
  insn('pext',   'VEX.LZ.F3.0F38.W0/W1 F5 /r', 'Gy,By,Ey', { cpuid: 'BMI2' }),
];
