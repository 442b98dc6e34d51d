/** Some guests of each kind for a moment, translated and interpreted side by side; `npm run lockstep` runs all of them for long. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { lockstepGuests, runInLockstep } from './guests.ts';

const SEED = Number(process.env.LONGMODE_LOCKSTEP_SEED ?? 1);
const INSTRUCTIONS = Number(process.env.LONGMODE_LOCKSTEP_INSTRUCTIONS ?? 200_000);
const code = new WebAssembly.Module(
  readFileSync(createRequire(import.meta.url).resolve('@longmode/cpu-wasm/core.wasm')),
);

const guests = lockstepGuests('test').filter(({ name }) =>
  /^bench (sort|nbody|address_space|soft_interrupt)$|^bench32 (fib|nbody_x87|patch)$|O2$|12-tasks|13-user|^shell$/.test(
    name,
  ),
);

it.each(guests)('$name is the same translated and interpreted', { timeout: 60_000 }, async (guest) => {
  const { instructions } = await runInLockstep(code, guest, SEED, INSTRUCTIONS);
  expect(instructions).toBeGreaterThan(1000);
});
