/**
 * The recorder records on the processor of this machine, and every engine does what it recorded; a copy of the recording with a
 * mistake is noticed. Without an x86-64 Linux machine with a C compiler it says so and skips.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { engines } from '../../../packages/cpu-wasm/test/engines.ts';
import { VectorMachine } from '../../../packages/cpu-wasm/test/vectors/machine.ts';
import { readVectors } from '../../../packages/cpu-wasm/test/vectors/reader.ts';
import { nativeRunner } from './native.ts';
import { Random } from './random.ts';
import { addToSet, record, subjects } from './record.ts';
import { randomState } from './state.ts';

const native = nativeRunner();
if ('reason' in native) console.warn(`skipping the recorder: ${native.reason}`);

/** One of each kind: assembly with and without memory, bytes of a repeated string instruction, random forms, a fault. */
const INSTRUCTIONS = [
  'add eax, [rbx+16]',
  'mulps xmm1, xmm2',
  'vpaddb ymm3, ymm1, [rsi]',
  'hex:f3a4',
  'jmp 0x10001000',
  'div ecx',
  'mov eax, [abs 0x7000]',
  'random:fdiv',
  'random:shl',
];
const COUNT = 10;

describe.skipIf('reason' in native)('the recorder', () => {
  const run = 'run' in native ? native.run : () => [];
  const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  const path = join(folder, 'try.jsonl.gz');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes a set that every engine agrees with, and adds to it', () => {
    const random = new Random(1);
    const { lines, lost } = record(
      INSTRUCTIONS.flatMap((text) => [...subjects(text, COUNT, random)]),
      run,
    );
    expect(lost).toBe(0);
    expect(addToSet(path, 'try', 1, lines.slice(0, 20))).toBe(20);
    expect(addToSet(path, 'try', 1, lines)).toBe(INSTRUCTIONS.length * COUNT);
    const vectors = [...readVectors(path)];
    expect(new Set(vectors.map(({ fault }) => fault?.name))).toEqual(new Set([undefined, 'DE', 'PF']));
    for (const { engine, code } of engines) {
      const machine = new VectorMachine(engine, code);
      const differences = vectors.flatMap((vector) => machine.check(vector).map((text) => `${vector.form}: ${text}`));
      expect(differences, engine).toEqual([]);
      const [first] = vectors;
      expect(first && machine.check({ ...first, after: { ...first.after, rax: ~first.after.rax } })).not.toEqual([]);
    }
  });

  it('outlives whatever the instruction does', () => {
    const state = randomState(new Random(2));
    const request = (bytes: readonly number[], more: object = {}) => ({
      state: { ...state, ...more },
      memory: [{ address: state.rip, bytes: Uint8Array.from(bytes) }],
    });
    const [syscall, legacy, loop, after] = run([
      request([0x0f, 0x05], { rax: 231n, rdi: 7n }),
      request([0xcd, 0x80], { rax: 1n }),
      { ...request([0xeb, 0xfe]), stop: state.rip + 2n },
      request([0x90]),
    ]);
    expect([syscall?.fault, legacy, loop]).toEqual([undefined, undefined, undefined]);
    expect(after?.state).toEqual({ ...state, rip: state.rip + 1n });
  });

  it.each([
    ['syscall', 'it leaves the program'],
    ['mov cr0, rax', 'it is privileged'],
    ['mov ss, eax', 'it names a segment or control register'],
    ['random:foo', 'there is no instruction "foo"'],
  ])('refuses %s', (text, reason) => {
    expect(() => [...subjects(text, 1, new Random(1))]).toThrow(reason);
  });
});
