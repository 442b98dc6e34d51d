import { expect, test } from 'vitest';
import { cpuidBits } from '../arch/cpuid.ts';
import { instructions } from './index.ts';
import { findInstruction, type OpcodeBytes } from './lookup.ts';
import { insn } from './row.ts';

test.each([
  ['operands without their encoding', () => insn('x', '01', 'Ev,Gv'), 'an operand needs ModRM'],
  ['an immediate without its bytes', () => insn('x', '81 /0', 'Ev,Iz'), 'operands need the immediates [iz]'],
  ['bytes without their operand', () => insn('x', '83 /0 ib', 'Ev'), 'the encoding has [ib]'],
  ['a register number without +r', () => insn('x', '50', 'Zv'), '+r and a Z operand belong together'],
  ['an opcode that leaves no room for +r', () => insn('x', '51+r', 'Zv'), 'low three bits are 0'],
  ['two operands in ModRM.r/m', () => insn('x', '01 /r', 'Ev,Mv'), 'share one ModRM field'],
  ['a register operand with a digit', () => insn('x', '01 /2', 'Ev,Gv'), 'needs /r'],
  ['a fixed ModRM byte that is memory', () => insn('x', '0F 01 08', ''), 'has mod = 3'],
  ['an unknown operand', () => insn('x', '01 /r', 'Kv'), '"Kv" is no operand'],
  ['an unknown flag', () => insn('x', '90', '', { flags: 'w=q' }), 'flag letter "q"'],
  ['a flag both written and cleared', () => insn('x', '90', '', { flags: 'w=c c=c' }), 'in two of'],
  ['a body that is no function name', () => insn('in', '90', ''), 'cannot name a function'],
  ['lock without a memory destination', () => insn('x', '50+r', 'Zv', { lock: true }), 'lock needs'],
  ['an unknown word in the encoding', () => insn('x', '90 foo', ''), '"foo" is not understood'],
])('insn rejects %s', (_, make, problem) => {
  expect(make).toThrow(problem);
});

test('ids are dense and keys are identifiers', () => {
  expect(instructions.map(({ id }) => id)).toEqual(instructions.map((_, index) => index));
  for (const { key } of instructions) expect(key).toMatch(/^[A-Z][A-Za-z0-9_]*$/);
});

test('every CPUID feature of a row has its bit', () => {
  for (const { cpuid } of instructions) if (cpuid !== undefined) expect(cpuidBits).toHaveProperty(cpuid);
});

test('rows with one body agree on what the body must know', () => {
  for (const row of instructions.filter(({ condition }) => condition !== undefined)) {
    expect(['cmovcc', 'setcc', 'jcc']).toContain(row.body);
    expect(row.encoding.opcode & 15).toBe(row.condition);
  }
});

const code: OpcodeBytes = {
  mode: 32,
  space: 'legacy',
  map: '1',
  opcode: 0x90,
  has66: false,
  repeat: undefined,
  rexW: false,
  rexB: false,
  vexL: false,
  modRm: 0,
};
test.each<[string, Partial<OpcodeBytes>, string | undefined]>([
  ['90 is NOP', {}, 'nop'],
  ['F3 90 is PAUSE', { repeat: 'F3' }, 'pause'],
  ['41 90 exchanges R8', { mode: 64, rexB: true }, 'xchg'],
  ['BC is BSF', { map: '0F', opcode: 0xbc }, 'bsf'],
  ['F3 BC is TZCNT', { map: '0F', opcode: 0xbc, repeat: 'F3' }, 'tzcnt'],
  ['F2 BC is BSF still', { map: '0F', opcode: 0xbc, repeat: 'F2' }, 'bsf'],
  ['66 F3 B8 is POPCNT r16', { map: '0F', opcode: 0xb8, repeat: 'F3', has66: true }, 'popcnt'],
  ['63 is ARPL', { opcode: 0x63 }, 'arpl'],
  ['63 is MOVSXD in 64-bit mode', { mode: 64, opcode: 0x63 }, 'movsxd'],
  ['06 is invalid in 64-bit mode', { mode: 64, opcode: 0x06 }, undefined],
  ['0F 01 F8 is SWAPGS', { mode: 64, map: '0F', opcode: 0x01, modRm: 0xf8 }, 'swapgs'],
  ['0F 01 38 is INVLPG', { mode: 64, map: '0F', opcode: 0x01, modRm: 0x38 }, 'invlpg'],
  ['F3 0F 1E FA is ENDBR64', { map: '0F', opcode: 0x1e, repeat: 'F3', modRm: 0xfa }, 'endbr64'],
  ['0F 1E FA is a hint', { map: '0F', opcode: 0x1e, modRm: 0xfa }, 'nop'],
])('%s', (_, bytes, mnemonic) => {
  expect(findInstruction({ ...code, ...bytes })?.mnemonic).toBe(mnemonic);
});
