/** The exercises of the book can be solved, and are not solved by doing nothing. */
import { EXERCISES } from '@longmode/kernel/exercises';
import { describe, expect, it } from 'vitest';
import { runExercise } from './run-exercise.ts';

describe.each(EXERCISES)('exercise %s', (name) => {
  it('is passed by its solution', () => runExercise(name, 'solution'));

  it('tells an untouched file what is missing', async () => {
    await expect(runExercise(name, 'reader')).rejects.toThrow(/: expected .*, found /);
  });
});
