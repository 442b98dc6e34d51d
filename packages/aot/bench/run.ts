/**
 * `npm run bench`: compiled AssemblyScript against hand-written C by gcc -O2, both on this machine's processor, in turns.
 * Prints the median of the ratios per program and their geometric mean. Needs Linux on x86-64 and gcc.
 * Arguments: names of programs (default all). ROUNDS=n for more or fewer turns (default 15).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Image } from '../src/image.ts';
import { nativeEngineMissing } from '../test/fuzz/native-engine.ts';
import { compileProgram, PROGRAMS, type Program } from './programs.ts';

const BASE = 0x10_0000;
const rounds = Number(process.env.ROUNDS ?? 15);
const missing = nativeEngineMissing();
if (missing !== undefined) throw new Error(`the comparison with C cannot run: ${missing}`);

const folder = mkdtempSync(join(tmpdir(), 'longmode-bench-'));
const harness = join(folder, 'harness');
const sourcePath = (name: string) => fileURLToPath(new URL(name, import.meta.url));
execFileSync('gcc', ['-O2', '-fwrapv', '-o', harness, sourcePath('harness.c'), sourcePath('reference.c')]);

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Ratio native / C, and the seconds of C. */
function measure(program: Program, image: Image): { ratio: number; seconds: number } {
  const file = join(folder, `${program.name}.bin`);
  writeFileSync(file, image.elf.subarray(0x1000));
  const end = Math.max(...image.sections.map(({ address, sizeBytes }) => address + sizeBytes));
  const address = (name: string) => image.symbols.find((symbol) => symbol.name === name)!.address.toString(16);
  const size = (end - BASE + 0xfff) & ~0xfff;
  const run = spawnSync(
    harness,
    [file, BASE.toString(16), size.toString(16), address('run'), address('start')].concat([
      `${program.parameter}`,
      `${rounds}`,
      program.name,
    ]),
    { encoding: 'utf8' },
  );
  const [results, ...lines] = run.stdout.trim().split('\n');
  const [ofC, ofNative] = (results ?? '').split(' ');
  if (run.status !== 0 || ofC === undefined || ofC !== ofNative)
    throw new Error(`${program.name}: C ${ofC}, native ${ofNative}, status ${run.status} ${run.signal} ${run.stderr}`);
  const times = lines.map((line) => line.split(' ').map(Number) as [number, number]);
  return { ratio: median(times.map(([c, native]) => native / c)), seconds: median(times.map(([c]) => c)) };
}

const names = process.argv.slice(2);
const ratios: number[] = [];
for (const program of PROGRAMS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const image = await compileProgram(program);
  const { ratio, seconds } = measure(program, image);
  ratios.push(ratio);
  const columns = [program.name.padEnd(12), ratio.toFixed(2).padStart(6), `${(seconds * 1000).toFixed(2)} ms`.padStart(12)];
  console.log(`${columns.join('')}${`${image.sizes.text} bytes`.padStart(14)}`);
}
const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
console.log(`${'mean'.padEnd(12)}${mean.toFixed(2).padStart(6)}   worst ${Math.max(...ratios).toFixed(2)}`);
