/** The bench's harness: compiles it, and runs a program and its C version in it. Needs Linux on x86-64 and gcc. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Image } from '../src/image.ts';

const BASE = 0x10_0000;

export class Harness {
  private readonly folder = mkdtempSync(join(tmpdir(), 'longmode-bench-'));
  private readonly program = join(this.folder, 'harness');

  constructor() {
    const sources = ['harness.c', 'reference.c'].map((name) => fileURLToPath(new URL(name, import.meta.url)));
    execFileSync('gcc', ['-O2', '-fwrapv', '-o', this.program, ...sources]);
  }

  /**
   * Runs both versions; seconds per round, C first.
   * @throws Error if their results differ
   */
  run(name: string, image: Image, parameter: number, rounds: number): (readonly [c: number, native: number])[] {
    const file = join(this.folder, `${name}.bin`);
    writeFileSync(file, image.elf.subarray(0x1000));
    const end = Math.max(...image.sections.map(({ address, sizeBytes }) => address + sizeBytes));
    const address = (symbol: string) => image.symbols.find((known) => known.name === symbol)!.address;
    const places = [BASE, (end - BASE + 0xfff) & ~0xfff, address('run'), address('start')];
    const run = spawnSync(
      this.program,
      [file, ...places.map((place) => place.toString(16)), `${parameter}`, `${rounds}`, name],
      { encoding: 'utf8' },
    );
    const [results, ...lines] = run.stdout.trim().split('\n');
    const [ofC, ofNative] = (results ?? '').split(' ');
    if (run.status !== 0 || ofC === undefined || ofC !== ofNative)
      throw new Error(`${name}: C ${ofC}, native ${ofNative}, status ${run.status} ${run.signal} ${run.stderr}`);
    return lines.map((line) => line.split(' ').map(Number) as [number, number]);
  }
}
