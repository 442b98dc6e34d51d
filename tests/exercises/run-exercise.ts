/** Builds, boots and checks one exercise of the book. */
import { exerciseSource, type Variant } from '@longmode/kernel/exercises';
import { buildKernel } from '@longmode/kernel/library/build/build-kernel.ts';
import { boot, type Machine } from 'longmode';

/** Instructions until a small kernel has done what it does; those that sleep or loop for good end before. */
const LIMIT_INSTRUCTIONS = 20_000_000;

/** @throws CheckFailed if the exercise isn't solved, CompileError or AssemblerError if the file has a mistake */
export async function runExercise(name: string, variant: Variant): Promise<void> {
  const { elf } = await buildKernel(await exerciseSource(name, variant));
  await using machine = await boot({ kernel: elf });
  await machine.run(undefined, { instructions: LIMIT_INSTRUCTIONS });
  const { check } = (await import(`@longmode/kernel/exercises/${name}/check`)) as {
    check(machine: Machine): void | Promise<void>;
  };
  await check(machine);
}
