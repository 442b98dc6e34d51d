/**
 * Integer addition, subtraction, comparison and logic (SDM Vol. 1 7.3.2, 7.3.3), and the decimal adjustments (7.3.4).
 * The eight operations of group 1 share one layout: operation number in opcode bits 5:3 and in ModRM.reg.
 */

import { type InstructionRow, insn, type RowOptions } from '../row.ts';

const ARITHMETIC = 'w=oszapc';
const LOGIC = 'w=szp u=a c=oc';

/** ADD OR ADC SBB AND SUB XOR CMP, in the order of their operation number. */
const GROUP1: readonly [mnemonic: string, flags: string][] = [
  ['add', ARITHMETIC],
  ['or', LOGIC],
  ['adc', `r=c ${ARITHMETIC}`],
  ['sbb', `r=c ${ARITHMETIC}`],
  ['and', LOGIC],
  ['sub', ARITHMETIC],
  ['xor', LOGIC],
  ['cmp', ARITHMETIC],
];

function group1(mnemonic: string, flags: string, operation: number): InstructionRow[] {
  const opcode = (low: number) => (operation * 8 + low).toString(16).toUpperCase().padStart(2, '0');
  const readsOnly: RowOptions = { flags };
  const writes: RowOptions = mnemonic === 'cmp' ? readsOnly : { flags, lock: true };
  // biome-ignore format: one row, one line
  return [
    insn(mnemonic, `${opcode(0)} /r`,           'Eb,Gb',  writes),
    insn(mnemonic, `${opcode(1)} /r`,           'Ev,Gv',  writes),
    insn(mnemonic, `${opcode(2)} /r`,           'Gb,Eb',  readsOnly),
    insn(mnemonic, `${opcode(3)} /r`,           'Gv,Ev',  readsOnly),
    insn(mnemonic, `${opcode(4)} ib`,           'AL,Ib',  readsOnly),
    insn(mnemonic, `${opcode(5)} iz`,           'rAX,Iz', readsOnly),
    insn(mnemonic, `80 /${operation} ib`,       'Eb,Ib',  writes),
    insn(mnemonic, `81 /${operation} iz`,       'Ev,Iz',  writes),
    insn(mnemonic, `82 /${operation} ib`,       'Eb,Ib',  { ...writes, mode: 'i64', alias: true }),
    insn(mnemonic, `83 /${operation} ib`,       'Ev,sIb', writes),
  ];
}

// biome-ignore format: one row, one line
export const alu: readonly InstructionRow[] = [
  ...GROUP1.flatMap(([mnemonic, flags], operation) => group1(mnemonic, flags, operation)),

  insn('test', '84 /r',     'Eb,Gb',  { flags: LOGIC }),
  insn('test', '85 /r',     'Ev,Gv',  { flags: LOGIC }),
  insn('test', 'A8 ib',     'AL,Ib',  { flags: LOGIC }),
  insn('test', 'A9 iz',     'rAX,Iz', { flags: LOGIC }),
  insn('test', 'F6 /0 ib',  'Eb,Ib',  { flags: LOGIC }),
  insn('test', 'F6 /1 ib',  'Eb,Ib',  { flags: LOGIC, alias: true }),
  insn('test', 'F7 /0 iz',  'Ev,Iz',  { flags: LOGIC }),
  insn('test', 'F7 /1 iz',  'Ev,Iz',  { flags: LOGIC, alias: true }),

  insn('not',  'F6 /2',     'Eb',     { lock: true }),
  insn('not',  'F7 /2',     'Ev',     { lock: true }),
  insn('neg',  'F6 /3',     'Eb',     { flags: ARITHMETIC, lock: true }),
  insn('neg',  'F7 /3',     'Ev',     { flags: ARITHMETIC, lock: true }),

  insn('inc',  '40+r',      'Zv',     { flags: 'w=oszap', mode: 'i64' }),
  insn('dec',  '48+r',      'Zv',     { flags: 'w=oszap', mode: 'i64' }),
  insn('inc',  'FE /0',     'Eb',     { flags: 'w=oszap', lock: true }),
  insn('dec',  'FE /1',     'Eb',     { flags: 'w=oszap', lock: true }),
  insn('inc',  'FF /0',     'Ev',     { flags: 'w=oszap', lock: true }),
  insn('dec',  'FF /1',     'Ev',     { flags: 'w=oszap', lock: true }),

  insn('adcx', '66 0F 38 F6 /r', 'Gy,Ey', { flags: 'r=c w=c', cpuid: 'ADX' }),
  insn('adox', 'F3 0F 38 F6 /r', 'Gy,Ey', { flags: 'r=o w=o', cpuid: 'ADX' }),

  insn('daa',  '27',        '',       { flags: 'r=ac w=szapc u=o', mode: 'i64' }),
  insn('das',  '2F',        '',       { flags: 'r=ac w=szapc u=o', mode: 'i64' }),
  insn('aaa',  '37',        '',       { flags: 'r=a w=ac u=oszp',  mode: 'i64' }),
  insn('aas',  '3F',        '',       { flags: 'r=a w=ac u=oszp',  mode: 'i64' }),
  insn('aam',  'D4 ib',     'Ib',     { flags: 'w=szp u=oac',      mode: 'i64' }),
  insn('aad',  'D5 ib',     'Ib',     { flags: 'w=szp u=oac',      mode: 'i64' }),
];
