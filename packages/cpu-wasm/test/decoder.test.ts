/**
 * The decoder against iced-x86: random and systematic byte sequences are executed one by one in 32-bit and 64-bit code, and
 * length and validity must agree. Validity shows as #UD, length as the distance that RIP moves. decoder-sweep.test.ts does the same
 * systematically, without executing.
 */
import iced from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { CpuCore } from '../src/index.ts';
import { engines } from './engines.ts';
import { silentHost } from './flat-guest.ts';
import { isSupported } from './iced-features.ts';

const { Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic } = iced;

const CODE = 0x10000;
const INVALID_OPCODE = 6;
const GENERAL_PROTECTION = 13;
const MEMORY_BYTES = 2 ** 20;

/** Deterministic random numbers (xorshift32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const PREFIXES = [0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x36, 0x64, 0x65];

/** A sequence that looks like an instruction: prefixes, perhaps REX, an opcode of some map, ModRM and what follows. */
function sequence(next: () => number, bits: 32 | 64): Uint8Array {
  const bytes: number[] = [];
  while (next() % 3 === 0 && bytes.length < 4) bytes.push(PREFIXES[next() % PREFIXES.length] as number);
  if (bits === 64 && next() % 3 === 0) bytes.push(0x40 + (next() % 16));
  const map = next() % 8;
  if (map >= 5) bytes.push(0x0f);
  if (map === 7) bytes.push(next() % 2 === 0 ? 0x38 : 0x3a);
  while (bytes.length < 16) bytes.push(next() & 0xff);
  return Uint8Array.from(bytes.slice(0, 16));
}

interface Judgement {
  readonly length: number;
  readonly isValid: boolean;
  readonly text: string;
  readonly code: number;
  readonly isFlow: boolean;
}

function judge(bytes: Uint8Array, bits: 32 | 64): Judgement {
  const decoder = new Decoder(bits, bytes.slice(0, 15), DecoderOptions.None);
  decoder.ip = BigInt(CODE);
  const instruction = new Instruction();
  decoder.decodeOut(instruction);
  const result = {
    length: instruction.length,
    isValid: isSupported(instruction),
    text: Mnemonic[instruction.mnemonic] ?? '?',
    code: instruction.code,
    isFlow: instruction.flowControl !== FlowControl.Next,
  };
  instruction.free();
  decoder.free();
  return result;
}

/** What raises #UD although iced decodes it and the processor has it: the operands decide, or the state of this guest. */
const REFUSED_BY_BODY = /^(Monitor|Mwait|Ud[012]|Syscall|Sysret|Rdrand|Rdseed|Rsm|Getsec|Rdpmc)/;

describe.each(engines)('decoder on $engine', (engine) => {
  const core = CpuCore.create({ ...engine, memoryBytes: MEMORY_BYTES, host: silentHost });

  /** Executes one instruction with all registers pointing into RAM; there is no IDT, so a fault ends the run. */
  function execute(bytes: Uint8Array, bits: 32 | 64): { outcome: string; moved: number } {
    core.reset();
    const { registers, ram } = core;
    ram.fill(0, 0x80000, 0x81000);
    if (bits === 64) {
      // Identity map of the first 2 MiB.
      const view = new DataView(ram.buffer, ram.byteOffset);
      view.setBigUint64(0x1000, 0x2003n, true);
      view.setBigUint64(0x2000, 0x3003n, true);
      view.setBigUint64(0x3000, 0x83n, true);
      registers.setField('cr3', 0x1000n);
      registers.setField('cr4', 0x50620n);
      registers.setField('efer', 0x501n);
      registers.setField('cr0', 0x80000031n);
    } else {
      registers.setField('cr4', 0x50600n);
      registers.setField('cr0', 0x31n);
    }
    registers.setField('xcr0', 7n);
    // By fields, so that what depends on them is recomputed once, by the last line.
    const flat = { base: 0n, limit: 0xffffffff };
    registers.setSegmentFields('cs', { ...flat, selector: 8, rights: bits === 64 ? 0xa09b : 0xc09b });
    for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const)
      registers.setSegmentFields(name, { ...flat, selector: 0x10, rights: 0xc093 });
    registers.setField('cpl', 0n);
    registers.setDescriptorTable('idtr', { base: 0n, limit: 0 });
    registers.setDescriptorTable('gdtr', { base: 0n, limit: 0 });
    registers.setField('rsp', 0x80800n);
    ram.set(bytes, CODE);
    core.invalidate(CODE, bytes.length);
    registers.set('rip', BigInt(CODE));
    const exit = core.run(1);
    // A fault is delivered by the next run; a fetch from where the instruction led is not its own fault.
    const pending = registers.field('faultPending') !== 0n && registers.get('rip') === BigInt(CODE);
    const final = pending && exit === 'budget' ? core.run(4) : exit;
    if (final === 'shutdown') {
      const [first] = core.shutdownChain;
      return { outcome: `#${first?.vector}`, moved: 0 };
    }
    return { outcome: final, moved: Number(BigInt.asIntN(32, registers.get('rip') - BigInt(CODE))) };
  }

  // The twin is built from the same decoder and several times slower: fewer sequences show that the build is right.
  const sequences = engine.engine === 'js' ? 1200 : 6000;

  it.each([32, 64] as const)(
    'agrees with iced-x86 on random sequences in %i-bit code',
    (bits) => {
      const seed = 0x1234567 + bits;
      const next = random(seed);
      const differences: string[] = [];
      let agreed = 0;
      for (let count = 0; count < sequences && differences.length < 20; count++) {
        const bytes = sequence(next, bits);
        const expected = judge(bytes, bits);
        const { outcome, moved } = execute(bytes, bits);
        const hex = Buffer.from(bytes).toString('hex');
        const note = (what: string) =>
          differences.push(
            `${hex}: iced ${expected.text} ${expected.length} bytes, here ${what} (seed ${seed}, number ${count})`,
          );
        if (outcome === `#${INVALID_OPCODE}`) {
          if (expected.isValid && !REFUSED_BY_BODY.test(expected.text)) note('#UD');
          else agreed++;
        } else if (outcome === 'unimplemented') {
          agreed++;
        } else if (!expected.isValid) {
          // More than 15 bytes are #GP, not #UD; iced calls both invalid.
          if (outcome !== `#${GENERAL_PROTECTION}`) note(outcome);
        } else if (outcome === 'budget' && !expected.isFlow && !/^(Rep|Hlt)/.test(expected.text)) {
          if (moved !== expected.length && moved !== 0) note(`${moved} bytes`);
          else agreed++;
        }
      }
      expect(differences).toEqual([]);
      expect(agreed).toBeGreaterThan(sequences / 3);
    },
    60_000,
  );
});
