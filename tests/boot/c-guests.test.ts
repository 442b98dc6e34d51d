/**
 * What compilers emit: freestanding C in two boot protocols and two optimisation levels computes the same forty results as a
 * program of the host. With gcc the images and the native program are built here; without, the prebuilt images of the same
 * source stand in, and the native results are those checked in.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'longmode/vitest';
import { buildGuest, cGuests, expectedPath, hasGcc, prebuiltPath, runNatively } from '../guests/c/build.ts';
import { ENGINES } from '../support/engines.ts';

const expected = readFileSync(expectedPath, 'utf8');
const withGcc = hasGcc();
if (!withGcc) console.log('C guests: no x86-64 gcc here; the prebuilt images are used and the native build is skipped');

describe('C guests', () => {
  it('compute forty results and more', () => {
    expect(expected.trimEnd().split('\n').length).toBeGreaterThanOrEqual(40);
  });

  it.skipIf(!withGcc).each([0, 2] as const)('native build at -O%i prints what is checked in', (optimize) => {
    expect(runNatively(optimize)).toBe(expected);
  });

  describe.each(ENGINES)('on %s', (engine) => {
    it.for(cGuests)('$name prints what the native program prints', async (guest, { boot }) => {
      const kernel = withGcc ? buildGuest(guest) : prebuiltPath(guest);
      const machine = await boot({ kernel, engine, memory: '16M' });
      await expect(machine).toExit(0x10);
      expect(machine.serial.output()).toBe(expected);
    });
  });

  it.for(cGuests)('prebuilt $name is loadable without gcc', async (guest, { boot }) => {
    const machine = await boot({ kernel: prebuiltPath(guest), memory: '16M' });
    await expect(machine).toExit(0x10);
    expect(machine.serial.output()).toBe(expected);
  });
});
