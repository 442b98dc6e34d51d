/** From an image to a machine that stands at its entry point. */

import { loadImage } from '@longmode/loader';
import type { BootOptions, Machine } from './api.ts';
import { createCore } from './core.ts';
import {
  FRAMEBUFFER_ADDRESS,
  FRAMEBUFFER_MAXIMUM_HEIGHT,
  FRAMEBUFFER_MAXIMUM_WIDTH,
} from './devices/linear-framebuffer.ts';
import { hostRandomSeed } from './host.ts';
import { PcMachine } from './machine.ts';
import { DEFAULT_MEMORY_BYTES, parseMemorySize } from './memory-size.ts';

const GRAPHICS_ADAPTER = {
  address: FRAMEBUFFER_ADDRESS,
  maximumWidth: FRAMEBUFFER_MAXIMUM_WIDTH,
  maximumHeight: FRAMEBUFFER_MAXIMUM_HEIGHT,
};

/**
 * Boots a kernel: checks the image, makes a PC, loads the image and its modules, and stands at the entry point in the
 * state that GRUB leaves. Nothing runs yet.
 * @throws LoaderError if image or options cannot be booted; RangeError for a text that is no memory size or CPU model, a time
 * that is no date, a seed that is none, or inputs that are no recording
 */
export async function boot(options: BootOptions): Promise<Machine> {
  const { kernel, code, engine = 'interpreter', protocol, cmdline, modules, limits, signal } = options;
  const memoryBytes = parseMemorySize(options.memory ?? DEFAULT_MEMORY_BYTES);
  const randomSeed = options.randomSeed === 'host' ? hostRandomSeed() : (options.randomSeed ?? 0);
  if (!Number.isSafeInteger(randomSeed) || randomSeed < 0) {
    throw new RangeError(
      `randomSeed ${String(options.randomSeed)}: expected a whole number from 0 to 2^53 - 1, or 'host'`,
    );
  }
  const plan = loadImage(kernel, {
    memoryBytes,
    ...(options.graphics && { graphics: GRAPHICS_ADAPTER }),
    ...(protocol !== undefined && { protocol }),
    ...(cmdline !== undefined && { commandLine: cmdline }),
    ...(modules && {
      modules: modules.map(({ bytes, cmdline: commandLine, name }) => ({
        bytes,
        ...(commandLine !== undefined && { commandLine }),
        ...(name !== undefined && { name }),
      })),
    }),
  });
  // Hot code is translated unless somebody says no. The twin cannot do it, and the engine `jit` does nothing else.
  const jit = options.jit ?? (engine === 'interpreter' ? 'auto' : undefined);
  return new PcMachine({
    plan,
    createCore: (host) => createCore({ engine, code, memoryBytes, host, cpu: options.cpu, randomSeed, jit }),
    randomSeed,
    ignoreMsrs: options.ignoreMsrs,
    limits: { ...limits, ...(signal && { signal }) },
    startTime: options.startTime,
    inputs: options.inputs,
    pace: options.pace,
    disassemble: options.disassemble,
  });
}
