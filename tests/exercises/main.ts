/** `npm run exercise 04`: checks the reader's file of one exercise and says what is missing. */
import { EXERCISES } from '@longmode/kernel/exercises';
import { CheckFailed } from '@longmode/kernel/exercises/check';
import { runExercise } from './run-exercise.ts';

const [wanted] = process.argv.slice(2);
const name = wanted === undefined ? undefined : EXERCISES.find((exercise) => exercise.startsWith(wanted));
if (name === undefined) {
  const problem = wanted === undefined ? 'which exercise?' : `there is no exercise ${wanted}`;
  console.error(`${problem} Choose one of: ${EXERCISES.join(', ')}`);
  process.exit(2);
}
try {
  await runExercise(name, 'reader');
  console.log(`${name}: solved`);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`${name}: ${error instanceof CheckFailed ? `not yet. ${error.message}` : error.message}`);
  process.exit(1);
}
