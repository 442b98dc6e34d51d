/**
 * Runs every recorded vector file of a folder on every engine: `tsx scripts/vectors.ts DIR [--engine NAME] [--show N]`. Prints passed
 * and total of each group, how many the translator executed itself, and the first mismatches in full: instruction, state before,
 * what was expected and what was found.
 * Exit code 1 when one fails, 2 when there is nothing to run.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import iced from 'iced-x86';
import { engines } from '../test/engines.ts';
import { type Executed, VectorMachine } from '../test/vectors/machine.ts';
import { type Bytes, readVectors, type State, type Vector } from '../test/vectors/reader.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string' }, show: { type: 'string', default: '3' } },
});
const folder = resolve(process.env.INIT_CWD ?? '.', positionals[0] ?? 'tests/vectors');
const shown = Number(values.show);

/** Text of an instruction in Intel syntax. */
function disassemble({ code, before }: Vector): string {
  const decoder = new iced.Decoder(64, code, iced.DecoderOptions.None);
  decoder.ip = before.rip;
  const instruction = decoder.decode();
  const formatter = new iced.Formatter(iced.FormatterSyntax.Intel);
  const text = formatter.format(instruction);
  formatter.free();
  instruction.free();
  decoder.free();
  return text;
}

/** All registers that are not 0, several to a line. */
function printState(state: State): string {
  const parts = Object.entries(state)
    .filter(([, value]) => value !== 0n)
    .map(([name, value]) => `${name}=${value.toString(16)}`);
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += 6) lines.push(`      ${parts.slice(i, i + 6).join(' ')}`);
  return lines.join('\n');
}

const printMemory = (memory: readonly Bytes[]): string =>
  memory
    .map(({ address, bytes }) => `[${address.toString(16)}] ${Buffer.from(bytes).toString('hex')}`)
    .join('\n      ');

function report(vector: Vector, differences: readonly string[]): string {
  const fault = vector.fault && `#${vector.fault.name} ${vector.fault.errorCode ?? ''}`;
  return [
    `  ${vector.id}: ${disassemble(vector)}   (${Buffer.from(vector.code).toString('hex')}; ${vector.form}; shape ${vector.shape})`,
    `    before:\n${printState(vector.before)}`,
    ...(vector.memoryBefore.length > 0 ? [`      ${printMemory(vector.memoryBefore)}`] : []),
    `    expected:${fault ? ` ${fault}` : ''}${vector.memoryAfter.length > 0 ? `\n      ${printMemory(vector.memoryAfter)}` : ''}`,
    `    found: ${differences.join('\n           ')}`,
  ].join('\n');
}

const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz')) : [];
if (files.length === 0) {
  console.error(
    `${folder} has no vector files (*.jsonl.gz); give a folder of recordings in the format of tests/vectors/FORMAT.md`,
  );
  process.exit(2);
}
const chosen = engines.filter(({ engine }) => values.engine === undefined || values.engine === engine);
let failed = 0;
const total = new Map(chosen.map(({ engine }) => [engine, { passed: 0, count: 0 }]));
/** Who executed the instructions of the engine with a translator. */
const executed: Executed = { template: 0, called: 0, left: 0, interpreted: 0 };
console.log(`${'group'.padEnd(16)}${chosen.map(({ engine }) => engine.padStart(24)).join('')}`);
for (const file of files) {
  const cells: string[] = [];
  const reports: string[] = [];
  for (const { engine, code } of chosen) {
    const machine = new VectorMachine(engine, code);
    let passed = 0;
    let count = 0;
    let skipped = 0;
    let failures = 0;
    for (const vector of readVectors(join(folder, file))) {
      if (vector.isSpecific) {
        skipped++;
        continue;
      }
      count++;
      const differences = machine.check(vector);
      if (differences.length === 0) passed++;
      else if (failures++ < shown) reports.push(`  ${engine}\n${report(vector, differences)}`);
    }
    failed += failures;
    if (engine === 'jit')
      for (const way of ['template', 'called', 'left', 'interpreted'] as const) executed[way] += machine.executed[way];
    const sum = total.get(engine);
    if (sum) {
      sum.passed += passed;
      sum.count += count;
    }
    cells.push(`${passed}/${count}${skipped > 0 ? ` (${skipped} specific)` : ''}`.padStart(24));
  }
  console.log(`${file.replace('.jsonl.gz', '').padEnd(16)}${cells.join('')}`);
  for (const text of reports) console.log(text);
}
console.log(
  `${'all'.padEnd(16)}${chosen.map(({ engine }) => `${total.get(engine)?.passed}/${total.get(engine)?.count}`.padStart(24)).join('')}`,
);
if (chosen.some(({ engine }) => engine === 'jit')) {
  console.log(
    `jit: ${executed.template} by templates, ${executed.called} by handlers called from translated code, ` +
      `${executed.left} left to the interpreter by their template, ${executed.interpreted} interpreted`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;
