/**
 * The assembler against iced-x86: instructions of every row, systematic and random, are printed by iced in NASM's syntax,
 * assembled from that text and decoded again. The result must print the same and be no longer than the original.
 */

import fc from 'fast-check';
import {
  Decoder,
  DecoderOptions,
  Formatter,
  FormatterSyntax,
  type Instruction as IcedInstruction,
  Register,
} from 'iced-x86';
import { expect, test } from 'vitest';
import { buildDraft, type Draft, draft } from '../../test/random-instruction.ts';
import { samples } from '../../test/row-samples.ts';
import { instructions } from '../isa/index.ts';
import type { Mode } from '../isa/size.ts';
import { assemble } from './assemble.ts';

const ADDRESS = 0x10_0000n;
function decode(mode: Mode, bytes: ArrayLike<number>): IcedInstruction {
  const decoder = new Decoder(mode, Uint8Array.from(bytes), DecoderOptions.None);
  decoder.ip = ADDRESS;
  const instruction = decoder.decode();
  decoder.free();
  return instruction;
}

const format = new Formatter(FormatterSyntax.Nasm);
// CMPEQPS and the like are CMPPS with an immediate.
format.usePseudoOps = false;

/** The text of iced as NASM's language has it. */
function written(instruction: IcedInstruction, mode: Mode): string {
  const text = format.format(instruction);
  // In 64-bit code iced leaves out the size of m16:64, whereas an unsized far pointer is m16:32 on the processor.
  return mode === 64 ? text.replace(/^(jmp|call) far \[/, '$1 qword far [') : text;
}

/** What must not change: the text, but for choices that mean the same. */
function meaning(instruction: IcedInstruction): string {
  if (instruction.isJmpShortOrNear || instruction.isJccShortOrNear || instruction.isCallNear)
    return `${instruction.mnemonic} ${instruction.nearBranchTarget}`;
  const text = format
    .format(instruction)
    .replace('*1', '')
    .replace(/^a32 mov/, 'mov');
  // Without a change of RAX these are NOP (in 64-bit code, EAX with itself is not: assemble.test.ts).
  if (/^xchg ([er]?ax),\1$/.test(text)) return 'nop';
  const symmetric = /^(xchg|test) (\w+),(\w+)$/.exec(text);
  return symmetric ? `${symmetric[1]} ${[symmetric[2], symmetric[3]].sort()}` : text;
}

/** Texts of iced that do not say everything. */
function isAmbiguous(
  instruction: IcedInstruction,
  { row, mode, operandBits, addressPrefix }: Pick<Draft, 'row' | 'mode' | 'operandBits' | 'addressPrefix'>,
): boolean {
  const isAbsolute = instruction.memoryBase === Register.None && instruction.memoryIndex === Register.None;
  // The address size of [1234h] is not printed, nor the operand size of some pushes of an immediate.
  return (
    (addressPrefix && isAbsolute && instruction.memoryDisplSize !== 0) ||
    (row.key === 'PUSH_68_iz_Iz' && operandBits === (mode === 16 ? 32 : 16))
  );
}

/** Assembles the text of an instruction and compares. */
function roundTrip(key: string, mode: Mode, original: IcedInstruction): void {
  const text = written(original, mode);
  const { bytes } = assemble(text, { bits: mode, origin: ADDRESS });
  const result = decode(mode, bytes);
  const context = `${key}, bits ${mode}: ${text}`;
  expect(meaning(result), context).toBe(meaning(original));
  expect(bytes.length, context).toBe(result.length);
  expect(bytes.length, context).toBeLessThanOrEqual(original.length);
}

test('every row, in every mode, operand size and form', { timeout: 60_000 }, () => {
  for (const row of instructions.filter(({ alias }) => !alias))
    for (const sample of samples(row)) {
      const original = decode(sample.mode, sample.bytes);
      if (!isAmbiguous(original, { ...sample, addressPrefix: false })) roundTrip(row.key, sample.mode, original);
    }
});

test('random registers, addresses and values', { timeout: 60_000 }, () => {
  let count = 0;
  fc.assert(
    fc.property(draft, (d) => {
      const bytes = buildDraft(d);
      if (!bytes) return;
      const original = decode(d.mode, bytes);
      if (original.isInvalid || isAmbiguous(original, d)) return;
      roundTrip(d.row.key, d.mode, original);
      count++;
    }),
    { numRuns: 4000 },
  );
  expect(count).toBeGreaterThan(1000);
});
