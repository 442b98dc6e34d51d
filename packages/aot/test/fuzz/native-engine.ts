/** The compiled image on this machine's processor, through a small C program. Needs Linux on x86-64 and gcc. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from '../../src/build-image.ts';
import type { BootCode, Image } from '../../src/image.ts';
import type { Call, Engine, Outcome } from './engine.ts';
import { DATA_ADDRESS, DATA_BYTES } from './generate.ts';

/** Boot code for images that nothing boots. */
export const noBoot: BootCode = {
  reservations: [],
  assemble: (link) => ({
    bytes: Uint8Array.of(0xf4),
    symbols: new Map([['halt', link.get('boot_start')!]]),
    entry: 'halt',
  }),
};

/** Why the native engine cannot run here, if so. */
export function nativeEngineMissing(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `needs Linux on x86-64, this is ${process.platform} ${process.arch}`;
  return spawnSync('gcc', ['--version']).status === 0 ? undefined : 'gcc is not installed';
}

const BASE = 0x10_0000;

/** Compiles the harness. `build` makes the image, so that another code generator can be tried. */
export function createNativeEngine(
  build: (wasm: Uint8Array) => Image = (wasm) => buildImage({ wasm, boot: noBoot }),
): Engine {
  const folder = mkdtempSync(join(tmpdir(), 'longmode-aot-'));
  const harness = join(folder, 'harness');
  const source = fileURLToPath(new URL('harness.c', import.meta.url));
  if (!existsSync(harness)) execFileSync('gcc', ['-O1', '-o', harness, source]);
  return {
    name: 'native',
    async run(wasm: Uint8Array, calls: readonly Call[]): Promise<Outcome[]> {
      const image = build(wasm);
      const file = join(folder, 'image.bin');
      writeFileSync(file, image.elf.subarray(0x1000));
      const end = Math.max(...image.sections.map(({ address, sizeBytes }) => address + sizeBytes));
      const address = new Map(image.symbols.map((symbol) => [symbol.name, symbol.address]));
      const refill = address.get('refill') ?? 0;
      const lines = calls.map(({ name, operands }) => {
        const values = Array.from({ length: 10 }, (_, i) => (operands[i] ?? 0xdeadn).toString(16));
        return [address.get(name)!.toString(16), refill.toString(16), ...values].join(' ');
      });
      const hex = (value: number) => value.toString(16);
      const size = Math.ceil((end - BASE) / 4096) * 4096;
      const result = spawnSync(harness, [file, hex(BASE), hex(size), hex(DATA_ADDRESS), hex(DATA_BYTES)], {
        input: `${lines.join('\n')}\n`,
        encoding: 'utf8',
        timeout: 20_000,
      });
      const outcomes = result.stdout.trim().split('\n');
      if (result.status !== 0)
        outcomes.push(`harness: status ${result.status} ${result.signal ?? ''} ${result.stderr}`);
      return calls.map(({ result: type }, i) => {
        const outcome = outcomes[i] ?? 'missing';
        return type === undefined && /^[0-9a-f]+ [0-9a-f]+$/.test(outcome) ? outcome.replace(/^\S+/, '-') : outcome;
      });
    },
  };
}
