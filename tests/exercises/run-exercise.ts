/** Builds, boots and checks one exercise of the book. */
import { exerciseSource, type Variant } from '@longmode/kernel/exercises';
import { buildKernel } from '@longmode/kernel/library/build/build-kernel.ts';
import { boot, type Machine } from 'longmode';

/** Enough for a small kernel that sleeps for some seconds; one that sleeps or loops for good ends by itself. */
const LIMIT_INSTRUCTIONS = 5_000_000_000;
/** A kernel that keeps computing is stopped by the host's clock. */
const LIMIT_MILLISECONDS = 30_000;

/** @throws CheckFailed if the exercise isn't solved, CompileError or AssemblerError if the file has a mistake */
export async function runExercise(name: string, variant: Variant): Promise<void> {
  const { elf } = await buildKernel(await exerciseSource(name, variant));
  await using machine = await boot({ kernel: elf });
  await machine.run(undefined, {
    instructions: LIMIT_INSTRUCTIONS,
    signal: AbortSignal.timeout(LIMIT_MILLISECONDS),
  });
  const { check } = (await import(`@longmode/kernel/exercises/${name}/check`)) as {
    check(machine: Machine): void | Promise<void>;
  };
  await check(machine);
}
