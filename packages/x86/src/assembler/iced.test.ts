/**
 * The assembler against iced-x86: random instructions of every row are printed by iced in NASM's syntax,
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
import { buildDraft, type Draft, draft } from '../testing/random-instruction.ts';
import { assemble } from './assemble.ts';
import type { Mode } from './match.ts';

const ADDRESS = 0x10_0000n;
function decode(mode: Mode, bytes: ArrayLike<number>): IcedInstruction {
  const decoder = new Decoder(mode, Uint8Array.from(bytes), DecoderOptions.None);
  decoder.ip = ADDRESS;
  const instruction = decoder.decode();
  decoder.free();
  return instruction;
}

const format = new Formatter(FormatterSyntax.Nasm);

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
  const symmetric = /^(xchg|test) (\w+),(\w+)$/.exec(text);
  return symmetric ? `${symmetric[1]} ${[symmetric[2], symmetric[3]].sort()}` : text;
}

/** Texts of iced that do not say everything. */
function isAmbiguous(instruction: IcedInstruction, { row, mode, operandBits, addressPrefix }: Draft): boolean {
  const isAbsolute = instruction.memoryBase === Register.None && instruction.memoryIndex === Register.None;
  // The address size of [1234h] is not printed, nor the operand size of some pushes of an immediate.
  return (
    (addressPrefix && isAbsolute && instruction.memoryDisplSize !== 0) ||
    (row.key === 'PUSH_68_iz_Iz' && operandBits === (mode === 16 ? 32 : 16))
  );
}

test('what iced-x86 prints of random instructions assembles to the same, and no longer', { timeout: 60_000 }, () => {
  let assembled = 0;
  fc.assert(
    fc.property(draft, (d) => {
      const bytes = buildDraft(d);
      if (!bytes) return;
      const original = decode(d.mode, bytes);
      if (original.isInvalid) return;
      const text = written(original, d.mode);
      if (isAmbiguous(original, d)) return;
      const again = assemble(text, { bits: d.mode, origin: ADDRESS });
      const result = decode(d.mode, again.bytes);
      assembled++;
      const context = `${d.row.key}, bits ${d.mode}: ${text}`;
      expect(meaning(result), context).toBe(meaning(original));
      expect(again.bytes.length, context).toBe(result.length);
      expect(again.bytes.length, context).toBeLessThanOrEqual(original.length);
    }),
    { numRuns: 4000 },
  );
  expect(assembled).toBeGreaterThan(1000);
});
