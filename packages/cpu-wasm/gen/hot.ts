/**
 * The operations that are cases of the one switch of the Wasm engine. V8 keeps that switch fast only while the function stays
 * below some 50 kB (docs/decisions); everything else is called through the handler table, which costs the switch nothing.
 * Chosen by counting executed operations over the guests of the bench.
 */
const HOT: readonly RegExp[] = [
  /^(add|sub|and|or|xor|cmp)_u(32|64)_(Reg_Reg|Reg_Imm|Reg_Mem)$/,
  /^(add|sub|cmp)_u(32|64)_Mem_(Reg|Imm)$/,
  /^(and|cmp|or|xor|add)_u8_(Reg_Reg|Reg_Imm)$/,
  /^cmp_u8_(Mem_Imm|Reg_Mem|Mem_Reg)$/,
  /^(adc|sbb)_u64_Reg_Reg$/,
  /^test_u(8|32|64)_Reg_(Reg|Imm)$/,
  /^test_u8_Mem_Imm$/,
  /^(inc|dec|neg|not)_u(32|64)_Reg$/,
  /^(shl|shr|sar|rol|ror)_u(32|64)_Reg_Imm$/,
  /^(shl|shr|sar)_u(32|64)_Reg_Reg$/,
  /^imul\w*_u(32|64)_Reg_Reg$/,
  /^mov_u(8|16|32|64)_(Reg_Reg|Reg_Mem|Mem_Reg)$/,
  /^mov_u(32|64)_Reg_Imm$/,
  /^mov_u(8|32|64)_Mem_Imm$/,
  /^movImmediate\w*_u(32|64)/,
  /^lea_u(32|64)$/,
  /^(movzx|movsx)\w*_u32_Reg_(Reg|Mem)$/,
  /^movsx?d\w*_u64_Reg_(Reg|Mem)$/,
  /^push_u64_(Reg|Imm|Mem)$/,
  /^pop_u64_Reg$/,
  /^(push|pop)_u32_Reg$/,
  /^call_u(32|64)/,
  /^ret_u(32|64)/,
  /^jmp$/,
  /^jcc_c\d+$/,
  /^xor_u8_Reg_Mem$/,
  /^(jmpIndirect|callIndirect)_u64_(Reg|Mem)$/,
  /^(cbw|cwd|leave)_u64$/,
  /^nop$/,
  /^setcc_c\d+_u8_Reg$/,
  /^cmovcc_c\d+_u(32|64)_Reg_Reg$/,
];

/** Whether an operation of this name is a case of the switch. */
export const isHot = (name: string): boolean => HOT.some((pattern) => pattern.test(name));
