/** Every guest of the repository for the comparison of translator and interpreter: the bench, C, the kernel's chapters, its shell. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { CoreCode } from '@longmode/cpu-wasm';
import { loadImage } from '@longmode/loader';
import { Random } from '../../packages/cpu-wasm/test/jit/random.ts';
import { PcMachine } from '../../packages/machine/src/machine.ts';
import { IMAGE_PATHS } from '../bench/guests/build.ts';
import { guests as benchGuests } from '../bench/guests.ts';
import { whyNotI386 } from '../bench/i386.ts';
import { cGuests, prebuiltPath } from '../guests/c/build.ts';
import { LockstepCore } from './lockstep-core.ts';

const MEMORY_BYTES = 32 * 2 ** 20;
const LONGEST_USE = 50_000_000;
const PROMPT = 'longmode> ';
const COMMANDS = ['help\n', 'mem\n', 'ps\n', 'fault page\n', 'fault divide\n', 'echo x\bon\n', 'exit\n'];

/** A guest and how to use it. */
export interface LockstepGuest {
  readonly name: string;
  readonly image: () => Uint8Array;
  readonly commandLine?: string;
  /** Types into the guest; without it, the guest just runs. */
  readonly use?: (machine: PcMachine) => Promise<void>;
}

const kernelPath = createRequire(import.meta.url).resolve('@longmode/kernel/kernel.elf');
const chapters = join(dirname(kernelPath), 'chapters');

async function typeCommands(machine: PcMachine): Promise<void> {
  for (const line of COMMANDS) {
    await machine.serial.waitFor(PROMPT);
    await machine.run((m) => m.keyboard.isListening);
    // The release of the last Enter is never read.
    await machine.keyboard.type(line).catch(() => undefined);
  }
  await machine.run();
}

/** All guests. `size`: of those of the bench, see bench/guests.ts. */
export function lockstepGuests(size: 'test' | 'js' | 'interpreter'): LockstepGuest[] {
  const bench = readFileSync(IMAGE_PATHS['x86-64']);
  const bench32 = readFileSync(IMAGE_PATHS.i386);
  return [
    ...benchGuests.map(({ name, sizes }) => ({
      name: `bench ${name}`,
      image: () => bench,
      commandLine: `${name} ${sizes[size]}`,
    })),
    // The image for v86 is 32-bit code.
    ...benchGuests
      .filter(({ name }) => whyNotI386({ name }) === undefined)
      .map(({ name, sizes }) => ({
        name: `bench32 ${name}`,
        image: () => bench32,
        commandLine: `${name} ${sizes[size]}`,
      })),
    ...cGuests.map((guest) => ({ name: `C ${guest.name}`, image: () => readFileSync(prebuiltPath(guest)) })),
    ...readdirSync(chapters)
      .filter((file) => file.endsWith('.elf'))
      .map((file) => ({ name: `chapter ${file}`, image: () => readFileSync(join(chapters, file)) })),
    { name: 'shell', image: () => readFileSync(kernelPath), use: typeCommands },
  ];
}

/** What a comparison has run. */
export interface LockstepRun {
  readonly instructions: number;
  readonly policy: string;
}

/**
 * Runs a guest on both processors to its end, or for so many instructions. The policy of the translator and all disturbances follow
 * from the seed.
 * @throws Mismatch if the processors do not agree
 */
export async function runInLockstep(
  code: CoreCode,
  { image, commandLine, use }: LockstepGuest,
  seed: number,
  limitInstructions: number,
): Promise<LockstepRun> {
  const random = new Random(seed);
  const modules = random.of([2000, 2000, 30]);
  const policy = {
    entries: random.of(modules < 2000 ? [40, 300] : [2, 5, 40, 300, 300]),
    blocks: random.of([2, 16, 250, 250]),
    modules,
    moduleCost: random.of([0, 0, 50_000]),
    instructionCost: random.of([0, 60]),
  };
  const disturbance = {
    seed,
    longest: random.of([997, 30_000, 100_000, 100_000]),
    refuseOneIn: random.of([0, 2, 50]),
    flushOneIn: random.of([0, 0, 20]),
  };
  const text = JSON.stringify({ ...policy, ...disturbance });
  const cores: LockstepCore[] = [];
  await using machine = new PcMachine({
    plan: loadImage(image(), {
      memoryBytes: MEMORY_BYTES,
      ...(commandLine !== undefined && { commandLine }),
    }),
    createCore: (host) => {
      const core = new LockstepCore(code, MEMORY_BYTES, host, { translatorHooks: { policy } }, disturbance);
      cores.push(core);
      return core;
    },
    // A guest in use runs to its end: whoever waits for it waits for that.
    limits: { instructions: use ? LONGEST_USE : limitInstructions },
  });
  await (use ?? ((one) => one.run()))(machine);
  for (const core of cores) {
    core.compareMemory();
    const failed = core.translator?.failedCompilations ?? 0;
    if (failed > 0) throw new Error(`the host could not compile ${failed} modules: a bug of the translator`);
  }
  return { instructions: Number(machine.instructions), policy: text };
}
