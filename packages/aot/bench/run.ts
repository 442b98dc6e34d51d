/**
 * `npm run bench`: compiled AssemblyScript against hand-written C by gcc -O2, both on this machine's processor, in turns.
 * Prints the median of the ratios per program and their geometric mean. Needs Linux on x86-64 and gcc.
 * Arguments: names of programs (default all). ROUNDS=n for more or fewer turns (default 15).
 */
import { nativeEngineMissing } from '../test/fuzz/native-engine.ts';
import { Harness } from './harness.ts';
import { compileProgram, PROGRAMS } from './programs.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const missing = nativeEngineMissing();
if (missing !== undefined) throw new Error(`the comparison with C cannot run: ${missing}`);

const harness = new Harness();
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const names = process.argv.slice(2);
const ratios: number[] = [];
console.log('program      ratio   C, seconds          code');
for (const program of PROGRAMS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const image = await compileProgram(program);
  const times = harness.run(program.name, image, program.parameter, rounds);
  const ratio = median(times.map(([c, native]) => native / c));
  const seconds = median(times.map(([c]) => c));
  ratios.push(ratio);
  const columns = [program.name.padEnd(12), ratio.toFixed(2).padStart(6), seconds.toFixed(5).padStart(13)];
  console.log(`${columns.join('')}${`${image.sizes.text} bytes`.padStart(14)}`);
}
const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
console.log(`${'mean'.padEnd(12)}${mean.toFixed(2).padStart(6)}, worst ${Math.max(...ratios).toFixed(2)}`);
