/**
 * Compares translated code with the interpreter over every guest of the repository and over random ones, until so many instructions
 * have run: `npm run lockstep -- --instructions 1e9 [--seed N] [--only TEXT]`. Prints what ran under which policy; at the first
 * difference the guest, the seed and what differs. Exit code 1 then.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { runRandomGuest } from '../../packages/cpu-wasm/test/jit/lockstep-random.ts';
import { lockstepGuests, runInLockstep } from './guests.ts';

const { values } = parseArgs({
  options: {
    instructions: { type: 'string', default: '1e8' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const wanted = Number(values.instructions);
const firstSeed = Number(values.seed);
if (!(wanted > 0) || !Number.isSafeInteger(firstSeed)) {
  console.error('expected --instructions N, N above 0, and --seed N, N a whole number');
  process.exit(2);
}
/** Random guests after each round of the others. */
const RANDOM_GUESTS = 100;
const MILLION = 1e6;

const code = new WebAssembly.Module(
  readFileSync(createRequire(import.meta.url).resolve('@longmode/cpu-wasm/core.wasm')),
);
const guests = lockstepGuests(wanted > 5e8 ? 'interpreter' : 'js').filter(({ name }) => name.includes(values.only));
if (guests.length === 0 && !'random'.includes(values.only)) {
  console.error(`no guest has ${JSON.stringify(values.only)} in its name`);
  process.exit(2);
}
let total = 0;
let seed = firstSeed;
/** No guest may take more than its part, so that all get their turn. */
const share = Math.max(1e6, Math.ceil(wanted / Math.max(guests.length, 1)));
const millions = (instructions: number): string => `${(instructions / MILLION).toFixed(1).padStart(8)} M`;

while (total < wanted) {
  for (const guest of guests) {
    if (total >= wanted) break;
    seed++;
    try {
      const { instructions, policy } = await runInLockstep(code, guest, seed, share);
      total += instructions;
      console.log(`${millions(instructions)}  ${guest.name.padEnd(32)} ${policy}`);
    } catch (error) {
      console.log(`${guest.name}, seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    }
  }
  if (!'random'.includes(values.only)) continue;
  let instructions = 0;
  for (let count = 0; count < RANDOM_GUESTS; count++) {
    const run = runRandomGuest(code, ++seed);
    instructions += run.instructions;
    if (run.differences.length === 0) continue;
    console.log(run.differences.join('\n  '));
    process.exit(1);
  }
  total += instructions;
  console.log(`${millions(instructions)}  ${RANDOM_GUESTS} random guests up to seed ${seed}`);
}
console.log(`${millions(total)} instructions, no difference; seeds ${firstSeed + 1} to ${seed}`);
