/** Guests of the bench that practically never end, on translating machines with a policy of their own. */
import { readFileSync } from 'node:fs';
import { type CoreCode, CpuCore, type TranslatorPolicy } from '@longmode/cpu-wasm';
import { loadImage } from '@longmode/loader';
import { PcMachine } from '../../packages/machine/src/machine.ts';
import { commandLine, GUEST_MEBIBYTES } from '../bench/guest-machine.ts';
import { IMAGE_PATHS } from '../bench/guests/build.ts';

/** Rounds that no run reaches. */
const ENDLESS = 1e9;

/** An endless guest. The core is there for its statistics of the translator. */
export interface EndlessGuest {
  readonly machine: PcMachine;
  readonly core: CpuCore;
}

/** Boots the guest of this name; it runs when told to. @throws if the bench has not been built */
export function startEndless(name: string, code: CoreCode, policy: Partial<TranslatorPolicy>): EndlessGuest {
  const memoryBytes = GUEST_MEBIBYTES * 2 ** 20;
  const plan = loadImage(readFileSync(IMAGE_PATHS['x86-64']), {
    memoryBytes,
    commandLine: commandLine({ name, size: ENDLESS }),
  });
  let core: CpuCore | undefined;
  const machine = new PcMachine({
    plan,
    createCore: (host) => {
      core = CpuCore.create({
        engine: 'interpreter',
        code,
        memoryBytes,
        host,
        jit: 'auto',
        translatorHooks: { policy },
      });
      return core;
    },
  });
  if (core === undefined) throw new Error('the machine has made no core');
  return { machine, core };
}

/** The sum of a number over guests. */
export const sumOver = (guests: readonly EndlessGuest[], of: (core: CpuCore) => number | undefined): number =>
  guests.reduce((total, { core }) => total + (of(core) ?? 0), 0);
