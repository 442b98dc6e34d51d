/**
 * What small guests are translated to, as reviewed text in golden/: the guest's instructions on top, the WebAssembly of its regions
 * below. UPDATE_GOLDENS=1 writes the files anew; a missing one fails.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { assemble } from '@longmode/x86';
import iced from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { CpuCore } from '../../src/index.ts';
import { coreWasm } from '../engines.ts';
import { ORIGIN, silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';
import { type GoldenCase, goldenCases } from './golden-cases.ts';
import { regionText } from './region-text.ts';

const code = new WebAssembly.Module(coreWasm);
const folder = new URL('./golden/', import.meta.url);
const HALT = 0xf4;

/** The instructions of a guest with its labels; fillers and the data behind the label `table` are left out. */
function listing(bytes: Uint8Array, symbols: ReadonlyMap<string, bigint>, bits: 32 | 64): string {
  const labels = new Map([...symbols].map(([name, address]) => [Number(address), name]));
  const decoder = new iced.Decoder(bits, bytes, iced.DecoderOptions.None);
  decoder.ip = BigInt(ORIGIN);
  const formatter = new iced.Formatter(iced.FormatterSyntax.Intel);
  const lines: string[] = [];
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    const at = Number(instruction.ip);
    const label = labels.get(at);
    // Data ends the code.
    if (label === 'table') break;
    if (label !== undefined) lines.push(`         ${label}:`);
    if (instruction.code !== iced.Code.Nopd) lines.push(`  ${at.toString(16)}  ${formatter.format(instruction)}`);
    instruction.free();
  }
  formatter.free();
  decoder.free();
  return lines.join('\n');
}

/** Runs a guest to its end and prints what its hot code became. */
function translation({ shows, source, bits = 64 }: GoldenCase): string {
  const { bytes, symbols } = assemble(source, { origin: ORIGIN, bits });
  const modules: Uint8Array[] = [];
  const core = CpuCore.create({
    engine: 'interpreter',
    code,
    memoryBytes: 2 ** 20,
    host: silentHost,
    jit: 'auto',
    translatorHooks: { policy: { moduleCost: 0, instructionCost: 0 }, onModule: (module) => modules.push(module) },
  });
  core.ram.set(bytes, ORIGIN);
  enterLongMode(core);
  const { registers } = core;
  // Compatibility mode: what is 32-bit code in it is the same without.
  if (bits === 32) registers.setSegment('cs', { base: 0n, limit: 0xffffffff, selector: 8, rights: 0xc09b });
  registers.set('rsp', 0x80000n);
  registers.set('rsi', 0x60000n);
  registers.set('rdi', 0x70000n);
  registers.set('rip', BigInt(ORIGIN));
  expect(core.run(100_000)).toBe('halt');
  expect(core.ram[Number(registers.get('rip')) - 1]).toBe(HALT);
  const regions = modules.map((module) => `${regionText(module, core.ram.buffer)}\n`);
  return `${shows}\n\n${listing(bytes, symbols, bits)}\n\n${regions.join('\n')}`;
}

describe('what a guest is translated to', () => {
  it('each golden has a case', () => {
    expect(readdirSync(folder).sort()).toEqual(goldenCases.map(({ name }) => `${name}.txt`).sort());
  });

  it.each(goldenCases)('$name', (one) => {
    const file = new URL(`${one.name}.txt`, folder);
    const text = translation(one);
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(file, text);
    const golden = existsSync(file) ? readFileSync(file, 'utf8') : 'there is no golden; UPDATE_GOLDENS=1 writes it';
    expect(text).toBe(golden);
  });
});
