/**
 * The decoder against iced-x86 in a systematic sweep: every opcode of every map, with prefixes, ModRM and SIB bytes of every kind, in
 * 16, 32 and 64-bit mode. Length and validity must agree; instructions are decoded, not executed. Each difference that stays is
 * listed with its reason. By default a fixed pseudo-random part of the sweep runs, on the Wasm engine; DECODER_SWEEP=full runs all of
 * it on all engines (minutes).
 */
import iced from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { CpuCore } from '../src/index.ts';
import { engines } from './engines.ts';
import { silentHost } from './flat-guest.ts';
import { featuresOf, isSupported } from './iced-features.ts';

const { Code, Decoder, DecoderOptions, Instruction, Mnemonic } = iced;

const isFull = process.env.DECODER_SWEEP === 'full';
/** Of so many sequences one is tried by default. */
const THINNING = 150;
const LONGEST = 15;
/** Sequences that one decoder of iced reads, each in a slot of 16 bytes. */
const BATCH = 4096;

type Mode = 16 | 32 | 64;

const PREFIXES: readonly (readonly number[])[] = [
  [],
  [0x66],
  [0xf2],
  [0xf3],
  [0x66, 0xf2],
  [0xf3, 0x66],
  [0xf2, 0xf3],
  [0xf0],
  [0x67],
  [0x2e],
  [0x65],
];
const REX: readonly (readonly number[])[] = [[], [0x40], [0x41], [0x44], [0x48], [0x4f]];
const MAPS: readonly (readonly number[])[] = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
/** Memory without and with displacement, SIB, disp32, RIP-relative, and registers; each with every ModRM.reg. */
const MODRM: readonly number[] = [0x00, 0x04, 0x05, 0x43, 0x44, 0x86, 0x84, 0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6].flatMap(
  (form) => Array.from({ length: 8 }, (_, reg) => form | (reg << 3)),
);
const SIB = [0x00, 0x25, 0x65, 0x7b, 0xe4];
const TAIL = [0x11, 0x82, 0x33, 0x84, 0x55, 0x86, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];

/** All sequences of the legacy maps, then those with VEX. */
function* sequences(mode: Mode): Generator<number[]> {
  for (const prefixes of PREFIXES)
    for (const rex of mode === 64 ? REX : [[]])
      for (const map of MAPS)
        for (let opcode = 0; opcode < 256; opcode++)
          for (const [index, modRm] of MODRM.entries())
            yield [...prefixes, ...rex, ...map, opcode, modRm, SIB[(index + opcode) % SIB.length] as number, ...TAIL];
  for (let map = 0; map < 5; map++)
    for (let last = 0; last < 256; last += 1) {
      // W vvvv L pp; of vvvv only "none" and one register.
      const vvvv = (last >> 3) & 15;
      if (vvvv !== 15 && vvvv !== 9) continue;
      for (let opcode = 0; opcode < 256; opcode++)
        for (const [index, modRm] of MODRM.entries()) {
          const sib = SIB[(index + opcode) % SIB.length] as number;
          yield [0xc4, 0xe0 | map, last, opcode, modRm, sib, ...TAIL];
          if (map === 1 && last < 128) yield [0xc5, 0x80 | last, opcode, modRm, sib, ...TAIL];
        }
    }
}

/** What iced says of a sequence. */
interface Judgement {
  readonly length: number;
  readonly isValid: boolean;
  readonly text: string;
}

/** Opcode bytes with their escape, without prefixes: `0f22`; of VEX the whole prefix. */
function opcodeOf(bytes: Uint8Array, mode: Mode): string {
  const hex = Buffer.from(bytes).toString('hex');
  const prefixes = mode === 64 ? /^([23][6e]|6[4-7]|f[023]|4[0-9a-f])*/ : /^([23][6e]|6[4-7]|f[023])*/;
  const rest = hex.replace(prefixes, '');
  return /^(c4.{6}|c5.{4}|0f3[8a]..|0f..|..)/.exec(rest)?.[0] ?? '';
}

/** Why a difference is meant; `here` is what this core says. */
const JUSTIFIED: readonly { readonly text: RegExp; readonly here: RegExp; readonly reason: string }[] = [
  { text: /^INVALID (8c|8e)$/, here: /bytes/, reason: 'segment registers 6 and 7, CS as destination: #UD by the body' },
  {
    text: /^INVALID 0f2[0-3]$/,
    here: /bytes/,
    reason: 'control and debug registers that do not exist: #UD by the body',
  },
  { text: /^Sys(call|ret) /, here: /#UD/, reason: 'Intel processors have them in 64-bit mode only' },
];

describe.each(isFull ? engines : engines.slice(0, 1))('decoder sweep, $engine', (engine) => {
  const core = CpuCore.create({ ...engine, memoryBytes: 2 ** 20, host: silentHost });

  function enter(mode: Mode): void {
    core.reset();
    const { registers } = core;
    registers.setField('cr4', 0x50620n);
    registers.setField('xcr0', 7n);
    registers.setField('efer', mode === 64 ? 0x501n : 0n);
    registers.setField('cr0', mode === 64 ? 0x80000031n : 0x31n);
    const flat = { base: 0n, limit: 0xffffffff };
    for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const)
      registers.setSegmentFields(name, { ...flat, selector: 0x10, rights: 0xc093 });
    registers.setSegment('cs', { ...flat, selector: 8, rights: { 16: 0x809b, 32: 0xc09b, 64: 0xa09b }[mode] });
  }

  it.each([16, 32, 64] as const)(
    'agrees with iced-x86 in %i-bit mode',
    (mode) => {
      enter(mode);
      const used = new Set<unknown>();
      const differences = new Map<string, string>();
      let count = 0;
      let seed = 1;
      const instruction = new Instruction();
      let batch: Uint8Array[] = [];
      const flush = (): void => {
        const bytes = new Uint8Array(batch.length * 16);
        for (const [index, item] of batch.entries()) bytes.set(item, index * 16);
        const decoder = new Decoder(mode, bytes, DecoderOptions.None);
        for (const [index, item] of batch.entries()) {
          decoder.position = index * 16;
          decoder.ip = 0n;
          decoder.decodeOut(instruction);
          compare(item, judge());
        }
        decoder.free();
        batch = [];
      };
      const judge = (): Judgement => {
        const isKnown = instruction.code !== Code.INVALID;
        const text = isKnown ? `${Mnemonic[instruction.mnemonic]} (${featuresOf(instruction).join()})` : 'INVALID';
        return { length: instruction.length, isValid: isSupported(instruction), text };
      };
      const compare = (bytes: Uint8Array, { length, isValid, text: name }: Judgement): void => {
        const text = `${name} ${opcodeOf(bytes, mode)}`;
        count++;
        const { kind, lengthBytes } = core.decode(bytes);
        const isInstruction = kind === 'instruction' || kind === 'unimplemented';
        if (isInstruction === isValid && (!isValid || lengthBytes === length)) return;
        const here = isInstruction ? `${lengthBytes} bytes` : kind;
        const wanted = isValid ? `${length} bytes` : 'invalid';
        const reason = JUSTIFIED.find((entry) => entry.text.test(text) && entry.here.test(here));
        if (reason) used.add(reason);
        else {
          const key = `${text}: iced ${wanted}, here ${here}`;
          if (!differences.has(key)) differences.set(key, Buffer.from(bytes.subarray(0, LONGEST)).toString('hex'));
        }
      };
      for (const bytes of sequences(mode)) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        if (!isFull && (seed >>> 8) % THINNING !== 0) continue;
        batch.push(Uint8Array.from(bytes.slice(0, LONGEST)));
        if (batch.length === BATCH) flush();
      }
      flush();
      instruction.free();
      if (isFull) expect(JUSTIFIED.filter((entry) => !used.has(entry) && !entry.text.test('Syscall '))).toEqual([]);
      expect([...differences].map(([what, where]) => `${what}: ${where}`)).toEqual([]);
      expect(count).toBeGreaterThan(isFull ? 500_000 : 10_000);
    },
    isFull ? 1_200_000 : 60_000,
  );
});
