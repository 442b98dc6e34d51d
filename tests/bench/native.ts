/** The guests as a program of the host, built from the same C files with the same optimisation: what no emulation would cost. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildNative } from './guests/build.ts';
import { canTime, runTimed } from './timed.ts';

/** The built program; dispose of it in the end. */
export interface NativeProgram extends Disposable {
  /** Runs one guest. @throws if there is no such guest */
  run(name: string, size: number): { readonly checksum: string };
  /** The same with its CPU time, start of the process included. */
  runTimed(name: string, size: number): { readonly checksum: string; readonly cpuSeconds: number };
}

/** Version of the compiler, or undefined where the program cannot be built, run and timed. */
export function nativeCompiler(): string | undefined {
  if (arch() !== 'x64' || !canTime()) return undefined;
  return spawnSync('gcc', ['-dumpfullversion'], { encoding: 'utf8' }).stdout?.trim() || undefined;
}

/** A run is so short that it is timed several times over. */
const TIMES = 5;

/** Guests of which the program has but a model: it has neither pages nor interrupts of its own, and writes no code. */
const MODELS = new Set(['page_fault', 'soft_interrupt', 'address_space', 'patch', 'generate']);

/** Why a guest is not compared with the native program, or undefined. */
export const whyNotNative = (name: string): string | undefined =>
  MODELS.has(name) ? 'a program cannot do that, it computes a model' : undefined;

/** Builds the program, which takes some seconds. @throws if there is no gcc */
export function buildNativeProgram(): NativeProgram {
  const folder = mkdtempSync(join(tmpdir(), 'longmode-bench-'));
  const program = join(folder, 'native');
  buildNative(program);
  return {
    run: (name, size) => ({ checksum: execFileSync(program, [name, String(size)], { encoding: 'utf8' }).trim() }),
    runTimed(name, size) {
      const repeat = `for ((i = 0; i < ${TIMES}; i++)); do "$@" || exit; done`;
      const { status, stdout, stderr, cpuSeconds } = runTimed(['bash', '-c', repeat, 'bash', program, name, `${size}`]);
      if (status !== 0) throw new Error(`${name} natively: status ${status}, ${stderr.trim()}`);
      return { checksum: stdout.split('\n')[0] ?? '', cpuSeconds: cpuSeconds / TIMES };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
