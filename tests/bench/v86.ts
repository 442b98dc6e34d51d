/**
 * Runs the 32-bit image in v86, the other PC emulator that translates to WebAssembly, in this process and without a BIOS: it
 * loads Multiboot 1 itself. It has no isa-debug-exit, so a run ends when the guest has printed its line.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { V86 } from 'v86';
import { type Cost, startClock, type Task } from './engine.ts';
import { commandLine, GUEST_MEBIBYTES } from './guest-machine.ts';
import { IMAGE_PATHS } from './guests/build.ts';

const { resolve } = createRequire(import.meta.url);

const MINUTES_AT_MOST = 2;

/** Version of the package. */
export const v86Version = (): string =>
  (JSON.parse(readFileSync(resolve('v86/package.json'), 'utf8')) as { version: string }).version;

/** Makes the function that runs guests: all machines share one compiled module of v86. */
export function loadV86(): (task: Task) => Promise<{ readonly checksum: string } & Cost> {
  const module = new WebAssembly.Module(readFileSync(resolve('v86/build/v86.wasm')));
  const kernel = new Uint8Array(readFileSync(IMAGE_PATHS.i386)).buffer;
  return async (task) => {
    const emulator = new V86({
      wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).exports,
      memory_size: GUEST_MEBIBYTES * 2 ** 20,
      vga_memory_size: 2 ** 20,
      multiboot: { buffer: kernel },
      cmdline: commandLine(task),
      disable_keyboard: true,
      disable_mouse: true,
      disable_speaker: true,
    });
    try {
      await new Promise<void>((ready) => emulator.add_listener('emulator-ready', () => ready()));
      const stop = startClock();
      const checksum = await new Promise<string>((done, fail) => {
        let line = '';
        const late = setTimeout(() => fail(new Error(`${task.name} on v86: not finished`)), MINUTES_AT_MOST * 60_000);
        emulator.add_listener('serial0-output-byte', (byte) => {
          if (byte !== 0x0a) line += String.fromCharCode(byte);
          else {
            clearTimeout(late);
            done(line);
          }
        });
        emulator.run();
      });
      return { checksum, ...stop() };
    } finally {
      await emulator.destroy();
    }
  };
}
